// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
// EXPECT: the element does not override `void process(BatchPtr, unsigned, Outputs&) noexcept`
#include "core/element/offload.hpp"

namespace warpline {

class Mistake final : public Element {
 public:
  explicit Mistake(Args&) {}
  void process(BatchPtr batch, Outputs& out) noexcept { out.emit(std::move(batch)); }
};
WARPLINE_ELEMENT(Mistake);

}  // namespace warpline
