// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "app/bench/traffic.hpp"
#include "elements/ipsec/suite.hpp"

namespace warpline::bench {

/// Where the traffic for so many tunnels goes to: a prefix with an address for each of them.
std::string destinations(unsigned tunnels);

/// Writes SAs with keys that everybody may know, tunnels over IPv4, one for each of `tunnels` equal
/// parts of `destinations`. `words` go to each: its direction, its replay window.
/// Throws `std::runtime_error` where the file cannot be written.
void write_test_sas(std::string const& path, ipsec::SuiteInfo const& suite, unsigned tunnels,
                    std::string const& words);

/// Writes a capture of `count` frames of such traffic or some more, each put into ESP by the SA of
/// `suite` that takes it, and returns the sizes that they had without. Throws `ConfigError` for what
/// the SAs do not take, and for SAs that refuse replays.
std::vector<std::uint32_t> write_esp_capture(std::string const& path, std::string const& sa_path,
                                             ipsec::Suite suite, Traffic const& traffic,
                                             unsigned count);

}  // namespace warpline::bench
