// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
// Boost.JSON is used without its library: its one translation unit is here.
#include <boost/json/src.hpp>
