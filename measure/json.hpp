// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/json/value.hpp>
#include <string>

namespace warpline {

/// The value as text with a line for each member, two blanks a level, and an end of line.
std::string pretty(boost::json::value const& value);

/// Writes `value` to the file `path`, or to stdout for `-`.
/// Throws `std::runtime_error` with the path and the system's reason.
void write_json(std::string const& path, boost::json::value const& value);

}  // namespace warpline
