// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ids/detect/detector.hpp"
#include "tests/elements/ids/evasion/cases.hpp"

namespace warpline::ids::testing {
namespace {

constexpr std::size_t kChunk = Detector::kChunk, kSegment = 1000;

/// A connection whose client sends a text in segments of 1,000 bytes, each acknowledged.
Traffic sent(std::string const& text, std::size_t segment = kSegment) {
  Traffic traffic;
  traffic.handshake();
  for (std::size_t i = 0; i < text.size(); i += segment)
    traffic.send(true, text.substr(i, segment)).send(false, "");
  return traffic.close();
}

std::string filler(std::size_t bytes) { return std::string(bytes, '.'); }

constexpr char kAlone[] = "it looks at each chunk alone";
constexpr char kFromChunk[] = "it counts from the beginning of the chunk";
constexpr char kAgain[] = "in mode ips it looks at a sliding window, and alerts for each";

std::string const kStream = "alert tcp-stream any any -> any any (content:\"attack\"; sid:2;)\n";

}  // namespace

std::vector<EvasionCase> chunk_cases() {
  std::vector<EvasionCase> cases;
  auto const add = [&](std::string name, Traffic traffic, Sids expected) -> EvasionCase& {
    return cases.emplace_back(
        EvasionCase{std::move(name), std::move(traffic), std::move(expected), kStream});
  };
  // The rules look when at least a chunk was acknowledged: here after 3,000 bytes.
  add("PatternAcrossAChunk", sent(filler(2997) + "attack" + filler(4000)), {2}).differs({}, kAlone);
  add("PatternBeforeAChunk", sent(filler(2994) + "attack" + filler(4000)), {2});
  add("PatternAfterAChunk", sent(filler(3000) + "attack" + filler(4000)), {2});
  add("PatternAcrossAChunkOfSegmentsOfOneByte",
      sent(filler(kChunk - 3) + "attack" + filler(kChunk), 1), {2})
      .differs({}, kAlone);
  add("PatternWithPartsInTwoChunks",
      sent(filler(2500) + "att" + filler(1500) + "ack" + filler(3000)), {2})
      .differs({}, kAlone)
      .rules =
      "alert tcp-stream any any -> any any (content:\"att\"; content:\"ack\"; distance:0; "
      "sid:2;)\n";
  add("ExpressionAcrossAChunk", sent(filler(2997) + "attack" + filler(4000)), {2})
      .differs({2, 2, 2, 2, 2, 2, 2},
               "without a pattern it looks at the whole stream again with each packet")
      .rules = "alert tcp-stream any any -> any any (pcre:\"/at+ack/\"; sid:2;)\n";
  add("LastBytesAreLookedAt", sent(filler(100) + "attack"), {2});
  {
    Traffic traffic;
    traffic.handshake().send(true, filler(100) + "attack");
    add("LastBytesWithoutAnAcknowledgmentAreLookedAt", traffic, {2});
  }
  // The bound of a stream.
  auto const bounded = [&](std::string name, std::string const& text,
                           Sids expected) -> EvasionCase& {
    auto& test = add(std::move(name), sent(text), std::move(expected));
    test.depth = 3000;
    return test;
  };
  bounded("PatternBeforeTheDepth", filler(2994) + "attack" + filler(3000), {2});
  bounded("PatternAcrossTheDepth", filler(2997) + "attack" + filler(3000), {});
  bounded("PatternAfterTheDepth", filler(3000) + "attack" + filler(3000), {});
  bounded("PacketAfterTheDepth", filler(4000) + "attack" + filler(3000), {1, 3})
      .differs({1, 2, 3}, kFallsBack)
      .rules = EvasionCase::default_rules();
  // Depth and offset of a content count from the stream's beginning.
  std::string const tied = "alert tcp-stream any any -> any any (content:\"attack\"; ";
  add("DepthOfAContentCountsFromTheBeginning", sent(filler(3000) + "attack" + filler(3000)), {})
      .differs({2}, kFromChunk)
      .rules = tied + "depth:6; sid:2;)\n";
  add("DepthOfAContentInALaterChunk", sent(filler(3000) + "attack" + filler(3000)), {2}).rules =
      tied + "depth:3006; sid:2;)\n";
  add("OffsetOfAContentCountsFromTheBeginning", sent(filler(3000) + "attack" + filler(3000)), {2})
      .differs({}, kFromChunk)
      .rules = tied + "offset:3000; sid:2;)\n";
  add("OffsetOfAContentAfterIt", sent(filler(3000) + "attack" + filler(3000)), {}).rules =
      tied + "offset:3001; sid:2;)\n";
  // Gaps.
  {
    Traffic traffic;
    traffic.handshake().send(true, "att").skip(true, 3).send(false, "");
    traffic.send(true, "ack").send(false, "").close();
    add("GapInAPattern", traffic, {});
  }
  {
    Traffic traffic;
    traffic.handshake().send(true, "...").skip(true, 3).send(false, "");
    traffic.send(true, "attack").send(false, "").close();
    add("PatternAfterAGap", traffic, {2})
        .differs({2, 2}, "after a gap it looks at the same bytes again");
  }
  {
    Traffic traffic;
    traffic.handshake().send(true, "attack").skip(true, 3).send(false, "");
    traffic.send(true, "...").send(false, "").close();
    add("PatternBeforeAGap", traffic, {2});
  }
  {
    Traffic traffic;
    traffic.handshake().send(true, "att").skip(true, 3);
    traffic.send(true, "ack").wait(1).send(true, "end");
    add("GapThatNobodyAcknowledged", traffic, {});
  }
  {
    Traffic traffic;  // the missing bytes come after they were acknowledged
    traffic.handshake().send(true, "att").skip(true, 3).send(false, "").send(true, "...");
    traffic.segment({.offset = 3, .data = "ack"}).send(false, "").close();
    add("BytesOfAGapThatComeLate", traffic, {2});
  }
  // In mode ips the bytes are looked at as they come.
  {
    Traffic traffic;
    traffic.handshake().send(true, "att").send(true, "ack").send(true, "...");
    auto& test = add("PatternSplitInModeIps_ips", traffic, {2});
    test.ips = true;
    test.differs({2, 2}, kAgain);
  }
  {
    auto& test =
        add("PatternAcrossChunksInModeIps_ips", sent(filler(2997) + "attack" + filler(4000)), {2});
    test.ips = true;
    test.differs({2, 2}, kAgain);
  }
  return cases;
}

}  // namespace warpline::ids::testing
