// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <boost/json/src.hpp>  // the library itself: here and nowhere else
