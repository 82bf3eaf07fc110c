// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
// EXPECT: a value of a packet is of a wire type
#include "core/element/offload.hpp"

namespace warpline {

class Mistake final : public OffloadElement<Mistake> {
 public:
  using Reads = Field<std::uint32_t, 14>;
  using Writes = Result<std::uint32_t>;
  explicit Mistake(Args&) {}
  struct Kernel {
    WARPLINE_HD std::uint32_t operator()(std::uint32_t value) const { return value; }
  };
  Kernel kernel(Device&) const { return {}; }
  Verdict finish(Packet&, std::uint32_t) const { return forward(); }
};
WARPLINE_ELEMENT(Mistake);

}  // namespace warpline
