// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "core/element/polled_element.hpp"

namespace warpline {
namespace {

/// Moves N bytes of headroom into each frame.
class TestPrepend final : public PacketElement<TestPrepend> {
 public:
  explicit TestPrepend(Args& args) : bytes_(args.required<std::uint32_t>("N")) {}
  Verdict operator()(Packet& packet) const {
    return packet.prepend(bytes_) ? forward() : drop<"test_no_headroom">();
  }

 private:
  unsigned bytes_;
};
WARPLINE_ELEMENT(TestPrepend);

/// Sets the output port, even to a number without a port.
class TestOutPort final : public PacketElement<TestOutPort> {
 public:
  explicit TestOutPort(Args& args) : port_(args.required<std::uint16_t>("PORT")) {}
  Verdict operator()(Packet& packet) const {
    packet.out_port = port_;
    return forward();
  }

 private:
  std::uint16_t port_;
};
WARPLINE_ELEMENT(TestOutPort);

/// A source that emits nothing and needs no port.
class TestSilence final : public SourceElement {
 public:
  explicit TestSilence(Args&) {}
  bool finished() const noexcept override { return true; }
  unsigned poll(Outputs&) noexcept override { return 0; }
};
WARPLINE_ELEMENT(TestSilence);

}  // namespace
}  // namespace warpline
