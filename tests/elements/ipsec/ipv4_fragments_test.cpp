// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "core/packet/ipv4_fragments.hpp"

#include <gtest/gtest.h>

#include <deque>
#include <map>
#include <random>

#include "core/packet/annotations.hpp"
#include "tests/elements/ipsec/esp_forms.hpp"

namespace warpline::ipsec {
namespace {

using testing::be16_at;
using testing::internet_sum;
using testing::Octets;
using testing::random_octets;
using testing::reason;

/// The frames that a packet becomes; empty where it is dropped.
std::vector<Octets> cut(Octets const& frame, std::uint32_t max_size, Verdict* verdict = nullptr) {
  testing::Frame first(frame);
  parse<Annotation::kNetwork>(first.packet);
  Ipv4Fragments const fragments(first.packet, max_size);
  if (verdict != nullptr) *verdict = fragments.verdict();
  if (fragments.verdict().is_drop()) return {};
  std::deque<testing::Frame> rooms;
  std::vector<Packet> others;
  for (std::uint32_t i = 1; i < fragments.count(); ++i) {
    rooms.emplace_back(Octets(), 0, fragments.longest_frame());
    others.push_back(rooms.back().packet);
  }
  first.packet.tag = 0x1234;
  if (!others.empty()) fragments.write(first.packet, others);
  std::vector<Octets> frames{first.bytes()};
  for (auto const& other : others) {
    EXPECT_EQ(other.tag, 0x1234u);
    frames.emplace_back(other.data, other.data + other.length);
  }
  return frames;
}

/// What a receiver makes of fragments in any order (RFC 791 section 3.2): payload by its place.
struct Reassembly {
  std::map<std::size_t, Octets> parts;
  bool has_end = false;

