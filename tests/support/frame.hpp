// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace warpline::test {

using Frame = std::vector<std::uint8_t>;

/// The default addresses of frames.
inline constexpr std::array<std::uint8_t, 6> kStation{0x02, 0, 0, 0, 0, 1};
inline constexpr std::array<std::uint8_t, 6> kOtherStation{0x02, 0, 0, 0, 0, 2};
inline constexpr std::array<std::uint8_t, 6> kBroadcast{0xff, 0xff, 0xff, 0xff, 0xff, 0xff};

/// Fields of an IPv4 header (RFC 791), in host byte order. Fields that are not set get correct
/// values.
struct Ipv4 {
  std::uint32_t source = 0x0a000001;
  std::uint32_t destination = 0x0a000002;
  std::uint8_t ttl = 64;
  std::uint8_t tos = 0;
  std::uint16_t id = 0;
  std::uint16_t fragment = 0;
  Frame options{};  ///< a multiple of four bytes, at most 40
  std::optional<std::uint8_t> protocol{};
  std::optional<std::uint8_t> version_ihl{};
  std::optional<std::uint16_t> total_length{};
  bool right_checksum = true;
};

/// Fields of an IPv6 header (RFC 8200).
struct Ipv6 {
  std::array<std::uint8_t, 16> source{0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
  std::array<std::uint8_t, 16> destination{0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0,
                                           0,    0,    0,    0,    0, 0, 0, 2};
  std::uint8_t hop_limit = 64;
  std::uint8_t version = 6;
  std::optional<std::uint8_t> next_header{};
  std::optional<std::uint16_t> payload_length{};
};

/// Builds an Ethernet frame, layer by layer. Lengths, types and checksums are correct unless a
/// field sets them otherwise.
///
///     FrameBuilder().vlan(5).ipv4({.ttl = 1}).udp(1000, 2000).payload("hello").pad_to(60).build()
class FrameBuilder {
 public:
  FrameBuilder& ether(std::array<std::uint8_t, 6> destination,
                      std::array<std::uint8_t, 6> source = kOtherStation);
  /// The Ethernet type, if no IP header follows that implies it.
  FrameBuilder& type(std::uint16_t type);
  /// One more 802.1Q tag, outermost first.
  FrameBuilder& vlan(std::uint16_t id);
  FrameBuilder& ipv4(Ipv4 fields = {});
  FrameBuilder& ipv6(Ipv6 fields = {});
  FrameBuilder& udp(std::uint16_t source, std::uint16_t destination, bool right_checksum = true);
  FrameBuilder& tcp(std::uint16_t source, std::uint16_t destination, std::uint8_t flags = 0x10,
                    bool right_checksum = true);
  FrameBuilder& payload(std::string_view text);
  FrameBuilder& payload(Frame bytes);
  /// Adds zeros at the end, up to this length of the frame.
  FrameBuilder& pad_to(std::size_t length);
  Frame build() const;

 private:
  struct Transport {
    std::uint8_t protocol = 0;
    std::uint16_t source = 0, destination = 0;
    std::uint8_t flags = 0;
    bool right_checksum = true;
  };
  Frame transport() const;
  std::uint8_t protocol(std::optional<std::uint8_t> given) const;

  std::array<std::uint8_t, 6> destination_ = kStation, source_ = kOtherStation;
  std::optional<std::uint16_t> type_;
  std::vector<std::uint16_t> vlans_;
  std::optional<Ipv4> ipv4_;
  std::optional<Ipv6> ipv6_;
  std::optional<Transport> transport_;
  Frame payload_;
  std::size_t least_ = 0;
};

/// Bytes from a hex text; blanks and line ends are ignored.
Frame from_hex(std::string_view hex);

/// The internet checksum of some bytes, implemented from RFC 1071 independently of the engine.
std::uint16_t plain_checksum(Frame const& bytes);

}  // namespace warpline::test
