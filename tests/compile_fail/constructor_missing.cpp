// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
// EXPECT: an element has a public constructor that takes Args&
#include "core/element/offload.hpp"

namespace warpline {

class Mistake final : public PacketElement<Mistake> {
 public:
  Verdict operator()(Packet&) { return forward(); }
};
WARPLINE_ELEMENT(Mistake);

}  // namespace warpline
