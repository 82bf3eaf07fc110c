// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ids/reject/rejection.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "elements/ids/decode/frame_decoder.hpp"
#include "tests/support/frame.hpp"

namespace warpline::ids {
namespace {

using test::Frame;
using test::FrameBuilder;

constexpr std::uint8_t kFin = 1, kSyn = 2, kRst = 4, kAck = 16;

/// A frame and what the decoder finds in it.
class Rejected {
 public:
  explicit Rejected(Frame frame) : frame_(std::move(frame)) {
    FrameDecoder decoder;
    Bytes const bytes{frame_.data(), static_cast<std::uint32_t>(frame_.size())};
    auto const packets = decoder.decode(bytes, LinkType::kEthernet);
    packet_ = packets.back();
    link_ = {frame_.data(), packets.front().network};
  }
  RejectedPacket get() const { return {packet_, link_}; }
  bool allowed() const { return may_be_rejected(get()); }
  Frame answer(RejectSide side, std::size_t space = kMaxRejection) const {
    EXPECT_TRUE(allowed());
    Frame answer(space);
    answer.resize(write_rejection(get(), side, {answer.data(), static_cast<std::uint32_t>(space)}));
    return answer;
  }
  Frame const& frame() const { return frame_; }
  std::uint32_t ip_at() const { return packet_.network; }

