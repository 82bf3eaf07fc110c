// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "elements/ipsec/suite.hpp"

namespace warpline::bench {

/// Where the traffic for so many tunnels goes to: a prefix with an address for each of them.
std::string destinations(unsigned tunnels);

/// Writes SAs with keys that everybody may know, tunnels over IPv4, one for each of `tunnels` equal
/// parts of `destinations`. `words` go to each: its direction, its replay window.
/// Throws `std::runtime_error` where the file cannot be written.
void write_test_sas(std::string const& path, ipsec::SuiteInfo const& suite, unsigned tunnels,
                    std::string const& words);

}  // namespace warpline::bench
