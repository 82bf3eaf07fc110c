// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
// EXPECT: a result is copied from a device byte by byte
#include <string>

#include "core/element/offload.hpp"

namespace warpline {

class Mistake final : public OffloadElement<Mistake> {
 public:
  using Reads = Payload<0>;
  using Writes = Result<std::string>;
  explicit Mistake(Args&) {}
  struct Kernel {
    WARPLINE_HD std::string operator()(Bytes frame) const { return std::string(frame.size, 0); }
  };
  Kernel kernel(Device&) const { return {}; }
  Verdict finish(Packet&, std::string const&) const { return forward(); }
};
WARPLINE_ELEMENT(Mistake);

}  // namespace warpline
