// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/error.hpp"
#include "core/wire.hpp"
#include "elements/ipsec/ip_prefix.hpp"
#include "elements/ipsec/sa_keys.hpp"
#include "elements/ipsec/suite.hpp"

namespace warpline::ipsec {

/// Which inner packets an SA protects: those between these prefixes; without one, all.
/// Two prefixes are of the same IP version.
struct Selector {
  std::optional<IpPrefix> source;
  std::optional<IpPrefix> destination;
  friend bool operator==(Selector const&, Selector const&) = default;
};

/// One outbound tunnel-mode SA as a user wrote it. The raw keys are gone.
struct SaConfig {
  Position position;  ///< of its SPI
  be32 source{};      ///< of the outer header
  be32 destination{};
  std::uint32_t spi = 0;
  Suite suite = Suite::kAes128Gcm;
  SaKeys keys{};
  Selector selector;
  std::uint32_t last_sequence = 0;  ///< used up already
  bool copy_df = true;
};

/// Reads SAs in the words of `ip xfrm state` (docs/ipsec.md has the grammar), at least one.
/// Throws `ConfigError` with every fault: a short key, a duplicate SPI, an unknown word or
/// algorithm, a bad address. Key digits are starred out in what it shows.
std::vector<SaConfig> parse_sa_file(Source const& source);

/// Reads the file and parses it. Throws also where it cannot be read.
std::vector<SaConfig> load_sa_file(std::string const& path);

/// Those of `sas` that use `suite`, in order.
std::vector<SaConfig> sas_of_suite(std::vector<SaConfig> sas, Suite suite);

}  // namespace warpline::ipsec
