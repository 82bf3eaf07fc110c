// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "elements/ipsec/packet/transport_checksum.hpp"
#include "tests/elements/ipsec/element_rig.hpp"
#include "tests/elements/ipsec/wire_peer.hpp"

namespace warpline::ipsec {
namespace {

using testing::ElementRig;
using testing::in_ethernet;
using testing::ip_packet;
using testing::Octets;
using testing::operator+=;
using testing::random_octets;
using testing::RawSa;
using testing::WireForm;
using testing::WirePeer;

constexpr WireForm kForms[] = {
    {"Tunnel4", true, false, false},     {"Tunnel4Udp", true, false, true},
    {"Tunnel6", true, true, false},      {"Tunnel6Udp", true, true, true},
    {"Transport4", false, false, false}, {"Transport4Udp", false, false, true},
    {"Transport6", false, true, false},  {"Transport6Udp", false, true, true},
};
constexpr unsigned kBatches = 160, kBatchSize = 250;  // 40,000 frames a form, 320,000 in all

/// What was sent, and what must become of it.
struct Sent {
  Octets frame;
  std::string reason;  ///< for which it is dropped
  Octets received;     ///< without one
};

class BadPackets : public ::testing::TestWithParam<WireForm> {
 protected:
  BadPackets()
      : path_(std::filesystem::temp_directory_path() /
              ("warpline-bad-" + std::string(GetParam().name) + ".sa")) {
    std::ofstream file(path_);
    for (auto const& suite : suites())
      for (bool const esn : {false, true}) {
        auto const number = static_cast<unsigned>(peers_.size());
        // Extended numbers pass 2^32 on the way.
        std::uint64_t const last = esn ? 0xfffffe00u : 1000 * number;
        peers_.push_back(
            {RawSa::random(suite.suite, esn, random_), GetParam(), 0x1000 + number, last});
        file << peers_.back().line();
      }
    settled_.assign(peers_.size(), 0);
    kept_.resize(peers_.size());
  }
  ~BadPackets() override { std::filesystem::remove(path_); }

  std::uint32_t draw(std::uint32_t below) { return static_cast<std::uint32_t>(random_()) % below; }
  bool tunnel() const { return GetParam().tunnel; }
  Octets octets(std::size_t size) { return random_octets(random_, size); }

  /// What can be protected: an IP packet for a tunnel.
  struct Clear {
    Octets text;
    std::uint8_t next;
  };
  Clear clear(std::uint8_t tos = 0) {
    auto const payload = octets(draw(90));
    if (!tunnel()) return {payload, protocol::kTcp};
    if (GetParam().ipv6 && draw(2) == 0)
      return {ip_packet(octets(16), octets(16), 17, payload, tos), protocol::kIpv6};
    return {ip_packet({10, 9, 9, 9}, {192, 168, 1, 1}, 17, payload, tos), protocol::kIpv4};
  }

  Sent genuine(std::size_t who, std::size_t more_padding = 0) {
    auto& peer = peers_[who];
    auto const inner = clear();
    auto plain = inner.text;
    if (tunnel() && more_padding > 0) plain += octets(draw(200));  // traffic-flow padding
    auto const padding = peer.padding(plain.size(), more_padding);
    plain += padding;
    plain += {static_cast<std::uint8_t>(padding.size()), inner.next};
    peer.last += 1 + draw(3);
    Sent sent{peer.frame(peer.esp(peer.last, plain, random_)), "", {}};
    auto ip = tunnel() ? inner.text
                       : ip_packet(peer.source(), peer.destination(), inner.next, inner.text);
    if (!tunnel() && GetParam().udp)
      renew_transport_checksum({ip.data(), static_cast<std::uint32_t>(ip.size())});
    sent.received = in_ethernet(ip);
    kept_[who] = {sent.frame, peer.last};
    return sent;
  }

  /// A packet with a right integrity value, and something else inside or around.
  Sent sealed(std::size_t who, Octets const& plain, std::string const& reason,
              std::uint8_t tos = 0) {
    auto& peer = peers_[who];
    return {peer.frame(peer.esp(++peer.last, plain, random_), tos), reason, {}};
  }
  Sent sealed(std::size_t who, Clear const& inside, std::string const& reason,
              std::uint8_t tos = 0) {
    auto& peer = peers_[who];
    return {peer.frame(peer.esp(++peer.last, inside.text, inside.next, random_), tos), reason, {}};
  }
  /// ESP as the peer would send it, which arrives otherwise or not at all.
  Octets unsent(std::size_t who) {
    auto const inner = clear();
    return peers_[who].esp(peers_[who].last + 1 + draw(1000), inner.text, inner.next, random_);
  }

