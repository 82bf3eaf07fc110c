// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/json/value.hpp>
#include <cstdio>
#include <string>

namespace warpline::bench {

/// Reads what `bench --json` wrote. Throws `ConfigError` naming the path where it is anything else.
boost::json::value load_report(std::string const& path);

/// The rates of two such reports side by side, for each case that both have; styled for `file`.
/// A ratio above 1 means that `after` is faster; it is marked where the ranges overlap, which no
/// conclusion should be drawn from, and where one side has fewer than `kMinTrials` trials.
std::string comparison_text(boost::json::value const& before, boost::json::value const& after,
                            std::FILE* file);

}  // namespace warpline::bench
