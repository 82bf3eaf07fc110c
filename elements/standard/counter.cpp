// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "core/element/element.hpp"

// A namespace of its own: the statistics have a type of this name.
namespace warpline::standard {

/// Counts packets and bytes, as every element does: a named place to read them at.
///
///     FromInput -> all :: Counter -> ToOutput;
///
/// Ports: 1 in, 1 out.
/// Arguments: none.
/// Drops: none.
class Counter final : public Element {
 public:
  explicit Counter(Args&) {}
  void process(BatchPtr batch, unsigned, Outputs& out) noexcept override {
    out.emit(std::move(batch));
  }
};
WARPLINE_ELEMENT(Counter);

}  // namespace warpline::standard
