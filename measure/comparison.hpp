// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/json/value.hpp>
#include <cstdio>
#include <string>

namespace warpline::bench {

/// Reads a report of `bench --json`. Throws `ConfigError` with the path if it is something else.
boost::json::value load_report(std::string const& path);

/// The rates of two such reports side by side, for each case that both have; styled for `file`. A
/// ratio above 1 means that `after` is faster. It is marked if the ranges overlap, because it then
/// proves nothing, and if one side has fewer than `kMinTrials` trials.
std::string comparison_text(boost::json::value const& before, boost::json::value const& after,
                            std::FILE* file);

}  // namespace warpline::bench
