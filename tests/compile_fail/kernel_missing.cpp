// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
// EXPECT: an element for devices declares `struct Kernel`, public
#include "core/element/offload.hpp"

namespace warpline {

class Mistake final : public OffloadElement<Mistake> {
 public:
  using Reads = Payload<0>;
  using Writes = Result<std::uint32_t>;
  explicit Mistake(Args&) {}
  Verdict finish(Packet&, std::uint32_t) const { return forward(); }
};
WARPLINE_ELEMENT(Mistake);

}  // namespace warpline
