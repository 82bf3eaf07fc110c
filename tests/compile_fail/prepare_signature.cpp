// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
// EXPECT: `prepare` has another signature than `Verdict prepare(Packet&)`
#include "core/element/offload.hpp"

namespace warpline {

class Mistake final : public OffloadElement<Mistake> {
 public:
  using Reads = Payload<0>;
  using Writes = Result<std::uint32_t>;
  explicit Mistake(Args&) {}
  struct Kernel {
    WARPLINE_HD std::uint32_t operator()(Bytes frame) const { return frame.size; }
  };
  Kernel kernel(Device&) const { return {}; }
  Verdict finish(Packet&, std::uint32_t) const { return forward(); }
  Verdict prepare(Packet&, unsigned) { return forward(); }
};
WARPLINE_ELEMENT(Mistake);

}  // namespace warpline
