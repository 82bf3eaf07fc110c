// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ipsec/packet/esp_outbound.hpp"

#include <gtest/gtest.h>

#include "tests/elements/ipsec/esp_forms.hpp"

namespace warpline::ipsec {
namespace {

using testing::extension;
using testing::Frame;
using testing::ip_of;
using testing::ipv4_frame;
using testing::ipv6_frame;
using testing::kFragment;
using testing::kHop;
using testing::kOptions;
using testing::kRouting;
using testing::Octets;
using testing::open_esp;
using testing::reason;
using testing::with_extensions;

constexpr std::uint32_t kSpi = 0xabcd1234;
constexpr std::uint64_t kSequence = 0x0102'0304'0506'0708, kShortSequence = 0x0506'0708;

/// Both steps; the reason of a drop.
std::string encapsulate(SaEncapsulation const& form, Frame& frame, std::uint64_t sequence = 1,
                        std::uint32_t index = 77) {
  EspOutbound const sa(kSpi, form);
  InnerPacket inner{};
  parse<Annotation::kNetwork>(frame.packet);
  if (auto const seen = inspect_inner(frame.packet); seen.is_drop()) return reason(seen);
  if (auto const room = sa.check_room(frame.packet, inner); room.is_drop()) return reason(room);
  auto const size = sa.frame_size(inner);
  sa.encapsulate(frame.packet, inner, sequence, index);
  EXPECT_EQ(frame.packet.length, size);
  return "none";
}

/// Bytes of Ethernet and IP headers before ESP, or before its UDP header.
std::size_t headers_of(SaEncapsulation const& form, bool v4_inside) {
  if (form.mode == SaMode::kTunnel) return form.destination.version == 4 ? 34 : 54;
  return v4_inside ? 34 : 54;
}

unsigned front(SaEncapsulation const& form) {
  unsigned const ip = form.mode == SaMode::kTransport ? 0 : form.destination.version == 4 ? 20 : 40;
  return ip + (form.udp ? 8 : 0) + 8 + form.iv_size;
}

using EspOutboundTest = testing::EachForm;

bool is_tunnel(SaEncapsulation const& form) { return form.mode == SaMode::kTunnel; }
std::uint64_t sequence(SaEncapsulation const& form) {
  return form.esn ? kSequence : kShortSequence;
}

TEST_P(EspOutboundTest, MakesPacketsThatTheOtherEndCanTakeApart) {
  for_each_form([&](SaEncapsulation const& form) {
    std::mt19937 random(4303);
    for (unsigned size = 0; size <= 300; ++size) {
      bool const v4 = size % 2 == 0;
      auto const payload = testing::random_octets(random, size);
      auto const clear = v4 ? ipv4_frame(payload) : ipv6_frame(payload);
      Frame frame(clear, front(form) + size % 9, 49 + size % 5);
      auto const before = frame.packet;
      ASSERT_EQ(encapsulate(form, frame, sequence(form)), "none");
      auto const sealed = frame.bytes();
      auto const opened = open_esp(sealed, form, headers_of(form, v4));

      ASSERT_EQ(opened.text, is_tunnel(form) ? ip_of(clear) : payload) << "size " << size;
      ASSERT_EQ(opened.next_header, is_tunnel(form) ? (v4 ? 4 : 41) : 17);
      ASSERT_EQ(opened.spi, kSpi);
      ASSERT_EQ(opened.sequence, 0x05060708u);
      Octets iv(form.iv_size);
      for (unsigned i = 0; i < 8 && i < iv.size(); ++i)
        iv[iv.size() - 1 - i] = static_cast<std::uint8_t>(sequence(form) >> (8 * i));
      ASSERT_EQ(opened.iv, iv);
      Octets room(form.icv_size);
      if (form.esn) store_be32(room.data(), 0x01020304);
      ASSERT_EQ(opened.room, room);

      ASSERT_TRUE(std::equal(clear.begin(), clear.begin() + 12, sealed.begin())) << "addresses";
      ASSERT_EQ(before.headroom + before.length + before.tailroom,
                frame.packet.headroom + frame.packet.length + frame.packet.tailroom);
      ASSERT_EQ(before.data - before.headroom, frame.packet.data - frame.packet.headroom);
      SaTag const tag(frame.packet.tag);
      ASSERT_EQ(tag.index(), 77u);
      ASSERT_EQ(34 + tag.offset(), opened.esp_offset);
    }
  });
}

TEST_P(EspOutboundTest, AsksForAllTheRoomItWritesToAndNoMore) {
  for_each_form([&](SaEncapsulation const& form) {
    for (unsigned size = 0; size < 20; ++size) {
      auto const clear = ipv4_frame(Octets(size));
      std::size_t const text = is_tunnel(form) ? 20 + size : size;
      unsigned const padding = static_cast<unsigned>(0u - text - 2) & (form.block - 1u);
      unsigned const tail = padding + 2 + form.icv_size;
      Frame fits(clear, front(form), tail);
      EXPECT_EQ(encapsulate(form, fits), "none");
      EXPECT_EQ(fits.packet.headroom, 0);
      EXPECT_EQ(fits.packet.tailroom, 0);
      Frame no_headroom(clear, front(form) - 1, tail), no_tailroom(clear, front(form), tail - 1);
      EXPECT_EQ(encapsulate(form, no_headroom), "no_headroom");
      EXPECT_EQ(encapsulate(form, no_tailroom), "no_tailroom");
    }
  });
}

TEST_P(EspOutboundTest, LeavesEthernetPaddingOut) {
  for_each_form([&](SaEncapsulation const& form) {
    auto padded = ipv4_frame(Octets(6, 0x77));
    auto const ip = ip_of(padded);
    padded.resize(60, 0xdd);
    Frame frame(padded, front(form), 32);
    ASSERT_EQ(encapsulate(form, frame), "none");
    auto const opened = open_esp(frame.bytes(), form, headers_of(form, true));
    EXPECT_EQ(opened.text, is_tunnel(form) ? ip : Octets(6, 0x77));
  });
}

TEST_P(EspOutboundTest, RefusesWhatWouldExceedAFrame) {
  for_each_form([&](SaEncapsulation const& form) {
    std::size_t largest = 0;
    for (std::size_t size = 65380; size <= 65501; ++size) {
      Frame frame(ipv4_frame(Octets(size)), 80, 64);
      auto const drop_reason = encapsulate(form, frame);
      if (drop_reason == "none") {
        largest = size;
        ASSERT_EQ(open_esp(frame.bytes(), form, headers_of(form, true)).text.size(),
                  is_tunnel(form) ? size + 20 : size);
      } else {
        ASSERT_EQ(drop_reason, "too_big");
      }
    }
    EXPECT_GT(largest, 65380u);
    EXPECT_LT(largest, 65501u);
  });
}

TEST_P(EspOutboundTest, KnowsItsOwnPackets) {
  for_each_form([&](SaEncapsulation const& form) {
    for (bool const v4 : {true, false}) {
      Frame frame(v4 ? ipv4_frame(Octets(33)) : ipv6_frame(Octets(33)), 80, 64);
      EspOutbound const sa(kSpi, form), other(kSpi + 1, form);
      EXPECT_FALSE(sa.is_own(frame.packet, 34));
      ASSERT_EQ(encapsulate(form, frame), "none");
      std::uint32_t const offset = 34 + SaTag(frame.packet.tag).offset();
      EXPECT_TRUE(sa.is_own(frame.packet, offset));
      EXPECT_FALSE(sa.is_own(frame.packet, offset + 4));
      EXPECT_FALSE(other.is_own(frame.packet, offset));
      auto cut = frame.packet;
      --cut.length;
      EXPECT_FALSE(sa.is_own(cut, offset));
      auto elsewhere = form;
      elsewhere.destination.bytes[0] ^= 1;
      EXPECT_EQ(EspOutbound(kSpi, elsewhere).is_own(frame.packet, offset), !is_tunnel(form));
      auto unlike = form;
      unlike.udp = form.udp ? std::optional<UdpEncapsulation>() : UdpEncapsulation{};
      EXPECT_FALSE(EspOutbound(kSpi, unlike).is_own(frame.packet, offset));
    }
  });
}

TEST_P(EspOutboundTest, KnowsBeforehandWhatFitsIntoALink) {
  for_each_form([&](SaEncapsulation const& form) {
    EspOutbound const sa(kSpi, form);
    for (bool const v4 : {true, false})
      for (unsigned size = 0; size <= 200; ++size) {
        Frame frame(v4 ? ipv4_frame(Octets(size)) : ipv6_frame(Octets(size)), front(form));
        InnerPacket inner{};
        parse<Annotation::kNetwork>(frame.packet);
        ASSERT_EQ(inspect_inner(frame.packet), forward());
        ASSERT_EQ(sa.check_room(frame.packet, inner), forward());
        unsigned const headers = is_tunnel(form) ? 0 : inner.headers;
        auto const is_own = sa.frame_size(inner) - 14;
        ASSERT_GE(sa.most_inner(is_own, headers), frame.packet.ip_length) << "size " << size;
        ASSERT_LT(sa.most_inner(is_own - 1, headers), frame.packet.ip_length) << "size " << size;
      }
    EXPECT_EQ(sa.most_inner(0), 0u);
    EXPECT_EQ(sa.most_inner(front(form) + form.icv_size + form.block - 1u), 0u);
  });
}

INSTANTIATE_TEST_SUITE_P(Sizes, EspOutboundTest, ::testing::ValuesIn(testing::kSizes),
                         testing::SizesName());

SaEncapsulation tunnel(unsigned version = 4) {
  SaEncapsulation form;
  form.source = *parse_ip_address(version == 4 ? "10.0.0.1" : "2001:db8::1");
  form.destination = *parse_ip_address(version == 4 ? "10.0.0.2" : "2001:db8::2");
  return form;
}

Octets outer_of(SaEncapsulation const& form, Octets const& clear, std::uint64_t sequence = 1) {
  Frame frame(clear, 128, 64);
  EXPECT_EQ(encapsulate(form, frame, sequence), "none");
  return open_esp(frame.bytes(), form, form.destination.version == 4 ? 34 : 54).outer;
}

TEST(EspOutbound, FillsAnOuterIpv4Header) {
  auto form = tunnel();
  form.hop_limit = 33;
  auto const outer = outer_of(form, ipv4_frame(Octets(10), {.tos = 0xb9}), 0x12345);
  EXPECT_EQ(testing::to_hex(std::span(outer).subspan(14)),
            "45b90054"  // 20 + 8 + 8 + 32, 16 of ICV
            "23450000"
            "2132" +
                testing::to_hex(std::span(outer).subspan(24, 2)) + "0a0000010a000002");
}

TEST(EspOutbound, FillsAnOuterIpv6Header) {
  auto form = tunnel(6);
  form.hop_limit = 33;
  auto const plain = outer_of(form, ipv6_frame(Octets(10), 0xb9));
  EXPECT_EQ(testing::to_hex(std::span(plain).subspan(14)),
            "6b900000"
            "00543221"  // 8 + 8 + 52, 16 of ICV
            "20010db8000000000000000000000001"
            "20010db8000000000000000000000002");
  form.udp.emplace();
  auto const in_udp = outer_of(form, ipv6_frame(Octets(10), 0xb9));
  EXPECT_EQ(testing::to_hex(std::span(in_udp).subspan(14, 8)),
            "6b900000"
            "005c1121");
}

TEST(EspOutbound, TreatsDfByItsPolicy) {
  auto const df = [](DfPolicy policy, Octets const& clear) {
    auto form = tunnel();
    form.df = policy;
    auto const outer = outer_of(form, clear);
    EXPECT_EQ(outer[21], 0);
    return outer[20];
  };
  auto const without = ipv4_frame(Octets(9)), with = ipv4_frame(Octets(9), {.dont_fragment = true}),
             v6 = ipv6_frame(Octets(9));
  EXPECT_EQ(df(DfPolicy::kCopy, without), 0);
  EXPECT_EQ(df(DfPolicy::kCopy, with), 0x40);
  EXPECT_EQ(df(DfPolicy::kCopy, v6), 0x40);
  for (auto const& clear : {without, with, v6}) {
    EXPECT_EQ(df(DfPolicy::kSet, clear), 0x40);
    EXPECT_EQ(df(DfPolicy::kClear, clear), 0);
  }
}

TEST(EspOutbound, TakesDscpFromTheFormAndEcnFromThePacket) {
  for (unsigned tos = 0; tos < 256; ++tos) {
    auto const field = static_cast<std::uint8_t>(tos);
    for (auto const& clear :
         {ipv4_frame(Octets(9), {.tos = field}), ipv6_frame(Octets(9), field)}) {
      auto form = tunnel();
      ASSERT_EQ(outer_of(form, clear)[15], tos);
      form.dscp = 46;
      ASSERT_EQ(outer_of(form, clear)[15], 46 << 2 | (tos & 3));
      form = tunnel(6);
      ASSERT_EQ(be16::of(static_cast<std::uint16_t>(0x6000 | tos << 4)).bytes[1],
                outer_of(form, clear)[15]);
      form.dscp = 0;
      ASSERT_EQ(outer_of(form, clear)[14], 0x60);
      ASSERT_EQ(outer_of(form, clear)[15], (tos & 3) << 4);
    }
  }
}

SaEncapsulation transport() {
  auto form = tunnel();
  form.mode = SaMode::kTransport;
  return form;
}

TEST(EspOutboundTransport, GoesBehindOptions) {
  test::Ipv4 ip;
  ip.options = Octets(40, 1);
  ip.ttl = 9;
  ip.id = 0x4711;
  ip.fragment = 0x4000;
  ip.tos = 0x2d;
  auto const clear = test::FrameBuilder().ipv4(ip).udp(1, 2).payload("options").build();
  for (bool const udp : {false, true}) {
    auto form = transport();
    if (udp) form.udp.emplace();
    Frame frame(clear);
    ASSERT_EQ(encapsulate(form, frame), "none");
    auto const opened = open_esp(frame.bytes(), form, 74);
    EXPECT_EQ(opened.text, Octets(clear.begin() + 74, clear.end()));
    EXPECT_EQ(opened.next_header, 17);
    auto expected = Octets(clear.begin(), clear.begin() + 74);
    for (auto const index : {16u, 17u, 23u, 24u, 25u}) expected[index] = opened.outer[index];
    EXPECT_EQ(opened.outer, expected);
    EXPECT_EQ(opened.outer[23], udp ? 17 : 50);
  }
}

TEST(EspOutboundTransport, KeepsAWrongChecksumWrong) {
  auto const wrong = test::FrameBuilder().ipv4({.right_checksum = false}).udp(1, 2).build();
  Frame frame(wrong);
  ASSERT_EQ(encapsulate(transport(), frame), "none");
  EXPECT_THROW(open_esp(frame.bytes(), transport(), 34), std::runtime_error);
}

TEST(EspOutboundTransport, RefusesFragments) {
  for (unsigned const field : {0x2000u, 0x0001u, 0x1fffu, 0x3000u}) {
    Frame frame(test::FrameBuilder()
                    .ipv4({.fragment = static_cast<std::uint16_t>(field)})
                    .udp(1, 2)
                    .build());
    EXPECT_EQ(encapsulate(transport(), frame), "fragment") << field;
    EXPECT_EQ(encapsulate(tunnel(), frame), "none") << field;
  }
}

TEST(EspOutboundTransport, GoesBehindTheHeadersThatRoutersLookAt) {
  Octets const payload(21, 0x5a), atomic(7, 0);
  struct Case {
    testing::Extensions headers;
    std::size_t kept;         // bytes of extension headers before ESP
    std::uint8_t protected_;  // the first header after ESP
    std::size_t next_at;      // the byte with the number of ESP
  };
  Case const cases[] = {
      {{}, 0, 17, 20},
      {{{kHop, extension(1)}}, 16, 17, 54},
      {{{kHop, extension(0)}, {kRouting, extension(2)}}, 32, 17, 62},
      {{{kFragment, atomic}}, 8, 17, 54},
      {{{kOptions, extension(0)}}, 0, kOptions, 20},
      {{{kHop, extension(0)}, {kOptions, extension(1)}}, 8, kOptions, 54},
      {{{kOptions, extension(1)}, {kRouting, extension(0)}, {kOptions, extension(0)}},
       24,
       kOptions,
       70},
      {{{kHop, extension(0)}, {kFragment, atomic}, {kOptions, extension(3)}}, 16, kOptions, 62},
  };
  for (auto const& [headers, kept, protected_header, next_at] : cases) {
    for (bool const udp : {false, true}) {
      auto form = transport();
      if (udp) form.udp.emplace();
      auto const clear = with_extensions(headers, 17, payload);
      Frame frame(clear);
      ASSERT_EQ(encapsulate(form, frame), "none");
      auto const opened = open_esp(frame.bytes(), form, 54 + kept);
      EXPECT_EQ(opened.next_header, protected_header);
      EXPECT_EQ(opened.text,
                Octets(clear.begin() + 54 + static_cast<std::ptrdiff_t>(kept), clear.end()));
      auto expected = Octets(clear.begin(), clear.begin() + 54 + static_cast<std::ptrdiff_t>(kept));
      expected[18] = opened.outer[18];
      expected[19] = opened.outer[19];
      expected[next_at] = udp ? 17 : 50;
      EXPECT_EQ(opened.outer, expected);
    }
  }
}

TEST(EspOutboundTransport, RefusesIpv6ThatItCannotProtect) {
  auto const drop_reason = [](Octets const& clear) {
    Frame frame(clear);
    return encapsulate(transport(), frame);
  };
  Octets const payload(30);
  for (auto const& field : {Octets{0, 0, 1}, Octets{0, 0, 8}, Octets{0, 0xff, 0xf9}}) {
    auto part = field;
    part.resize(7);
    EXPECT_EQ(drop_reason(with_extensions({{kFragment, part}}, 17, payload)), "fragment");
  }
  EXPECT_EQ(drop_reason(with_extensions({{kHop, Octets{200, 0, 0, 0, 0, 0, 0}}}, 17, payload)),
            "bad_ip_header");
  EXPECT_EQ(drop_reason(with_extensions({{kHop, Octets{0}}}, 17, {})), "bad_ip_header");
  EXPECT_EQ(drop_reason(with_extensions({{kHop, extension(28)}}, 17, payload)),
            "none");  // 54 + 232 = 286
  EXPECT_EQ(drop_reason(with_extensions({{kHop, extension(29)}}, 17, payload)), "long_headers");
}

}  // namespace
}  // namespace warpline::ipsec