 private:
  Frame frame_;
  DecodedPacket packet_;
  Bytes link_;
};

std::uint32_t number(Frame const& frame, std::size_t offset, unsigned size) {
  std::uint32_t value = 0;
  for (unsigned i = 0; i < size; ++i) value = value << 8 | frame.at(offset + i);
  return value;
}
Frame part(Frame const& frame, std::size_t offset, std::size_t size) {
  auto const begin = frame.begin() + static_cast<long>(offset);
  return {begin, begin + static_cast<long>(size)};
}
Frame join(std::vector<Frame> const& parts) {
  Frame all;
  for (auto const& one : parts) all.insert(all.end(), one.begin(), one.end());
  return all;
}
void set(Frame& frame, std::size_t offset, std::uint32_t value) {
  for (int i = 3; i >= 0; --i, value >>= 8)
    frame.at(offset + static_cast<std::size_t>(i)) = static_cast<std::uint8_t>(value);
}

/// The checksums of a frame hold whose IP header without options begins at `ip`, and its lengths are
/// those of the frame. `pseudo`: the checksum of what IP carries includes the addresses.
void expect_valid(Frame const& frame, std::size_t ip, bool pseudo) {
  bool const v4 = frame.at(ip) == 0x45;
  auto const header = v4 ? 20u : 40u, address = v4 ? 4u : 16u;
  auto const size = static_cast<std::uint32_t>(frame.size() - ip - header);
  if (v4) {
    EXPECT_EQ(number(frame, ip + 2, 2), header + size);
    EXPECT_EQ(test::plain_checksum(part(frame, ip, header)), 0);
  } else {
    EXPECT_EQ(number(frame, ip, 4), 0x60000000u);
    EXPECT_EQ(number(frame, ip + 4, 2), size);
  }
  EXPECT_EQ(frame.at(ip + (v4 ? 8u : 7u)), 64);
  auto covered = part(frame, ip + header, size);
  if (pseudo)
    covered = join({part(frame, ip + header - 2 * address, 2 * address),
                    {0, frame.at(ip + (v4 ? 9u : 6u))},
                    {static_cast<std::uint8_t>(size >> 8), static_cast<std::uint8_t>(size)},
                    covered});
  EXPECT_EQ(test::plain_checksum(covered), 0);
}

/// Addresses and ports of `answer` are those of `frame`, exchanged for its source.
void expect_ends(Frame const& answer, Frame const& frame, std::size_t ip, RejectSide side,
                 bool ports) {
  auto const swap = [&](std::size_t offset, std::size_t size) {
    auto const first = part(frame, offset, size), second = part(frame, offset + size, size);
    return side == RejectSide::kSource ? join({second, first}) : join({first, second});
  };
  EXPECT_EQ(part(answer, 0, 12), swap(0, 6));
  EXPECT_EQ(part(answer, 12, ip - 12), part(frame, 12, ip - 12));  // tags and type
  bool const v4 = frame.at(ip) == 0x45;
  EXPECT_EQ(part(answer, ip + (v4 ? 12 : 8), v4 ? 8 : 32), swap(ip + (v4 ? 12 : 8), v4 ? 4 : 16));
  if (ports) {
    EXPECT_EQ(part(answer, ip + (v4 ? 20 : 40), 4), swap(ip + (v4 ? 20 : 40), 2));
  }
}

FrameBuilder builder(bool v4, unsigned tags = 0) {
  FrameBuilder builder;
  for (unsigned i = 0; i < tags; ++i) builder.vlan(static_cast<std::uint16_t>(0x2007 + i));
  return v4 ? builder.ipv4() : builder.ipv6();
}

TEST(Rejection, ResetsByTheNumbersOfASegmentThatAcknowledges) {
  for (bool const v4 : {true, false})
    for (unsigned tags = 0; tags <= 2; ++tags) {
      SCOPED_TRACE(std::to_string(v4) + " " + std::to_string(tags));
      auto frame = builder(v4, tags).tcp(1000, 80, kAck).payload("attack").build();
      auto const ip = 14 + 4 * tags, tcp = ip + (v4 ? 20 : 40);
      set(frame, tcp + 4, 0xfffffffe);
      set(frame, tcp + 8, 0x12345678);
      Rejected const rejected(frame);
      auto const to_source = rejected.answer(RejectSide::kSource);
      ASSERT_EQ(to_source.size(), tcp + 20);
      expect_valid(to_source, ip, true);
      expect_ends(to_source, frame, ip, RejectSide::kSource, true);
      EXPECT_EQ(number(to_source, tcp + 4, 4), 0x12345678u);
      EXPECT_EQ(number(to_source, tcp + 8, 4), 0u);
      EXPECT_EQ(number(to_source, tcp + 12, 4), 0x50040000u);
      auto const onwards = rejected.answer(RejectSide::kDestination);
      ASSERT_EQ(onwards.size(), tcp + 20);
      expect_valid(onwards, ip, true);
      expect_ends(onwards, frame, ip, RejectSide::kDestination, true);
      EXPECT_EQ(number(onwards, tcp + 4, 4), 0xfffffffeu);
      EXPECT_EQ(number(onwards, tcp + 8, 4), 0x12345678u);
      EXPECT_EQ(number(onwards, tcp + 12, 4), 0x50140000u);
    }
}

TEST(Rejection, AcknowledgesASegmentThatDoesNot) {
  struct Case {
    std::uint8_t flags;
    std::uint32_t length;
  };
  for (auto const [flags, length] :
       {Case{kSyn, 7}, Case{kFin, 7}, Case{kSyn | kFin, 8}, Case{0, 6}}) {
    SCOPED_TRACE(int{flags});
    auto frame = builder(true).tcp(1000, 80, flags).payload("attack").pad_to(100).build();
    set(frame, 34 + 4, 0xfffffffe);
    Rejected const rejected(frame);
    auto const answer = rejected.answer(RejectSide::kSource);
    EXPECT_EQ(number(answer, 34 + 4, 4), 0u);
    EXPECT_EQ(number(answer, 34 + 8, 4), 0xfffffffe + length);
    EXPECT_EQ(number(answer, 34 + 12, 4), 0x50140000u);
    expect_valid(answer, 14, true);
    auto const onwards = rejected.answer(RejectSide::kDestination);
    EXPECT_EQ(number(onwards, 34 + 4, 4), 0xfffffffeu);
    EXPECT_EQ(number(onwards, 34 + 8, 4), 0u);
    EXPECT_EQ(number(onwards, 34 + 12, 4), 0x50040000u);
  }
}

TEST(Rejection, QuotesOtherPackets) {
  for (bool const v4 : {true, false})
    for (std::size_t const size : {1u, 100u, 519u, 520u, 521u, 1000u, 1183u, 1184u, 1185u, 1400u}) {
      SCOPED_TRACE(std::to_string(v4) + " " + std::to_string(size));
      auto const frame = builder(v4, 1).udp(1000, 53).payload(Frame(size, 'x')).build();
      std::size_t const ip = 18, header = v4 ? 20 : 40, limit = v4 ? 576 : 1280;
      for (auto const side : {RejectSide::kSource, RejectSide::kDestination}) {
        auto const answer = Rejected(frame).answer(side);
        auto const quoted = std::min(header + 8 + size, limit - header - 8);
        ASSERT_EQ(answer.size(), ip + header + 8 + quoted);
        EXPECT_LE(answer.size() - ip, limit);
        expect_valid(answer, ip, !v4);
        expect_ends(answer, frame, ip, side, false);
        EXPECT_EQ(answer.at(ip + (v4 ? 9 : 6)), v4 ? 1 : 58);
        EXPECT_EQ(number(answer, ip + header, 2), v4 ? 0x030au : 0x0101u);
        EXPECT_EQ(number(answer, ip + header + 4, 4), 0u);
        EXPECT_EQ(part(answer, ip + header + 8, quoted), part(frame, ip, quoted));
      }
    }
}

TEST(Rejection, LeavesOutWhatPadsTheFrame) {
  auto const answer = Rejected(builder(true).udp(1, 2).payload("abc").pad_to(60).build())
                          .answer(RejectSide::kSource);
  EXPECT_EQ(answer.size(), 14 + 20 + 8 + 31u);
}

TEST(Rejection, WritesNothingWithoutSpace) {
  for (bool const tcp : {true, false}) {
    auto frame = builder(false, 2);
    Rejected const rejected(
        (tcp ? frame.tcp(1, 2) : frame.udp(1, 2)).payload("some bytes").build());
    auto const whole = rejected.answer(RejectSide::kSource);
    for (std::size_t space = 0; space < whole.size(); ++space)
      EXPECT_TRUE(rejected.answer(RejectSide::kSource, space).empty());
    EXPECT_EQ(rejected.answer(RejectSide::kSource, whole.size()), whole);
  }
}

bool allowed(FrameBuilder const& frame) { return Rejected(frame.build()).allowed(); }

TEST(Rejection, DoesNotAnswerResets) {
  EXPECT_TRUE(allowed(builder(true).tcp(1, 2, kSyn)));
  EXPECT_FALSE(allowed(builder(true).tcp(1, 2, kRst)));
  EXPECT_FALSE(allowed(builder(false).tcp(1, 2, kRst | kAck)));
}

TEST(Rejection, DoesNotAnswerErrors) {
  auto const icmp = [](bool v4, std::uint8_t type) {
    FrameBuilder frame;
    v4 ? frame.ipv4({.protocol = std::uint8_t{1}}) : frame.ipv6({.next_header = std::uint8_t{58}});
    return Rejected(frame.payload(Frame{type, 0, 0, 0, 0, 0, 0, 0}).build()).allowed();
  };
  for (int type = 0; type < 256; ++type) {
    bool const error4 = type == 3 || type == 4 || type == 5 || type == 11 || type == 12;
    EXPECT_EQ(icmp(true, static_cast<std::uint8_t>(type)), !error4) << type;
    EXPECT_EQ(icmp(false, static_cast<std::uint8_t>(type)), type >= 128 && type != 137) << type;
  }
  EXPECT_FALSE(allowed(FrameBuilder().ipv4({.protocol = std::uint8_t{1}})));  // cut
}

TEST(Rejection, AnswersTheFirstFragmentOnly) {
  constexpr std::uint16_t kMore = 0x2000;
  auto const fragment = [](std::uint16_t value) {
    return allowed(FrameBuilder().ipv4({.fragment = value}).udp(1, 2).payload("0123456789"));
  };
  EXPECT_TRUE(fragment(kMore));
  EXPECT_FALSE(fragment(kMore | 1));
  EXPECT_FALSE(fragment(1));
  auto first_error = FrameBuilder().ipv4({.fragment = kMore, .protocol = std::uint8_t{1}});
  EXPECT_FALSE(allowed(first_error.payload(Frame{3, 0, 0, 0, 0, 0, 0, 0})));
}

TEST(Rejection, AnswersSingleHostsOnly) {
  for (bool const tcp : {true, false})
    for (bool const source : {true, false}) {
      auto const v4 = [&](std::uint32_t address) {
        test::Ipv4 ip;
        (source ? ip.source : ip.destination) = address;
        auto frame = FrameBuilder().ipv4(ip);
        return allowed(tcp ? frame.tcp(1, 2) : frame.udp(1, 2));
      };
      EXPECT_TRUE(v4(0xc0000201));
      for (auto const address : {0u, 0x7f000001u, 0xe0000001u, 0xefffffffu, 0xf0000001u, ~0u})
        EXPECT_FALSE(v4(address)) << address;
      auto const v6 = [&](std::uint8_t first, std::uint8_t last) {
        test::Ipv6 ip;
        auto& address = source ? ip.source : ip.destination;
        address = {};
        address[0] = first;
        address[15] = last;
        auto frame = FrameBuilder().ipv6(ip);
        return allowed(tcp ? frame.tcp(1, 2) : frame.udp(1, 2));
      };
      EXPECT_TRUE(v6(0xfe, 1));
      EXPECT_FALSE(v6(0xff, 1));
      EXPECT_FALSE(v6(0, 1));
      EXPECT_FALSE(v6(0, 0));
    }
  EXPECT_FALSE(allowed(FrameBuilder().ether(test::kBroadcast).ipv4().udp(1, 2)));
}

TEST(Rejection, AnswersIpInEthernetOnly) {
  EXPECT_FALSE(allowed(FrameBuilder().type(0x0806).payload("not IP, though long enough")));
  auto inner = builder(true).udp(1, 2).payload("in a tunnel").build();
  inner.erase(inner.begin(), inner.begin() + 14);
  Rejected const tunnel(FrameBuilder().ipv4({.protocol = std::uint8_t{4}}).payload(inner).build());
  EXPECT_FALSE(tunnel.allowed());
  auto mpls = builder(true).udp(1, 2).payload("after a label").build();
  Frame const label = {0x88, 0x47, 0, 0, 0x11, 64};
  mpls.erase(mpls.begin() + 12, mpls.begin() + 14);
  mpls.insert(mpls.begin() + 12, label.begin(), label.end());
  Rejected const labelled(mpls);
  EXPECT_EQ(labelled.ip_at(), 18u);
  EXPECT_FALSE(labelled.allowed());
  auto raw = builder(true).udp(1, 2).build();
  RejectedPacket no_link{Rejected(raw).get().packet, {}};
  EXPECT_FALSE(may_be_rejected(no_link));
}

}  // namespace
}  // namespace warpline::ids
