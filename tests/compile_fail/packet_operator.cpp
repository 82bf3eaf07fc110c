// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
// EXPECT: a PacketElement has `Verdict operator()(Packet&)`, public
#include "core/element/offload.hpp"

namespace warpline {

class Mistake final : public PacketElement<Mistake> {
 public:
  explicit Mistake(Args&) {}
  bool operator()(Packet&) { return true; }
};
WARPLINE_ELEMENT(Mistake);

}  // namespace warpline
