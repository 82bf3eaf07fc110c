// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
// EXPECT: a result has at most 32 bytes
#include "core/element/offload.hpp"

namespace warpline {

class Mistake final : public OffloadElement<Mistake> {
 public:
  using Reads = Payload<0>;
  struct Large {
    std::uint64_t words[5];
  };
  using Writes = Result<Large>;
  explicit Mistake(Args&) {}
  struct Kernel {
    WARPLINE_HD Large operator()(Bytes) const { return {}; }
  };
  Kernel kernel(Device&) const { return {}; }
};
WARPLINE_ELEMENT(Mistake);

}  // namespace warpline
