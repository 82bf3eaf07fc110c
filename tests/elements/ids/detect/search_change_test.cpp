// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "elements/ids/detect/detector.hpp"
#include "tests/elements/ids/frame_pieces.hpp"
#include "tests/elements/ids/test_rules.hpp"

/// The detector uses a search before only if that was the one of the packet's group.
namespace warpline::ids {
namespace {

class SearchChange : public ::testing::Test, public DetectorEvents {
 protected:
  static constexpr std::uint32_t kPayload = 14 + 20 + 8;

  std::string frame(unsigned source, unsigned destination, std::string const& payload) const {
    return test::ethernet(0x800) + test::ip4(17, test::udp(source, destination, payload));
  }
  /// With the addresses exchanged.
  static std::string reversed(std::string frame) {
    std::swap_ranges(frame.begin() + 26, frame.begin() + 30, frame.begin() + 30);
    return frame;
  }
  DecodedPacket const& decode(std::string const& frame) {
    return decoder_.decode(bytes_of(frame), LinkType::kEthernet).back();
  }
  std::uint16_t search_of(std::string const& frame) { return detector_.search_of(decode(frame)); }
  /// The number of searches by the detector.
  std::uint64_t process(std::string const& frame, Detector::Candidates const& candidates) {
    auto const before = detector_.counters().searches;
    detector_.process(bytes_of(frame), {1'000'000'000, 1, {}}, candidates);
    return detector_.counters().searches - before;
  }
  std::uint16_t number(bool to_server, std::uint16_t port) const {
    auto const& groups = rules_.set->groups();
    return groups[groups.find(PacketKind::kUdp, to_server, port)].search;
  }

  void alert(PacketContext const&, RuleAlert const&) override { ++alerts_; }
  void drop(PacketContext const&, std::optional<std::uint32_t>) override {}
  void flow_ended(Flow const&, FlowEvent::Reason, std::uint64_t, std::uint64_t) override {}

  static Bytes bytes_of(std::string const& text) {
    return {reinterpret_cast<std::uint8_t const*>(text.data()),
            static_cast<std::uint32_t>(text.size())};
  }
  static DetectorOptions options() {
    DetectorOptions options;
    options.checksums = ChecksumPolicy::kOff;
    options.flows = 64;
    options.stream_memory = options.defrag_memory = 1 << 16;
    options.datagrams = 16;
    return options;
  }

  test::TestRules rules_{
      "alert udp any any -> any 53 (content:\"attack\"; sid:1;)\n"
      "alert udp any any -> any 4000 (content:\"other\"; sid:2;)\n"
      "alert udp any 4000 -> any any (content:\"attack\"; flow:to_client; sid:3;)\n"};
  SharedState shared_{3};
  Detector detector_{rules_.set, rules_.searches, shared_, options(), *this, 5};
  FrameDecoder decoder_;
  unsigned alerts_ = 0;
};

TEST_F(SearchChange, UsesTheResultOfTheRightSearch) {
  auto const query = frame(2000, 53, "an attack");
  Matches found;
  EXPECT_EQ(process(query, {number(true, 53), kPayload, &found}), 0u);
  EXPECT_EQ(alerts_, 0u) << "nothing was found";
  found.add(0);
  EXPECT_EQ(process(query, {number(true, 53), kPayload, &found}), 0u);
  EXPECT_EQ(alerts_, 1u);
}

TEST_F(SearchChange, SearchesAgainAfterAnotherSearch) {
  auto const query = frame(2000, 53, "an attack");
  Matches found;
  EXPECT_EQ(process(query, {number(true, 4000), kPayload, &found}), 1u);
  EXPECT_EQ(alerts_, 1u);
  found.add(0);
  EXPECT_EQ(process(frame(2000, 53, "nothing"), {number(true, 4000), kPayload, &found}), 1u);
  EXPECT_EQ(alerts_, 1u);
}

TEST_F(SearchChange, SearchesAgainAfterNoneOfTheseBytes) {
  auto const query = frame(2000, 53, "an attack");
  Matches found;
  EXPECT_EQ(process(query, {}), 1u);
  EXPECT_EQ(process(query, {number(true, 53), kPayload + 1, &found}), 1u);
  found.count = Matches::kOverflow;
  EXPECT_EQ(process(query, {number(true, 53), kPayload, &found}), 1u);
  EXPECT_EQ(alerts_, 3u);
}

/// A client with the lower port is taken for the server until its flow is known.
TEST_F(SearchChange, GuessesTheDirectionOfAnUnknownFlow) {
  EXPECT_EQ(search_of(frame(2000, 53, "x")), number(true, 53));
  auto const odd = frame(53, 4000, "other");
  ASSERT_NE(number(false, 53), number(true, 4000));
  EXPECT_EQ(search_of(odd), number(false, 53));
  Matches const nothing;
  EXPECT_EQ(process(odd, {search_of(odd), kPayload, &nothing}), 1u) << "it was wrong";
  EXPECT_EQ(alerts_, 1u);
  EXPECT_EQ(search_of(odd), number(true, 4000)) << "the flow is known";
  auto const answer = reversed(frame(4000, 53, "an attack"));
  EXPECT_EQ(search_of(answer), number(false, 4000));
  process(answer, {});
  EXPECT_EQ(alerts_, 3u) << "of rules 1 and 3";
}

}  // namespace
}  // namespace warpline::ids
