// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "core/element/element.hpp"

namespace warpline {

/// Passes all packets on without reading them: measures the cost of an element.
///
///     FromInput -> Null -> ToOutput;
///
/// Ports: 1 in, 1 out.
/// Arguments: none.
/// Drops: none.
class Null final : public PacketElement<Null> {
 public:
  explicit Null(Args&) {}
  LinkTypeSet link_types() const override { return LinkTypeSet::all(); }
  Verdict operator()(Packet const&) const { return forward(); }
};
WARPLINE_ELEMENT(Null);

/// The same as Null, under NBA's name.
///
///     FromInput -> None -> ToOutput;
///
/// Ports: 1 in, 1 out.
/// Arguments: none.
/// Drops: none.
class None final : public PacketElement<None> {
 public:
  explicit None(Args&) {}
  LinkTypeSet link_types() const override { return LinkTypeSet::all(); }
  Verdict operator()(Packet const&) const { return forward(); }
};
WARPLINE_ELEMENT(None);

}  // namespace warpline
