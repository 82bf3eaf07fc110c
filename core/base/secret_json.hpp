// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/json/error.hpp>
#include <boost/json/value.hpp>
#include <string_view>

namespace warpline {

/// Parses JSON that may contain keys: the memory of the parser and of the value is overwritten when
/// it is freed. At most 32 levels of objects and arrays. A value taken from it keeps that memory.
boost::json::value parse_secret_json(std::string_view text, boost::json::error_code& error);

}  // namespace warpline
