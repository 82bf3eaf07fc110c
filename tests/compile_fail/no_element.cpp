// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
// EXPECT: an element derives from Element, PacketElement, PolledElement or OffloadElement
#include "core/element/offload.hpp"

namespace warpline {

class Mistake final {
 public:
  explicit Mistake(Args&) {}
};
WARPLINE_ELEMENT(Mistake);

}  // namespace warpline
