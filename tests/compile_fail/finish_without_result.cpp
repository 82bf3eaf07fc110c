// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
// EXPECT: `finish` has another signature than `Verdict finish(Packet&)`, which an element with NoResult has
#include "core/element/offload.hpp"

namespace warpline {

class Mistake final : public OffloadElement<Mistake> {
 public:
  using Reads = Payload<0>;
  using Writes = NoResult;
  explicit Mistake(Args&) {}
  struct Kernel {
    WARPLINE_HD void operator()(Bytes) const {}
  };
  Kernel kernel(Device&) const { return {}; }
  Verdict finish(Packet&, std::uint32_t) const { return forward(); }
};
WARPLINE_ELEMENT(Mistake);

}  // namespace warpline
