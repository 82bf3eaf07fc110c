// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "elements/ids/ids_service.hpp"
#include "tests/elements/ids/hostile/rig.hpp"

namespace warpline::ids {
namespace {

using testing::Frames;
using testing::HostileRig;

constexpr std::size_t kSlack = 16 << 20;  // of pages of 2 MiB, and of the test

RuleSet no_rules() { return RuleSet({}); }

DetectorOptions million() {
  DetectorOptions options;
  options.flows = 1'000'000;
  return options;
}

TEST(IdsMemory, AMillionFlowsTakeAtMost320MB) {
  static_assert(sizeof(Flow) == 128 && sizeof(TcpSession) == 128);
  auto const memory = memory_of(million(), no_rules());
  EXPECT_LE(memory.flows + memory.sessions, 320'000'000u);
  EXPECT_EQ(memory.stream, DetectorOptions{}.stream_memory);
}

TEST(IdsMemory, PlanPrintsTheFigureOfEachWorkerAndOfAll) {
  IdsService service;
  MemoryNeeds needs;
  needs.flows = 1'000'000;
  needs.detector = memory_of(million(), no_rules());
  needs.shared = 3 << 20;
  service.set("ids", needs);
  auto const text = service.plan(2);
  EXPECT_NE(text.find("flows and TCP sessions       275.5 MiB  1,000,000 flows of 288 bytes"),
            std::string::npos)
      << text;
  EXPECT_NE(text.find("a worker                     437.4 MiB"), std::string::npos) << text;
  EXPECT_NE(text.find("2 workers and rules          877.9 MiB"), std::string::npos) << text;
}

/// One SYN each: the memory grows by what `plan` prints for flows, and by nothing else.
TEST(IdsMemory, AMillionSynsGrowItByTheFigure) {
  auto options = million();
  options.flows = static_cast<std::uint32_t>(testing::counts_memory() ? 1'000'000 : 50'000);
  auto const figure = memory_of(options, no_rules());
  auto const before = testing::resident_bytes();
  HostileRig rig("alert tcp any any -> any any (content:\"attack\"; flowbits:set,a; sid:1;)",
                 options);
  Frames::Ends ends;
  for (std::uint32_t i = 0; i < options.flows; ++i) {
    ends.source = 0x0a000000 + i / 50'000;
    ends.source_port = static_cast<std::uint16_t>(10'000 + i % 50'000);
    rig.send(rig.frames().tcp(ends, Frames::kSyn, i, 0));
  }
  EXPECT_EQ(rig.detector().flows().size(), options.flows);
  EXPECT_EQ(rig.detector().flows().evicted(), 0u);
  auto const grown = testing::resident_bytes() - before;
  if (testing::counts_memory()) {
    EXPECT_LE(grown, figure.flows + figure.sessions + kSlack);
    EXPECT_LE(grown, 320'000'000u);
  }
  std::printf("figure %zu, grown by %zu bytes\n", figure.flows + figure.sessions, grown);
  // As many again: each takes the place of an older one.
  for (std::uint32_t i = 0; i < options.flows; ++i) {
    ends.source = 0x0b000000 + i / 50'000;
    ends.source_port = static_cast<std::uint16_t>(10'000 + i % 50'000);
    rig.send(rig.frames().tcp(ends, Frames::kSyn, i, 0));
  }
  EXPECT_EQ(rig.detector().flows().size(), options.flows);
  EXPECT_EQ(rig.detector().flows().evicted(), options.flows);
  rig.finish();
}

}  // namespace
}  // namespace warpline::ids
