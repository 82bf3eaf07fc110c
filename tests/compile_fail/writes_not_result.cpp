// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
// EXPECT: `Writes` is `Result<T>` or `NoResult`
#include "core/element/offload.hpp"

namespace warpline {

class Mistake final : public OffloadElement<Mistake> {
 public:
  using Reads = Payload<0>;
  struct Number {
    using Type = std::uint32_t;
    static constexpr unsigned kSize = 4;
  };
  using Writes = Number;
  explicit Mistake(Args&) {}
  struct Kernel {
    WARPLINE_HD std::uint32_t operator()(Bytes frame) const { return frame.size; }
  };
  Kernel kernel(Device&) const { return {}; }
  Verdict finish(Packet&, std::uint32_t) const { return forward(); }
};
WARPLINE_ELEMENT(Mistake);

}  // namespace warpline
