// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "core/element/element.hpp"
#include "core/packet/annotations.hpp"

namespace warpline {

/// The element that a graph inserts if headers are used that no element has parsed: sets
/// annotations up to layer `kLayer` and drops nothing.
template <Annotation kLayer>
struct HeaderParser final : PacketElement<HeaderParser<kLayer>> {
  Verdict operator()(Packet& packet) const {
    parse<kLayer>(packet);
    return forward();
  }
};

inline std::unique_ptr<Element> make_header_parser(Annotation layer) {
  if (layer == Annotation::kTransport)
    return std::make_unique<HeaderParser<Annotation::kTransport>>();
  if (layer == Annotation::kNetwork) return std::make_unique<HeaderParser<Annotation::kNetwork>>();
  return std::make_unique<HeaderParser<Annotation::kL2>>();
}

}  // namespace warpline
