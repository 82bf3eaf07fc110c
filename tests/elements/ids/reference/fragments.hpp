// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <tuple>

#include "tests/elements/ids/reference/overlaps.hpp"
#include "tests/elements/ids/reference/packet.hpp"

namespace warpline::ids::reference {

/// Puts datagrams together: complete once the last fragment and all bytes before it are there. The
/// IP header is that of the fragment that has the first byte. A datagram lives for 60 seconds after
/// its last fragment.
class Fragments {
 public:
  /// Returns the datagram, with a whole IP header, if the packet completes it. `overlap`: of the
  /// receiver.
  std::optional<std::string> add(Packet const& packet, Overlap overlap, std::uint64_t now_ms);

 private:
  struct Datagram {
    Pieces pieces;
    std::string header;
    int protocol = 0;
    std::int64_t end = 0;
    bool has_last = false;
    std::uint64_t last_ms = 0;
  };
  using Key =
      std::tuple<int, std::string, std::string, std::uint32_t, int, std::vector<std::uint32_t>>;
  static std::string assemble(Packet const& packet, Datagram& datagram);

  std::map<Key, Datagram> datagrams_;
};

}  // namespace warpline::ids::reference
