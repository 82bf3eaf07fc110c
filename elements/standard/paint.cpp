// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "core/element/element.hpp"

namespace warpline {

/// Sets the colour of every packet, which other elements can read.
///
///     FromInput -> Paint(3) -> CheckPaint(3) -> ToOutput;
///
/// Ports: 1 in, 1 out.
/// Arguments: COLOR: the colour (0 to 255); received packets have 0.
/// Drops: none.
class Paint final : public PacketElement<Paint> {
 public:
  explicit Paint(Args& args) : color_(args.required<std::uint8_t>("COLOR")) {}
  LinkTypeSet link_types() const override { return LinkTypeSet::all(); }
  Verdict operator()(Packet& packet) const {
    packet.paint = color_;
    return forward();
  }

 private:
  std::uint8_t color_;
};
WARPLINE_ELEMENT(Paint);

/// Sends packets of one colour to the first output and others to the second.
///
///     FromInput -> red :: CheckPaint(1); red[0] -> ToOutput; red[1] -> Discard;
///
/// Ports: 1 in, 2 out; the second may be left unconnected.
/// Arguments: COLOR: the colour (0 to 255).
/// Drops: wrong_paint (another colour, and the second output is not connected).
class CheckPaint final : public Element {
 public:
  explicit CheckPaint(Args& args) : color_(args.required<std::uint8_t>("COLOR")) {}
  PortCounts ports() const override { return {1, 2, 1}; }
  LinkTypeSet link_types() const override { return LinkTypeSet::all(); }

  void process(BatchPtr batch, unsigned, Outputs& out) noexcept override {
    auto const other = out.ports() == 2 ? forward(1) : drop<"wrong_paint">();
    emit_by_verdict(std::move(batch), out, [&](Packet const& packet, unsigned) {
      return packet.paint == color_ ? forward() : other;
    });
  }

 private:
  std::uint8_t color_;
};
WARPLINE_ELEMENT(CheckPaint);

/// Sends each packet to the output with the number of its colour.
///
///     FromInput -> colors :: PaintSwitch; colors[0] -> ToOutput; colors[1] -> Discard;
///
/// Ports: 1 in, 1 to 64 out.
/// Arguments: none.
/// Drops: unknown_paint (no output has that number).
class PaintSwitch final : public Element {
 public:
  explicit PaintSwitch(Args&) {}
  PortCounts ports() const override { return {1, PortCounts::kAny}; }
  LinkTypeSet link_types() const override { return LinkTypeSet::all(); }

  void process(BatchPtr batch, unsigned, Outputs& out) noexcept override {
    auto const outputs = out.ports();
    emit_by_verdict(std::move(batch), out, [&](Packet const& packet, unsigned) {
      return packet.paint < outputs ? forward(packet.paint) : drop<"unknown_paint">();
    });
  }
};
WARPLINE_ELEMENT(PaintSwitch);

}  // namespace warpline
