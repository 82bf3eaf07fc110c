// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
// EXPECT: wire types only
#include "core/element/offload.hpp"

namespace warpline {

struct Mistake final : PacketElement<Mistake> {
  explicit Mistake(Args&) {}
  Verdict operator()(Packet& packet) const {
    return packet.header<std::uint32_t>(14) != nullptr ? forward() : drop<"truncated">();
  }
};
WARPLINE_ELEMENT(Mistake);

}  // namespace warpline
