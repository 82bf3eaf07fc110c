// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "elements/ipsec/model/suite.hpp"
#include "measure/traffic.hpp"

namespace warpline::bench {

/// Sets the destinations of traffic so that `tunnels` tunnels get equal shares.
void spread_over_tunnels(unsigned tunnels, Traffic& traffic);

/// Writes SAs with public keys for tests: IPv4 tunnels, one for each of `tunnels` equal parts of
/// those destinations. `words` are added to each SA, such as its direction and its replay window.
/// Throws `std::runtime_error` if the file cannot be written.
void write_test_sas(std::string const& path, ipsec::SuiteInfo const& suite, unsigned tunnels,
                    std::string const& words);

}  // namespace warpline::bench
