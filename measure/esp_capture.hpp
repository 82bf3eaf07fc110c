// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "elements/ipsec/model/suite.hpp"
#include "measure/traffic.hpp"

namespace warpline::bench {

/// Writes a capture of at least `count` frames of `traffic`, each encapsulated in ESP by the SA of
/// `suite` that accepts it, and returns their sizes before that. Throws `ConfigError` for packets
/// that no SA accepts, and for SAs that refuse replays.
std::vector<std::uint32_t> write_esp_capture(std::string const& path, std::string const& sa_path,
                                             ipsec::Suite suite, Traffic const& traffic,
                                             unsigned count);

}  // namespace warpline::bench