  Sent with_bad_padding(std::size_t who) {
    auto plain = clear().text;
    auto padding = peers_[who].padding(plain.size(), 1 + draw(3));
    padding[draw(static_cast<std::uint32_t>(padding.size()))] ^=
        static_cast<std::uint8_t>(1 + draw(255));
    plain += padding;
    plain +=
        {static_cast<std::uint8_t>(padding.size()), tunnel() ? protocol::kIpv4 : protocol::kTcp};
    return sealed(who, plain, "bad_padding");
  }
  Sent with_too_much_padding(std::size_t who) {
    auto plain = octets(draw(60));
    plain += peers_[who].padding(plain.size());
    auto const room = static_cast<std::uint32_t>(plain.size());
    plain += {static_cast<std::uint8_t>(room + 1 + draw(255 - room)), protocol::kIpv4};
    return sealed(who, plain, "bad_padding");
  }
  Sent bad_inner(std::size_t who) {
    auto inner = clear();
    if (draw(2) == 0)
      inner.text[0] ^= 0x80;  // the version
    else
      inner.text.resize(draw(static_cast<std::uint32_t>(inner.text.size())));
    return sealed(who, inner, "bad_inner_packet");
  }

  /// All lengths are less than what was protected.
  Sent shortened(std::size_t who) {
    auto esp = unsent(who);
    auto const& peer = peers_[who];
    esp.resize(draw(static_cast<std::uint32_t>(esp.size())));
    auto const reason = esp.size() < 8                ? "truncated"
                        : peer.keys.holds(esp.size()) ? "bad_icv"
                                                      : "bad_esp_size";
    return {peer.frame(esp), reason, {}};
  }
  Sent cut(std::size_t who) {
    auto frame = peers_[who].frame(unsent(who));
    frame.resize(draw(static_cast<std::uint32_t>(frame.size())));
    return {frame, "truncated", {}};
  }
  Sent flipped(std::size_t who) {
    auto esp = unsent(who);
    auto const offset = 8 + draw(static_cast<std::uint32_t>(esp.size()) - 8);
    esp[offset] ^= static_cast<std::uint8_t>(1u << draw(8));
    return {peers_[who].frame(esp), "bad_icv", {}};
  }
  Sent renumbered(std::size_t who) {
    auto& peer = peers_[who];
    auto esp = unsent(who);
    auto const other = static_cast<std::uint32_t>(peer.last + 2000 + draw(100000));
    for (unsigned i = 0; i < 4; ++i) esp[4 + i] = static_cast<std::uint8_t>(other >> (24 - 8 * i));
    return {peer.frame(esp), "bad_icv", {}};
  }
  Sent under_foreign_key(std::size_t who) {
    auto forger = peers_[who];
    forger.keys = RawSa::random(forger.keys.suite, forger.keys.esn, random_);
    auto const inner = clear();
    return {
        forger.frame(forger.esp(forger.last + 1, inner.text, inner.next, random_)), "bad_icv", {}};
  }
  Sent of_another_epoch(std::size_t who) {
    auto const& peer = peers_[who];
    if (!peer.keys.esn) return flipped(who);
    auto const inner = clear();
    auto const number = peer.last + 1 + (std::uint64_t{1 + draw(1000)} << 32);
    return {peer.frame(peer.esp(number, inner.text, inner.next, random_)), "bad_icv", {}};
  }
  Sent replayed(std::size_t who) {
    auto const& [frame, number] = kept_[who];
    if (frame.empty() || peers_[who].last - number > 60) return genuine(who);
    return {frame, "replayed", {}};
  }
  /// With extended numbers what is left of the window is taken for one of the next 2^32.
  Sent too_old(std::size_t who) {
    auto const& peer = peers_[who];
    std::uint64_t const age = 128 + draw(500);
    if (settled_[who] <= age) return genuine(who);
    auto const inner = clear();
    auto const esp = peer.esp(settled_[who] - age, inner.text, inner.next, random_);
    return {peer.frame(esp), peer.keys.esn ? "bad_icv" : "too_old", {}};
  }

