// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "measure/test_sas.hpp"

#include <bit>
#include <cstdio>
#include <fstream>
#include <stdexcept>

#include "core/base/hex.hpp"

namespace warpline::bench {
namespace {

/// A prefix of IPv4 addresses, in parts of a power of two of them, one for each tunnel.
struct Parts {
  char const* text;
  std::uint32_t first;
  unsigned host_bits;
  unsigned part_bits = 0;
};

/// The generator's usual destinations if they have an address for each tunnel.
Parts parts_for(unsigned tunnels) {
  constexpr Parts kUsual{"10.1.0.0/16", 0x0a010000, 16}, kLarge{"10.128.0.0/9", 0x0a800000, 23};
  auto parts = tunnels <= 1u << kUsual.host_bits ? kUsual : kLarge;
  parts.part_bits = parts.host_bits - static_cast<unsigned>(std::bit_width(tunnels - 1));
  return parts;
}

/// The digits of a key of `size` bytes, different for each tunnel.
std::string made_up_key(unsigned tunnel, unsigned size) {
  std::string digits;
  for (unsigned i = 0; i < size; ++i)
    append_hex(digits, static_cast<std::uint8_t>(i < 4 ? tunnel >> (24 - 8 * i) : i));
  return digits;
}

}  // namespace

void spread_over_tunnels(unsigned tunnels, Traffic& traffic) {
  auto const parts = parts_for(tunnels);
  traffic.to = parts.text;
  // The prefix's first address is not used, nor the last one here, which may be its last.
  traffic.hosts = (std::uint64_t{tunnels} << parts.part_bits) - 2;
}

void write_test_sas(std::string const& path, ipsec::SuiteInfo const& suite, unsigned tunnels,
                    std::string const& words) {
  auto const parts = parts_for(tunnels);
  std::ofstream file(path);
  for (unsigned i = 0; i < tunnels; ++i) {
    char line[512];
    std::snprintf(line, sizeof line,
                  "src 192.0.2.1 dst 198.%u.%u.%u proto esp spi 0x%x mode tunnel %s\n"
                  "  %s '%s' 0x",
                  18 + (i >> 16), i >> 8 & 255, i & 255, 0x1000 + i, words.c_str(),
                  suite.aead() ? "aead" : "enc", std::string(suite.cipher).c_str());
    auto const code_bits = 8 * suite.icv_size;
    file << line << made_up_key(i, suite.key_size + suite.salt_size);
    if (suite.aead())
      file << ' ' << code_bits << '\n';
    else
      file << "\n  auth-trunc '" << suite.authentication << "' 0x"
           << made_up_key(i, suite.authentication_key_size) << ' ' << code_bits << '\n';
    auto const net = parts.first + (i << parts.part_bits);
    std::snprintf(line, sizeof line, "  sel src 0.0.0.0/0 dst %u.%u.%u.%u/%u\n", net >> 24,
                  net >> 16 & 255, net >> 8 & 255, net & 255, 32 - parts.part_bits);
    file << line;
  }
  if (!file.flush()) throw std::runtime_error(path + ": cannot be written");
}

}  // namespace warpline::bench
