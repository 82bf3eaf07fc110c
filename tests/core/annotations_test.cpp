// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "core/packet/annotations.hpp"

#include <gtest/gtest.h>

#include <random>
#include <string>

#include "core/packet/annotation_check.hpp"
#include "tests/support/frame.hpp"

namespace warpline {
namespace {

using test::Frame;
using test::FrameBuilder;

Packet packet_of(Frame& frame) {
  Packet packet{};
  packet.data = frame.data();
  packet.length = static_cast<std::uint16_t>(frame.size());
  return packet;
}

TEST(AnnotationSet, KnowsLowerLayersAndDependents) {
  AnnotationSet const transport = Annotation::kTransport, l2 = Annotation::kL2;
  EXPECT_EQ(transport.with_lower_layers(), AnnotationSet::headers());
  EXPECT_EQ(l2.with_lower_layers(), l2);
  EXPECT_EQ(l2.with_dependents(), AnnotationSet::headers());
  EXPECT_EQ(AnnotationSet(Annotation::kFlow).with_dependents(), AnnotationSet(Annotation::kFlow));
  EXPECT_EQ(AnnotationSet::headers().highest_layer(), Annotation::kTransport);
  EXPECT_TRUE(AnnotationSet::all().contains(AnnotationSet::headers()));
  EXPECT_TRUE((AnnotationSet::headers() - AnnotationSet::all()).empty());
  EXPECT_FALSE(name_of(Annotation::kNextHop).empty());
}

TEST(AnnotationUse, SettingTheTagForOneUseEndsTheOther) {
  AnnotationUse const scan{.uses = {}, .sets = Annotation::kScan, .clears = {}};
  auto const after = scan.after(AnnotationSet(Annotation::kSa) | Annotation::kFlow);
  EXPECT_EQ(after, AnnotationSet(Annotation::kScan) | Annotation::kFlow);
}

TEST(AnnotationUse, WhatItSetsIsValidEvenIfItClearsIt) {
  AnnotationUse const use{.uses = {}, .sets = Annotation::kL2, .clears = Annotation::kL2};
  EXPECT_EQ(use.after(AnnotationSet::all()) & AnnotationSet::headers(),
            AnnotationSet(Annotation::kL2));
}

TEST(Parse, AnnotatesPlainPacketsAsTheGeneralParserDoes) {
  std::mt19937 random(14);
  auto const byte = [&] { return static_cast<std::uint8_t>(random()); };
  unsigned plain = 0;
  for (unsigned i = 0; i < 20'000; ++i) {
    auto frame = FrameBuilder().ipv4({.tos = byte()}).udp(1, 2).payload("abcdefgh").build();
    // Often one byte of the headers differs, sometimes several.
    for (auto changes = random() % 4; changes > 0; --changes) frame[12 + random() % 22] = byte();
    if (random() % 4 == 0) frame.resize(frame.size() - random() % 12);
    auto packet = packet_of(frame);
    packet.arrive(0);
    plain += parse<Annotation::kTransport>(packet);
    ASSERT_EQ(wrong_annotation(packet, AnnotationSet::headers()), nullptr) << "frame " << i;
    packet.arrive(0);
    (void)parse<Annotation::kNetwork>(packet);
    ASSERT_EQ(wrong_annotation(packet, AnnotationSet(Annotation::kNetwork).with_lower_layers()),
              nullptr)
        << "frame " << i;
  }
  EXPECT_GT(plain, 4'000u);
  EXPECT_LT(plain, 16'000u);
}

TEST(Parse, CopiesAllAnnotations) {
  auto frame = FrameBuilder().vlan(5).ipv4({.tos = 3}).udp(1, 2).payload("abc").build();
  auto packet = packet_of(frame);
  parse<Annotation::kTransport>(packet);
  packet.paint = 9;
  packet.tag = 10;
  packet.flow = 11;
  packet.next_hop = 12;
  auto copy = packet_of(frame);
  copy_annotations(packet, copy);
  EXPECT_EQ(wrong_annotation(copy, AnnotationSet::headers()), nullptr);
  EXPECT_EQ(copy.paint, 9);
  EXPECT_EQ(copy.tag, 10u);
  EXPECT_EQ(copy.flow, 11u);
  EXPECT_EQ(copy.next_hop, 12);
}

TEST(AnnotationCheck, NamesTheMemberThatIsWrongIfItShouldBeValid) {
  auto frame = FrameBuilder().vlan(5).ipv4({.tos = 3}).udp(1, 2).payload("abc").build();
  auto right = packet_of(frame);
  parse<Annotation::kTransport>(right);
  ASSERT_EQ(wrong_annotation(right, AnnotationSet::headers()), nullptr);
  auto const wrong = [&](auto change, AnnotationSet valid = AnnotationSet::headers()) {
    auto packet = right;
    change(packet);
    auto const* const name = wrong_annotation(packet, valid);
    return std::string(name == nullptr ? "none" : name);
  };
  EXPECT_EQ(wrong([](Packet& p) { p.l2_length = 14; }), "l2_length");
  EXPECT_EQ(wrong([](Packet& p) { p.flags ^= header_flag::kTagged; }), "kTagged");
  EXPECT_EQ(wrong([](Packet& p) { ++p.vlan; }), "vlan");
  EXPECT_EQ(wrong([](Packet& p) { ++p.ip_length; }), "ip_length");
  EXPECT_EQ(wrong([](Packet& p) { ++p.tos; }), "tos");
  EXPECT_EQ(wrong([](Packet& p) { p.flags ^= header_flag::kFragment; }), "flags");
  EXPECT_EQ(wrong([](Packet& p) { ++p.l3_length; }), "l3_length");
  EXPECT_EQ(wrong([](Packet& p) { ++p.protocol; }), "protocol");
  EXPECT_EQ(wrong([](Packet& p) { ++p.protocol; }, Annotation::kL2), "none") << "it is not valid";
}

}  // namespace
}  // namespace warpline