  void add(Octets const& frame) {
    std::size_t const header = (frame.at(14) & 15u) * 4, place = be16_at(frame, 20);
    ASSERT_EQ(internet_sum(std::span(frame).subspan(14, header)), 0xffff);
    ASSERT_EQ(be16_at(frame, 16), frame.size() - 14);
    Octets const text(frame.begin() + 14 + static_cast<std::ptrdiff_t>(header), frame.end());
    bool const more = (place & 0x2000) != 0;
    ASSERT_TRUE(!more || text.size() % 8 == 0);
    ASSERT_FALSE(text.empty());
    has_end = has_end || !more;
    ASSERT_TRUE(parts.emplace((place & 0x1fff) * 8, text).second);
  }
  Octets whole() const {
    Octets bytes;
    for (auto const& [offset, text] : parts) {
      EXPECT_EQ(offset, bytes.size()) << "a gap, or parts that overlap";
      bytes.insert(bytes.end(), text.begin(), text.end());
    }
    return bytes;
  }
};

Octets packet(Octets const& payload, Octets const& options = {}, std::uint16_t fragment = 0) {
  return test::FrameBuilder()
      .ipv4({.ttl = 9,
             .tos = 0x2e,
             .id = 0xbeef,
             .fragment = fragment,
             .options = options,
             .protocol = std::uint8_t{17}})
      .payload(payload)
      .build();
}

TEST(Ipv4Fragments, AreReassembledToThePacketWhateverTheSizes) {
  std::mt19937 random(791);
  for (unsigned round = 0; round < 3000; ++round) {
    Octets const options(4 * (random() % 11), 1);
    auto const payload = random_octets(random, 9 + random() % 3000);
    auto const header = 20 + static_cast<std::uint32_t>(options.size());
    auto const max_size = header + 8 + static_cast<std::uint32_t>(random() % 1600);
    auto const frame = packet(payload, options);
    if (frame.size() - 14 <= max_size) continue;
    auto const frames = cut(frame, max_size);
    ASSERT_GE(frames.size(), 2u);
    Reassembly reassembly;
    for (auto const& fragment : frames) {
      reassembly.add(fragment);
      ASSERT_LE(fragment.size() - 14, max_size);
      ASSERT_EQ(Octets(fragment.begin(), fragment.begin() + 14),
                Octets(frame.begin(), frame.begin() + 14));
      ASSERT_EQ(fragment[15], 0x2e);
      ASSERT_EQ(be16_at(fragment, 18), 0xbeefu);
      ASSERT_EQ(fragment[22], 9);
      ASSERT_EQ(fragment[23], 17);
    }
    ASSERT_TRUE(reassembly.has_end);
    ASSERT_EQ(reassembly.whole(), payload);
    // As large as they may be.
    for (std::size_t i = 0; i + 1 < frames.size(); ++i)
      ASSERT_GT(frames[i].size() - 14 + 8, max_size) << "fragment " << i;
  }
}

TEST(Ipv4Fragments, AreCutAgain) {
  std::mt19937 random(1);
  auto const payload = random_octets(random, 4001);
  Reassembly reassembly;
  for (auto const& large : cut(packet(payload), 1500)) {
    auto const small = cut(large, 333);
    for (auto const& fragment : small) reassembly.add(fragment);
  }
  EXPECT_TRUE(reassembly.has_end);
  EXPECT_EQ(reassembly.whole(), payload);
}

TEST(Ipv4Fragments, KeepTheReservedBitAndThePlaceOfAFragment) {
  auto const frames = cut(packet(Octets(64), {}, 0x8000 | 0x2000 | 100), 60);
  ASSERT_EQ(frames.size(), 2u);
  EXPECT_EQ(be16_at(frames[0], 20), 0x8000u | 0x2000 | 100);
  EXPECT_EQ(be16_at(frames[1], 20), 0x8000u | 0x2000 | 105);
}

TEST(Ipv4Fragments, CarryOptionsByTheirCopyBit) {
  Octets const options{0x94, 4, 0,    0,           // router alert: copied
                       7,    7, 4,    1, 2, 3, 4,  // record route: not
                       1,                          // no operation
                       0x82, 3, 0xaa, 0};          // copied, then the end
  auto const frames = cut(packet(Octets(200), options), 100);
  ASSERT_GE(frames.size(), 3u);
  EXPECT_EQ(Octets(frames[0].begin() + 34, frames[0].begin() + 50), options);
  for (std::size_t i = 1; i < frames.size(); ++i) {
    EXPECT_EQ(frames[i][14], 0x47);
    EXPECT_EQ(Octets(frames[i].begin() + 34, frames[i].begin() + 42),
              (Octets{0x94, 4, 0, 0, 0x82, 3, 0xaa, 0}));
  }
}

TEST(Ipv4Fragments, LeaveThePaddingOfEthernetOut) {
  auto frame = packet(Octets(100));
  frame.resize(frame.size() + 20, 0x77);
  Reassembly reassembly;
  for (auto const& fragment : cut(frame, 60)) reassembly.add(fragment);
  EXPECT_EQ(reassembly.whole(), Octets(100));
}

TEST(Ipv4Fragments, SayWhyAPacketCannotBeCut) {
  auto const why = [](Octets const& frame, std::uint32_t max_size) {
    Verdict verdict{};
    cut(frame, max_size, &verdict);
    return reason(verdict);
  };
  EXPECT_EQ(why(packet(Octets(100)), 28), "none");
  EXPECT_EQ(why(packet(Octets(100)), 27), "too_big");
  EXPECT_EQ(why(packet(Octets(100)), 0), "too_big");
  EXPECT_EQ(why(packet(Octets(100), {0x94, 1, 0, 0}), 60), "bad_ip_header");
  EXPECT_EQ(why(packet(Octets(100), {0x94, 5, 0, 0}), 60), "bad_ip_header");
  EXPECT_EQ(why(packet(Octets(100), {1, 1, 1, 0x94}), 60), "bad_ip_header");
  EXPECT_EQ(why(packet(Octets(96), {}, 0x1fff), 60), "bad_ip_header") << "beyond byte 65,535";
  auto wrong = packet(Octets(100));
  wrong[24] ^= 1;
  EXPECT_EQ(why(wrong, 60), "ip_bad_checksum");
}

}  // namespace
}  // namespace warpline::ipsec
