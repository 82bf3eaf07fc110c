// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
// EXPECT: `Uses` is `Annotations<Annotation::..., ...>`
#include "core/element/offload.hpp"

namespace warpline {

class Mistake final : public PacketElement<Mistake> {
 public:
  using Uses = Annotation;
  explicit Mistake(Args&) {}
  Verdict operator()(Packet&) { return forward(); }
};
WARPLINE_ELEMENT(Mistake);

}  // namespace warpline
