// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "core/element/element.hpp"
#include "elements/standard/click_words.hpp"

namespace warpline {

/// Drops every packet, counted as `discarded`.
///
///     FromInput -> Discard;
///
/// Click's BURST and ACTIVE have no effect; a notice reports them.
///
/// Ports: 1 in, 0 out.
/// Arguments: none.
/// Drops: discarded.
class Discard final : public Element {
 public:
  explicit Discard(Args& args) {
    static constexpr std::string_view kIgnored[] = {"BURST", "ACTIVE"};
    ignore_click_words(args, kIgnored);
  }
  PortCounts ports() const override { return {1, 0}; }
  LinkTypeSet link_types() const override { return LinkTypeSet::all(); }
  void process(BatchPtr batch, unsigned, Outputs& out) noexcept override {
    out.drop(std::move(batch), detail::drop_reason<"discarded">);
  }
};
WARPLINE_ELEMENT(Discard);

}  // namespace warpline
