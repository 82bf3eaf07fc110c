// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/net/ip_prefix.hpp"

namespace warpline {

/// The payload of generated packets.
enum class PayloadKind : std::uint8_t {
  kRandom,   ///< random bytes
  kText,     ///< generated HTTP, HTML, JSON, mail and prose (core/base/text_corpus.hpp)
  kCapture,  ///< the payloads of a capture's packets
};

/// Generated traffic: UDP over IPv4 or IPv6, in a number of flows.
struct GeneratorOptions {
  /// A size of Ethernet frames in bytes, from the destination address to the end of the payload,
  /// without the frame check sequence; and its weight among all frames.
  struct Size {
    unsigned bytes = 64;
    unsigned weight = 1;
  };

  static constexpr unsigned kMaxFlows = 1u << 22;  ///< 64 bytes each

  std::vector<Size> sizes{{}};
  unsigned flows = 1024;    ///< different (source, destination, source port) triples
  std::uint64_t seed = 1;   ///< of addresses, payloads and the order of sizes
  double rate = 0;          ///< packets per second of all queues; 0: as fast as they are received
  std::uint64_t count = 0;  ///< packets of all queues, then the port is finished; 0: no end
  PayloadKind payload = PayloadKind::kRandom;
  std::string capture{};  ///< the file for `PayloadKind::kCapture`
  bool recycled = false;  ///< the payload is what the buffer has from its last use: costs nothing
  IpPrefix from{{4, {10, 0, 0, 0}}, 16};  ///< source addresses
  IpPrefix to{{4, {10, 1, 0, 0}}, 16};    ///< destination addresses, of the same family
  std::uint64_t hosts = 0;  ///< number of addresses of `to` that are used, from its first; 0: all
  std::uint16_t port = 9;   ///< UDP destination port

  bool is_ipv6() const { return from.address.version == 6; }
  static std::vector<Size> imix() { return {{64, 28}, {570, 16}, {1518, 4}}; }
};

}  // namespace warpline