  Sent of_no_sa(std::size_t who) {
    auto esp = unsent(who);
    auto const& peer = peers_[who];
    if (draw(2) == 0) {
      esp[draw(2)] ^= static_cast<std::uint8_t>(1 + draw(254));
      return {peer.frame(esp), "no_sa", {}};
    }
    auto const proto = GetParam().udp ? protocol::kUdp : protocol::kEsp;
    auto const carried = GetParam().udp ? WirePeer::in_udp(esp) : esp;
    auto const host = static_cast<std::uint8_t>(3 + draw(200));
    return {in_ethernet(ip_packet(peer.source(), peer.address(host), proto, carried)), "no_sa", {}};
  }
  Sent in_the_wrong_thing(std::size_t who) {
    return {
        in_ethernet(peers_[who].carrying(unsent(who), !GetParam().udp)), "wrong_encapsulation", {}};
  }
  /// `type`: of an IPv6 extension header before what the packet carries.
  static Octets extended(Octets packet, std::uint8_t type, Octets header) {
    header[0] = packet[6];
    packet[6] = type;
    auto const size = static_cast<std::uint16_t>((packet[4] << 8 | packet[5]) + header.size());
    packet[4] = static_cast<std::uint8_t>(size >> 8);
    packet[5] = static_cast<std::uint8_t>(size);
    packet.insert(packet.begin() + 40, header.begin(), header.end());
    return packet;
  }
  Sent fragment(std::size_t who) {
    auto packet = peers_[who].carrying(unsent(who), GetParam().udp);
    auto place = static_cast<std::uint16_t>(draw(3) == 0 ? 0 : 1 + draw(0x1fff));
    bool const more = place == 0 || draw(2) == 0;
    if (GetParam().ipv6) {
      place = static_cast<std::uint16_t>(place << 3 | (more ? 1 : 0));
      packet = extended(packet, 44,
                        {0, 0, static_cast<std::uint8_t>(place >> 8),
                         static_cast<std::uint8_t>(place), 1, 2, 3, 4});
    } else {
      packet[6] = static_cast<std::uint8_t>(place >> 8 | (more ? 0x20 : 0));
      packet[7] = static_cast<std::uint8_t>(place);
    }
    return {in_ethernet(packet), "fragment", {}};
  }
  Sent with_bad_header(std::size_t who) {
    auto packet = peers_[who].carrying(unsent(who), GetParam().udp);
    auto const which = draw(3);
    Octets frame;
    if (which == 0) {
      frame = in_ethernet(packet);
      frame[14] ^= 0x30;  // the version
      return {frame, "bad_ip_header", {}};
    }
    if (GetParam().ipv6) {
      Octets header(8);
      header[1] = 255;  // longer than the packet
      constexpr std::uint8_t kTypes[] = {0, 43, 60};
      return {in_ethernet(extended(packet, kTypes[draw(3)], header)), "bad_ip_header", {}};
    }
    frame = in_ethernet(packet);
    if (which == 1)
      frame[14] = static_cast<std::uint8_t>(0x40 | draw(5));
    else
      frame[16] = 0, frame[17] = static_cast<std::uint8_t>(draw(20));
    return {frame, "bad_ip_header", {}};
  }
  Sent behind_long_headers(std::size_t who) {
    if (!GetParam().ipv6) return with_bad_header(who);
    Octets header(256);
    header[1] = 31;
    auto const packet = peers_[who].carrying(unsent(who), GetParam().udp);
    return {in_ethernet(extended(packet, 60, header)), "long_headers", {}};
  }
  Sent not_esp(std::size_t who) {
    auto const& peer = peers_[who];
    auto const data = octets(12 + draw(100));
    auto const ip = [&](std::uint8_t proto, Octets const& carried) {
      return in_ethernet(ip_packet(peer.source(), peer.destination(), proto, carried));
    };
    auto ike = data;
    ike[0] = ike[1] = ike[2] = ike[3] = 0;
    switch (draw(4)) {
      case 0:
        return {ip(protocol::kUdp, WirePeer::in_udp(ike)), "not_esp", {}};
      case 1:
        return {ip(protocol::kUdp, WirePeer::in_udp(data, static_cast<std::uint16_t>(draw(4500)))),
                "not_esp",
                {}};
      case 2:
        return {ip(protocol::kTcp, data), "not_esp", {}};
      default:
        return {ip(protocol::kUdp, WirePeer::in_udp({0xff})), "keepalive", {}};
    }
  }
  /// Any bytes where an SA's packet is expected.
  Sent random_behind_spi(std::size_t who) {
    auto const& peer = peers_[who];
    auto esp = unsent(who);
    esp.resize(8);
    esp += octets(draw(200));
    return {peer.frame(esp), peer.keys.holds(esp.size()) ? "bad_icv" : "bad_esp_size", {}};
  }
  Sent random_frame() {
    auto frame = octets(draw(300));
    if (frame.size() < 14) return {frame, "truncated", {}};
    auto const ip = draw(3);
    if (ip == 0) {
      frame[12] |= 0x90;
      return {frame, "not_esp", {}};
    }
    frame[12] = ip == 1 ? 0x08 : 0x86, frame[13] = ip == 1 ? 0x00 : 0xdd;
    if (frame.size() < (ip == 1 ? 34u : 54u)) return {frame, "truncated", {}};
    frame[14] = static_cast<std::uint8_t>(frame[14] % 64);  // a version below 4
    return {frame, "bad_ip_header", {}};
  }
  Sent of_another_flow(std::size_t who) {
    if (GetParam().ipv6) return of_no_sa(who);
    auto const payload = octets(draw(90));
    if (draw(2) == 0)
      return sealed(who, Clear{ip_packet(octets(16), octets(16), 17, payload), protocol::kIpv6},
                    "policy_mismatch");
    return sealed(who,
                  Clear{ip_packet({10, 9, 9, 9}, {192, 169, 1, 1}, 17, payload), protocol::kIpv4},
                  "policy_mismatch");
  }

