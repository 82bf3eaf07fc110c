// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <vector>

#include "core/element/context.hpp"
#include "core/element/element.hpp"
#include "core/net/wire.hpp"

namespace warpline {

/// Sets the output port of packets for `ToOutput`, and drops frames for groups of stations unless
/// GROUPS is true.
///
///     FromInput -> L2Forward(method echoback) -> ToOutput;
///
/// Methods: `echoback`, the other port of the pair (0 and 1, 2 and 3, …), or the same port if there
/// is no other; `echoback_cross`, the port plus half the number of ports; `roundrobin`, the next
/// port for each packet; `roundrobin_batch`, the next port for each batch; `two_to_one`, the first
/// port of the pair.
///
/// Ports: 1 in, 1 out.
/// Arguments: method: one of these (default echoback). GROUPS: forward frames for groups of
/// stations, too, such as requests of ARP, as a transparent bridge must (default false).
/// Drops: truncated (no whole Ethernet header), not_unicast.
class L2Forward final : public Element {
 public:
  explicit L2Forward(Args& args) {
    static std::vector<std::string> const methods = {"echoback", "echoback_cross", "roundrobin",
                                                     "roundrobin_batch", "two_to_one"};
    auto const method = args.keyword<std::string>("method", "echoback");
    groups_ = args.keyword("GROUPS", false);
    auto const& context = args.context();
    auto const ports = static_cast<unsigned>(context.ports.size());
    if (ports == 0) throw args.error("there is no port to send to");
    next_ = context.worker % ports;
    each_packet_ = method == "roundrobin";
    each_batch_ = method == "roundrobin_batch";
    for (unsigned port = 0; port < ports; ++port) {
      unsigned to = port;
      if (method == "echoback")
        to = (port ^ 1) < ports ? port ^ 1 : port;
      else if (method == "echoback_cross")
        to = (port + ports / 2) % ports;
      else if (method == "two_to_one")
        to = port & ~1u;
      else if (!each_packet_ && !each_batch_)
        throw unknown(args, method, methods);
      to_.push_back(static_cast<std::uint16_t>(to));
    }
  }

  void process(BatchPtr batch, unsigned, Outputs& out) noexcept override {
    auto const next = [this] {
      auto const port = next_;
      next_ = next_ + 1 == to_.size() ? 0 : next_ + 1;
      return static_cast<std::uint16_t>(port);
    };
    auto const for_batch = each_batch_ ? next() : std::uint16_t{0};
    emit_by_verdict(std::move(batch), out, [=, this](Packet& packet, unsigned) {
      auto const* frame = packet.header<ether::Header>(0);
      if (frame == nullptr) return drop<"truncated">();
      if (frame->destination.is_group() && !groups_) return drop<"not_unicast">();
      packet.out_port = each_batch_ ? for_batch : each_packet_ ? next() : to_[packet.in_port];
      return forward();
    });
  }

 private:
  static ConfigError unknown(Args& args, std::string const& method,
                             std::vector<std::string> const& methods) {
    std::string text = "unknown method '" + method + "'; there are:";
    for (auto const& choice : methods) text += " " + choice;
    return args.error(text + did_you_mean(method, methods), "method");
  }

  std::vector<std::uint16_t> to_;  // by the port a packet came from
  unsigned next_ = 0;
  bool each_packet_ = false, each_batch_ = false, groups_ = false;
};
WARPLINE_ELEMENT(L2Forward);

}  // namespace warpline
