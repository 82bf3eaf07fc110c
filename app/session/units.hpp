// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace warpline::app {

/// A count with an optional `k`, `M` or `G` (powers of 1000), e.g. `64k`. All of these throw
/// `ConfigError` that names `what`, e.g. the option.
std::uint64_t parse_count(std::string const& text, std::string const& what);
/// The same, within `min` to `max`.
std::uint64_t parse_count(std::string const& text, std::string const& what, std::uint64_t min,
                          std::uint64_t max);

/// A duration with its unit, e.g. `500ms`, `1.5s`, `2m`.
std::chrono::nanoseconds parse_duration(std::string const& text, std::string const& what);

/// Numbers of processors, e.g. `1,3` or `2-5`, in the order given.
std::vector<int> parse_cores(std::string const& text, std::string const& what);

}  // namespace warpline::app
