// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ipsec/packet/esp_inbound.hpp"

#include <gtest/gtest.h>

#include "elements/ipsec/packet/ecn.hpp"
#include "elements/ipsec/packet/esp_outbound.hpp"
#include "elements/ipsec/packet/transport_checksum.hpp"
#include "tests/elements/ipsec/esp_forms.hpp"

namespace warpline::ipsec {
namespace {

using testing::carry_esp;
using testing::Frame;
using testing::ip_of;
using testing::ipv4_frame;
using testing::ipv6_frame;
using testing::Octets;
using testing::reason;
using testing::seal_esp;

constexpr std::uint64_t kHigh = std::uint64_t{0x0badcafe} << 32;

/// All steps of a packet that needs no decryption; the reason of a drop.
std::string receive(SaEncapsulation const& form, Frame& frame, std::uint64_t high = kHigh) {
  EspInbound const sa(form);
  OuterPacket outer{};
  auto const port = form.udp ? form.udp->destination : std::uint16_t{4500};
  auto const kind = inspect_outer(frame.packet, outer, port);
  if (kind != OuterKind::kEsp) return "not ESP: " + reason(dropped_as(kind));
  auto const number = form.esn ? high | outer.sequence : outer.sequence;
  auto const ready = sa.prepare(frame.packet, outer, number, 5);
  if (ready.is_drop()) return reason(ready);
  SaTag const tag(frame.packet.tag);
  EXPECT_EQ(tag.index(), 5u);
  EXPECT_EQ(34 + tag.offset(), outer.esp_offset);
  EXPECT_EQ(sa.sequence(frame.packet, outer.esp_offset), number);
  EXPECT_EQ(frame.packet.length, outer.end + (form.esn ? 4 : 0));
  return reason(sa.decapsulate(frame.packet, outer.esp_offset));
}

std::string receive(SaEncapsulation const& form, Octets const& bytes) {
  Frame frame(bytes, 0, 4);
  return receive(form, frame);
}

using EspInboundTest = testing::EachForm;

bool is_tunnel(SaEncapsulation const& form) { return form.mode == SaMode::kTunnel; }

TEST_P(EspInboundTest, GivesBackWhatWentOut) {
  for_each_form([&](SaEncapsulation const& form) {
    std::mt19937 random(4303);
    EspOutbound const out(0x1234, form);
    for (unsigned size = 0; size <= 300; ++size) {
      auto const payload = testing::random_octets(random, size);
      auto const clear = size % 2 == 0 ? ipv4_frame(payload, {.tos = 2}) : ipv6_frame(payload, 2);
      Frame frame(clear, 72, 15 + 2 + 32 + 4);
      auto const before = frame.packet;
      InnerPacket inner{};
      parse<Annotation::kNetwork>(frame.packet);
      ASSERT_EQ(reason(inspect_inner(frame.packet)), "none");
      ASSERT_EQ(reason(out.check_room(frame.packet, inner)), "none");
      auto const number = form.esn ? kHigh + 7 : 7;
      out.encapsulate(frame.packet, inner, number, 1);
      frame.packet.in_port = 3;
      ASSERT_EQ(receive(form, frame), "none");
      ASSERT_EQ(frame.bytes(), clear) << "size " << size;
      ASSERT_EQ(frame.packet.data, before.data);
      ASSERT_EQ(frame.packet.headroom, before.headroom);
      ASSERT_EQ(frame.packet.tailroom, before.tailroom);
      ASSERT_EQ(frame.packet.in_port, 3);
    }
  });
}

TEST_P(EspInboundTest, AppendsTheHighHalfBehindTheIntegrityValue) {
  for_each_form([&](SaEncapsulation const& form) {
    auto const bytes = carry_esp(form, seal_esp(form, Octets(30, 0x77), {.sequence = 0xfffffff0}));
    for (unsigned const trailing : {0u, 3u, 60u}) {
      auto padded = bytes;
      padded.resize(bytes.size() + trailing, 0xdd);
      Frame frame(padded, 0, 4);
      OuterPacket outer{};
      ASSERT_EQ(
          inspect_outer(frame.packet, outer, form.udp ? form.udp->destination : std::uint16_t{0}),
          OuterKind::kEsp);
      EspInbound const sa(form);
      ASSERT_EQ(reason(sa.prepare(frame.packet, outer, kHigh | 0xfffffff0, 9)), "none");
      auto expected = bytes;
      if (form.esn) expected.insert(expected.end(), {0x0b, 0xad, 0xca, 0xfe});
      EXPECT_EQ(frame.bytes(), expected);
      EXPECT_EQ(frame.packet.length + frame.packet.tailroom, static_cast<int>(padded.size() + 4));
    }
    Frame full(bytes, 0, 3);
    OuterPacket outer{};
    inspect_outer(full.packet, outer, form.udp ? form.udp->destination : std::uint16_t{0});
    EXPECT_EQ(reason(EspInbound(form).prepare(full.packet, outer, 1, 0)),
              form.esn ? "no_tailroom" : "none");
  });
}

TEST_P(EspInboundTest, RefusesSizesThatCannotBe) {
  for_each_form([&](SaEncapsulation const& form) {
    std::size_t const min_size = 8u + form.iv_size + form.icv_size;
    for (std::size_t size = 8; size < min_size + 70; ++size) {
      Octets esp(size, 1);
      bool const right = size >= min_size + 2 && (size - min_size) % form.block == 0;
      if (right) {  // a dummy
        esp[size - form.icv_size - 2] = 0;
        esp[size - form.icv_size - 1] = 59;
      }
      EXPECT_EQ(receive(form, carry_esp(form, esp)), right ? "dummy" : "bad_esp_size") << size;
    }
  });
}

TEST_P(EspInboundTest, RefusesTheOtherEncapsulation) {
  for_each_form([&](SaEncapsulation const& form) {
    auto other = form;
    other.udp = form.udp ? std::optional<UdpEncapsulation>() : UdpEncapsulation{};
    auto const bytes = carry_esp(other, seal_esp(form, ip_of(ipv4_frame(Octets(9)))));
    Frame frame(bytes);
    OuterPacket outer{};
    ASSERT_EQ(inspect_outer(frame.packet, outer), OuterKind::kEsp);
    EXPECT_EQ(reason(EspInbound(form).prepare(frame.packet, outer, 1, 0)), "wrong_encapsulation");
  });
}

/// Any padding to the right alignment, not only the least.
TEST_P(EspInboundTest, AcceptsEveryPaddingThatCountsUp) {
  for_each_form([&](SaEncapsulation const& form) {
    auto const inner = ip_of(ipv4_frame(Octets(9)));  // 29 bytes
    for (int padding = 0; padding < 256; ++padding) {
      if ((inner.size() + static_cast<unsigned>(padding) + 2) % form.block != 0) continue;
      for (bool const v4 : {true, false}) {
        Frame frame(carry_esp(form, seal_esp(form, inner, {.padding = padding}), v4));
        ASSERT_EQ(receive(form, frame), "none") << padding;
        ASSERT_EQ(frame.packet.length, is_tunnel(form) ? 43 : (v4 ? 34 : 54) + 29);
        if (padding == 0) continue;
        auto esp = seal_esp(form, inner, {.padding = padding});
        for (int offset : {0, padding / 2, padding - 1}) {
          auto wrong = esp;
          wrong[8u + form.iv_size + inner.size() + static_cast<unsigned>(offset)] ^= 0x40;
          ASSERT_EQ(receive(form, carry_esp(form, wrong, v4)), "bad_padding")
              << padding << ' ' << offset;
        }
      }
    }
    // Longer than what it would be in: by one byte, and by many.
    auto const esp_of = [&form](std::size_t text, std::size_t padding) {
      auto esp = seal_esp(form, Octets(text), {.padding = 0});
      for (std::size_t i = 0; i < text; ++i)
        esp[8u + form.iv_size + text - 1 - i] = static_cast<std::uint8_t>(padding - i);
      esp[8u + form.iv_size + text] = static_cast<std::uint8_t>(padding);
      return carry_esp(form, esp);
    };
    EXPECT_EQ(receive(form, esp_of(form.block - 2u, form.block - 1u)), "bad_padding");
    EXPECT_EQ(receive(form, esp_of(form.block - 2u, 255)), "bad_padding");
    EXPECT_EQ(receive(form, esp_of(30, 255)), "bad_padding");
  });
}

TEST_P(EspInboundTest, DropsDummies) {
  for_each_form([&](SaEncapsulation const& form) {
    EXPECT_EQ(receive(form, carry_esp(form, seal_esp(form, Octets(70), {.next_header = 59}))),
              "dummy");
  });
}

INSTANTIATE_TEST_SUITE_P(Sizes, EspInboundTest, ::testing::ValuesIn(testing::kSizes),
                         testing::SizesName());

SaEncapsulation tunnel() {
  SaEncapsulation form;
  form.source = *parse_ip_address("192.0.2.1");
  form.destination = *parse_ip_address("192.0.2.2");
  return form;
}
SaEncapsulation transport() {
  auto form = tunnel();
  form.mode = SaMode::kTransport;
  return form;
}

TEST(EspInboundTunnel, CutsOffWhatHidesTheLength) {
  for (bool const v4 : {true, false}) {
    auto const clear = v4 ? ipv4_frame(Octets(9, 0x55)) : ipv6_frame(Octets(9, 0x55));
    for (std::size_t more : {1u, 2u, 100u, 1000u}) {
      auto text = ip_of(clear);
      text.resize(text.size() + more, 0xaa);
      Frame frame(carry_esp(
          tunnel(),
          seal_esp(tunnel(), text, {.next_header = static_cast<std::uint8_t>(v4 ? 4 : 41)})));
      auto const room = frame.packet.headroom + frame.packet.length + frame.packet.tailroom;
      ASSERT_EQ(receive(tunnel(), frame), "none");
      EXPECT_EQ(frame.bytes(), clear);
      EXPECT_EQ(frame.packet.headroom + frame.packet.length + frame.packet.tailroom, room);
    }
  }
}

TEST(EspInboundTunnel, KeepsTheAddressesOfTheFrame) {
  auto bytes = carry_esp(tunnel(), seal_esp(tunnel(), ip_of(ipv6_frame({})), {.next_header = 41}));
  for (std::uint8_t i = 0; i < 12; ++i) bytes[i] = i;
  Frame frame(bytes);
  ASSERT_EQ(receive(tunnel(), frame), "none");
  EXPECT_EQ(testing::to_hex(std::span(frame.packet.data, 14)), "000102030405060708090a0b86dd");
}

TEST(EspInboundTunnel, RefusesWhatIsNoIpPacket) {
  auto const drop_reason = [](Octets const& text, std::uint8_t next_header) {
    return receive(tunnel(),
                   carry_esp(tunnel(), seal_esp(tunnel(), text, {.next_header = next_header})));
  };
  auto const v4 = ip_of(ipv4_frame(Octets(9))), v6 = ip_of(ipv6_frame(Octets(9)));
  EXPECT_EQ(drop_reason(v4, 4), "none");
  EXPECT_EQ(drop_reason(v6, 41), "none");
  EXPECT_EQ(drop_reason(v4, 41), "bad_inner_packet");
  EXPECT_EQ(drop_reason(v6, 4), "bad_inner_packet");
  for (unsigned next = 0; next < 256; ++next) {
    if (next == 4 || next == 41) continue;
    EXPECT_EQ(drop_reason(v4, static_cast<std::uint8_t>(next)),
              next == 59 ? "dummy" : "bad_next_header");
  }
  for (std::size_t size = 0; size < v4.size(); ++size)
    EXPECT_EQ(drop_reason({v4.begin(), v4.begin() + static_cast<std::ptrdiff_t>(size)}, 4),
              "bad_inner_packet")
        << size;
  for (std::size_t size = 0; size < v6.size(); ++size)
    EXPECT_EQ(drop_reason({v6.begin(), v6.begin() + static_cast<std::ptrdiff_t>(size)}, 41),
              "bad_inner_packet")
        << size;
  for (unsigned const first : {0x44u, 0x48u, 0x55u, 0x65u, 0x05u}) {
    auto bad = v4;
    bad[0] = static_cast<std::uint8_t>(first);
    EXPECT_EQ(drop_reason(bad, 4), "bad_inner_packet") << first;
  }
  auto bad = v4;
  bad[3] = 19;
  EXPECT_EQ(drop_reason(bad, 4), "bad_inner_packet");
}

/// The table of RFC 6040 section 4.2, as it is printed there.
TEST(EspInboundTunnel, CombinesEcn) {
  enum : unsigned { kNotEct = 0, kEct1 = 1, kEct0 = 2, kCe = 3, kDropped = 4 };
  struct Row {
    unsigned inner, of_not_ect, of_ect0, of_ect1, of_ce;
  };
  Row const table[] = {{kNotEct, kNotEct, kNotEct, kNotEct, kDropped},
                       {kEct0, kEct0, kEct0, kEct1, kCe},
                       {kEct1, kEct1, kEct1, kEct1, kCe},
                       {kCe, kCe, kCe, kCe, kCe}};
  for (auto const& row : table) {
    std::pair<unsigned, unsigned> const columns[] = {
        {kNotEct, row.of_not_ect}, {kEct0, row.of_ect0}, {kEct1, row.of_ect1}, {kCe, row.of_ce}};
    for (auto const& [outer, expected] : columns) {
      for (unsigned rest = 0; rest < 256; rest += 4) {
        for (unsigned const versions : {0u, 1u, 2u, 3u}) {
          bool const v4_inside = (versions & 1) != 0, v4_outside = (versions & 2) != 0;
          auto const before = static_cast<std::uint8_t>(rest | row.inner);
          auto const after = static_cast<std::uint8_t>(rest | expected);
          auto const make = [v4_inside](std::uint8_t tos) {
            return v4_inside ? ipv4_frame(Octets(9), {.tos = tos}) : ipv6_frame(Octets(9), tos);
          };
          Frame frame(
              carry_esp(tunnel(),
                        seal_esp(tunnel(), ip_of(make(before)),
                                 {.next_header = static_cast<std::uint8_t>(v4_inside ? 4 : 41)}),
                        v4_outside, static_cast<std::uint8_t>((0xfc ^ rest) | outer)));
          auto const drop_reason = receive(tunnel(), frame);
          if (expected == kDropped) {
            ASSERT_EQ(drop_reason, "ce_not_ect");
          } else {
            ASSERT_EQ(drop_reason, "none");
            ASSERT_EQ(frame.bytes(), make(after));  // with its checksum
          }
        }
      }
    }
  }
}

TEST(EspInboundTransport, RestoresIpv4WithOptions) {
  test::Ipv4 ip;
  ip.options = Octets(40, 1);
  ip.ttl = 9;
  ip.tos = 3;
  ip.protocol = 50;
  ip.fragment = 0x4000;
  auto const esp = seal_esp(transport(), Octets(35, 0x66), {.next_header = 6});
  Frame frame(test::FrameBuilder().ipv4(ip).payload(esp).build());
  ASSERT_EQ(receive(transport(), frame), "none");
  ip.protocol = 6;
  EXPECT_EQ(frame.bytes(), test::FrameBuilder().ipv4(ip).payload(Octets(35, 0x66)).build());
}

TEST(EspInboundTransport, KeepsAWrongChecksumWrong) {
  auto bytes = carry_esp(transport(), seal_esp(transport(), Octets(35), {.next_header = 6}));
  bytes[24] ^= 0x10;
  Frame frame(bytes);
  ASSERT_EQ(receive(transport(), frame), "none");
  EXPECT_NE(testing::internet_sum({frame.packet.data + 14, 20}), 0xffff);
}

TEST(EspInboundTransport, RestoresIpv6WithExtensionHeaders) {
  using testing::extension;
  testing::Extensions const before[] = {
      {},
      {{testing::kHop, extension(1)}},
      {{testing::kHop, extension(0)},
       {testing::kRouting, extension(2)},
       {testing::kFragment, Octets(7)}},
      {{testing::kOptions, extension(0)}},
  };
  for (auto const& headers : before) {
    for (auto const next : {protocol::kTcp, protocol::kUdp, protocol::kIpv6, testing::kOptions}) {
      for (bool const udp : {false, true}) {
        auto form = transport();
        if (udp) form.udp.emplace();
        auto esp = seal_esp(form, Octets(35, 0x66), {.next_header = next});
        if (udp) {
          auto const size = static_cast<std::uint8_t>(esp.size() + 8);
          esp.insert(esp.begin(), {0x11, 0x94, 0x11, 0x94, 0, size, 0, 0});
        }
        Frame frame(testing::with_extensions(headers, udp ? 17 : 50, esp));
        ASSERT_EQ(receive(form, frame), "none");
        auto expected_bytes = testing::with_extensions(headers, next, Octets(35, 0x66));
        if (udp)
          renew_transport_checksum(
              {&expected_bytes[14], static_cast<std::uint32_t>(expected_bytes.size()) - 14});
        EXPECT_EQ(frame.bytes(), expected_bytes);
      }
    }
  }
}

TEST(EspInboundTransport, AllowsAnEmptyPayload) {
  Frame frame(carry_esp(transport(), seal_esp(transport(), {}, {.next_header = 6})));
  ASSERT_EQ(receive(transport(), frame), "none");
  EXPECT_EQ(frame.packet.length, 34);
}

/// Whatever a peer sends: a verdict, and a frame with right lengths within the buffer. Half of the
/// frames are right but for a few bytes.
TEST(EspInbound, SurvivesAnything) {
  std::mt19937 numbers(59);
  auto const random = [&numbers] { return static_cast<unsigned>(numbers()); };
  std::vector<testing::NamedForm> forms;
  for (auto const& sizes : testing::kSizes)
    for (auto const& named : testing::forms_of(sizes)) forms.push_back(named);
  unsigned accepted = 0, dropped = 0;
  for (unsigned round = 0; round < 100'000; ++round) {
    auto const& form = forms[random() % forms.size()].form;
    bool const v4 = random() % 2 == 0;
    Octets bytes = testing::random_octets(numbers, random() % 200);
    if (round % 4 != 0) {
      auto const inner =
          random() % 2 == 0 ? ipv4_frame(Octets(random() % 60)) : ipv6_frame(Octets(random() % 60));
      auto const next = static_cast<std::uint8_t>(inner[12] == 8 ? 4 : 41);
      bytes = carry_esp(form, seal_esp(form, ip_of(inner), {.next_header = next}), v4);
      for (unsigned i = random() % 3; i > 0; --i)
        bytes[random() % bytes.size()] ^= static_cast<std::uint8_t>(1u << random() % 8);
      if (random() % 8 == 0) bytes.resize(random() % bytes.size());
    } else if (bytes.size() > 14) {
      bytes[12] = v4 ? 0x08 : 0x86;
      bytes[13] = v4 ? 0x00 : 0xdd;
      bytes[14] = v4 ? 0x45 : 0x60;
    }
    Frame frame(bytes, random() % 3, random() % 6);
    auto const before = frame.packet;
    bool const good = receive(form, frame) == "none";
    ++(good ? accepted : dropped);
    if (!good) continue;
    auto const& after = frame.packet;
    ASSERT_EQ(after.data - after.headroom, before.data - before.headroom);
    ASSERT_EQ(after.headroom + after.length + after.tailroom,
              before.headroom + before.length + before.tailroom);
    auto const size = after.data[12] == 8 ? testing::be16_at(frame.bytes(), 16)
                                          : 40 + testing::be16_at(frame.bytes(), 18);
    ASSERT_EQ(size + 14, after.length);
  }
  EXPECT_GT(accepted, 10'000u);
  EXPECT_GT(dropped, 10'000u);
}

}  // namespace
}  // namespace warpline::ipsec
