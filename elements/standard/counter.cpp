// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "core/element/element.hpp"

// In its own namespace: the statistics have a type of this name.
namespace warpline::standard {

/// Counts packets and bytes, like every element: a named place for reading the counters.
///
///     FromInput -> all :: Counter -> ToOutput;
///
/// Ports: 1 in, 1 out.
/// Arguments: none.
/// Drops: none.
class Counter final : public Element {
 public:
  explicit Counter(Args&) {}
  LinkTypeSet link_types() const override { return LinkTypeSet::all(); }
  void process(BatchPtr batch, unsigned, Outputs& out) noexcept override {
    out.emit(std::move(batch));
  }
};
WARPLINE_ELEMENT(Counter);

}  // namespace warpline::standard
