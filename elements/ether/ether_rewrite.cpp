// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <optional>
#include <string>
#include <string_view>

#include "core/element/element.hpp"
#include "core/net/wire.hpp"

namespace warpline {
namespace {

/// Six bytes of two hex digits with colons or hyphens between them, or nothing.
std::optional<ether::Address> parse_address(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  ether::Address address{};
  if (text.size() != 17) return {};
  for (std::size_t i = 0; i < text.size(); ++i) {
    auto& byte = address.bytes[i / 3];
    if (i % 3 == 2) {
      if ((text[i] != ':' && text[i] != '-') || text[i] != text[2]) return {};
      continue;
    }
    auto const lower = text[i] >= 'A' && text[i] <= 'F' ? text[i] - 'A' + 'a' : text[i];
    auto const digit = kDigits.find(static_cast<char>(lower));
    if (digit == kDigits.npos) return {};
    byte = static_cast<std::uint8_t>(byte << 4 | digit);
  }
  return address;
}

}  // namespace

/// Sets the Ethernet source and destination addresses, for the next hop.
///
///     FromInput -> EtherRewrite(02:00:00:00:00:01, 02:00:00:00:00:02) -> ToOutput;
///
/// Ports: 1 in, 1 out.
/// Arguments: SRC: the source address, that of the sending port. DST: the destination address, that
/// of the receiving station on the link.
/// Drops: truncated (no whole Ethernet header).
class EtherRewrite final : public PacketElement<EtherRewrite> {
 public:
  explicit EtherRewrite(Args& args)
      : source_(address(args, "SRC")), destination_(address(args, "DST")) {}

  Verdict operator()(Packet& packet) const {
    auto* frame = packet.header<ether::Header>(0);
    if (frame == nullptr) return drop<"truncated">();
    frame->destination = destination_;
    frame->source = source_;
    return forward();
  }

 private:
  static ether::Address address(Args& args, std::string_view name) {
    auto const text = args.required<std::string>(name);
    if (auto const parsed = parse_address(text)) return *parsed;
    throw args.error(std::string(name) + " is '" + text +
                         "'; expected an Ethernet address, e.g. 02:00:00:00:00:01",
                     name);
  }

  ether::Address source_;
  ether::Address destination_;
};
WARPLINE_ELEMENT(EtherRewrite);

}  // namespace warpline
