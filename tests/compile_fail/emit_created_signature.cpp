// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
// EXPECT: `emit_created` has another signature than `void emit_created(Batch const&, Outputs&)`
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
  void emit_created(Outputs&) {}
};
WARPLINE_ELEMENT(Mistake);

}  // namespace warpline