  Sent next() {
    auto const who = draw(static_cast<std::uint32_t>(peers_.size()));
    switch (draw(tunnel() ? 27 : 23)) {
      case 0:
      case 1:
        return genuine(who);
      case 2:
        return genuine(who, 1 + draw(12));
      case 3:
      case 4:
        return flipped(who);
      case 5:
        return renumbered(who);
      case 6:
        return under_foreign_key(who);
      case 7:
        return of_another_epoch(who);
      case 8:
      case 9:
        return replayed(who);
      case 10:
        return too_old(who);
      case 11:
        return of_no_sa(who);
      case 12:
        return cut(who);
      case 13:
        return shortened(who);
      case 14:
        return with_bad_padding(who);
      case 15:
        return with_too_much_padding(who);
      case 16:
        return in_the_wrong_thing(who);
      case 17:
        return fragment(who);
      case 18:
        return with_bad_header(who);
      case 19:
        return behind_long_headers(who);
      case 20:
        return draw(2) == 0 ? not_esp(who) : sealed(who, Clear{octets(draw(90)), 59}, "dummy");
      case 21:
        return random_behind_spi(who);
      case 22:
        return random_frame();
      case 23:
        return bad_inner(who);
      case 24:
        return sealed(who, clear(0), "ce_not_ect", 3);
      case 25:
        return sealed(who, Clear{clear().text, static_cast<std::uint8_t>(60 + draw(190))},
                      "bad_next_header");
      default:
        return of_another_flow(who);
    }
  }

  std::mt19937 random_{4309};
  std::filesystem::path path_;
  std::vector<WirePeer> peers_;
  std::vector<std::uint64_t> settled_;  // `last` of the batches before
  struct Kept {
    Octets frame;
    std::uint64_t number = 0;
  };
  std::vector<Kept> kept_;  // a packet of each SA that was accepted
};

TEST_P(BadPackets, AreDroppedForWhatWasDoneToThemAndGenuineOnesGoOn) {
  ElementRig rig("IPsecDecrypt(" + path_.string() + ")");
  std::map<std::string, std::uint64_t> reasons;
  std::size_t genuine_ones = 0;
  for (unsigned round = 0; round < kBatches; ++round) {
    std::vector<Octets> frames, received;
    for (unsigned i = 0; i < kBatchSize; ++i) {
      // The first batch takes the numbers to where they start.
      auto sent = round == 0 ? genuine(i % peers_.size()) : next();
      frames.push_back(std::move(sent.frame));
      if (sent.reason.empty())
        received.push_back(std::move(sent.received));
      else
        ++reasons[sent.reason];
    }
    rig.send(frames);
    genuine_ones += received.size();
    ASSERT_EQ(rig.drops(), reasons) << "batch " << round;
    ASSERT_TRUE(rig.caught->frames == received) << "batch " << round;
    rig.caught->frames.clear();
    for (std::size_t i = 0; i < peers_.size(); ++i) settled_[i] = peers_[i].last;
  }
  EXPECT_TRUE(rig.conserved());
  EXPECT_GT(genuine_ones, kBatches * kBatchSize / 20);
  for (char const* const reason : {"truncated", "bad_ip_header", "fragment", "keepalive", "not_esp",
                                   "no_sa", "wrong_encapsulation", "bad_esp_size", "replayed",
                                   "too_old", "bad_icv", "bad_padding", "dummy"})
    EXPECT_GT(reasons[reason], 100u) << reason;
  if (tunnel()) {
    for (char const* const reason : {"bad_inner_packet", "ce_not_ect", "bad_next_header"})
      EXPECT_GT(reasons[reason], 100u) << reason;
  }
}

INSTANTIATE_TEST_SUITE_P(Ipsec, BadPackets, ::testing::ValuesIn(kForms),
                         [](auto const& test_case) { return std::string(test_case.param.name); });

}  // namespace
}  // namespace warpline::ipsec
