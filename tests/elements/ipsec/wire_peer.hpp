// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <random>
#include <string>

#include "core/net/ip_address.hpp"
#include "tests/elements/ipsec/frames.hpp"
#include "tests/elements/ipsec/raw_sa.hpp"

namespace warpline::ipsec::testing {

/// What goes around ESP.
struct WireForm {
  char const* name;
  bool tunnel, ipv6, udp;
};

inline Octets& operator+=(Octets& to, Octets const& more) {
  to.insert(to.end(), more.begin(), more.end());
  return to;
}

/// An IP packet with a right checksum; the addresses are of the version.
inline Octets ip_packet(Octets const& source, Octets const& destination, std::uint8_t protocol,
                        Octets const& carried, std::uint8_t tos = 0) {
  Octets packet;
  if (source.size() == 16) {
    auto const size = carried.size();
    packet = {static_cast<std::uint8_t>(0x60 | tos >> 4),
              static_cast<std::uint8_t>(tos << 4),
              0,
              0,
              static_cast<std::uint8_t>(size >> 8),
              static_cast<std::uint8_t>(size),
              protocol,
              64};
    packet += source;
    packet += destination;
  } else {
    auto const size = 20 + carried.size();
    packet = {0x45,
              tos,
              static_cast<std::uint8_t>(size >> 8),
              static_cast<std::uint8_t>(size),
              0,
              7,
              0,
              0,
              64,
              protocol,
              0,
              0};
    packet += source;
    packet += destination;
    auto const sum = static_cast<std::uint16_t>(~internet_sum(packet));
    packet[10] = static_cast<std::uint8_t>(sum >> 8);
    packet[11] = static_cast<std::uint8_t>(sum);
  }
  return packet += carried;
}

inline Octets in_ethernet(Octets const& packet) {
  Octets frame{2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2};
  frame += packet[0] >> 4 == 6 ? Octets{0x86, 0xdd} : Octets{0x08, 0x00};
  return frame += packet;
}

/// A sender at the far end of an inbound SA, by OpenSSL and the RFCs alone, which may send anything.
struct WirePeer {
  RawSa keys;
  WireForm form;
  std::uint32_t spi;
  std::uint64_t last;  ///< number of the newest packet whose integrity value was right

  std::string line() const {
    std::string const ends =
        form.ipv6 ? "src 2001:db8::1 dst 2001:db8::2" : "src 10.0.0.1 dst 10.0.0.2";
    return ends + " proto esp spi " + std::to_string(spi) + " replay-window 128 mode " +
           (form.tunnel ? "tunnel " : "transport ") + keys.words() + (keys.esn ? " flag esn" : "") +
           (form.udp ? " encap espinudp 4500 4500 0.0.0.0" : "") +
           (form.tunnel && !form.ipv6 ? " sel dst 192.168.0.0/16\n" : "\n");
  }

  Octets source() const { return address(1); }
  Octets destination() const { return address(2); }
  Octets address(std::uint8_t host) const {
    if (!form.ipv6) return {10, 0, 0, host};
    Octets result(16);
    result[0] = 0x20, result[1] = 0x01, result[2] = 0x0d, result[3] = 0xb8, result[15] = host;
    return result;
  }
  std::size_t block() const { return info(keys.suite).block; }

  /// Padding that aligns a text, plus `blocks` blocks.
  Octets padding(std::size_t text_size, std::size_t blocks = 0) const {
    Octets result((block() - (text_size + 2) % block()) % block() + blocks * block());
    for (std::size_t i = 0; i < result.size(); ++i) result[i] = static_cast<std::uint8_t>(i + 1);
    return result;
  }
  /// ESP with this number around text, padding and trailer.
  Octets esp(std::uint64_t number, Octets const& plain, std::mt19937& random) const {
    Octets packet;
    auto const put = [&packet](std::uint64_t value) {
      for (int shift = 24; shift >= 0; shift -= 8)
        packet.push_back(static_cast<std::uint8_t>(value >> shift));
    };
    put(spi);
    put(number);
    packet += random_octets(random, keys.iv_size());
    packet += plain;
    put(keys.esn ? number >> 32 : 0);
    packet.resize(packet.size() + keys.icv_size() - 4);
    return keys.seal(packet);
  }
  Octets esp(std::uint64_t number, Octets text, std::uint8_t next, std::mt19937& random) const {
    auto const pad = padding(text.size());
    text += pad;
    text += {static_cast<std::uint8_t>(pad.size()), next};
    return esp(number, text, random);
  }

  /// What carries ESP in UDP or not.
  static Octets in_udp(Octets const& data, std::uint16_t port = 4500) {
    auto const size = data.size() + 8;
    Octets result{0x11,
                  0x94,
                  static_cast<std::uint8_t>(port >> 8),
                  static_cast<std::uint8_t>(port),
                  static_cast<std::uint8_t>(size >> 8),
                  static_cast<std::uint8_t>(size),
                  0,
                  0};
    return result += data;
  }
  Octets carrying(Octets const& esp, bool udp, std::uint8_t tos = 0) const {
    return ip_packet(source(), destination(), udp ? protocol::kUdp : protocol::kEsp,
                     udp ? in_udp(esp) : esp, tos);
  }
  /// The frame that carries ESP as the SA wants it.
  Octets frame(Octets const& esp, std::uint8_t tos = 0) const {
    return in_ethernet(carrying(esp, form.udp, tos));
  }
};

}  // namespace warpline::ipsec::testing
