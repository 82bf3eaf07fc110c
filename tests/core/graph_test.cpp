// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "core/engine/graph.hpp"

#include <gtest/gtest.h>

#include <numeric>
#include <random>

#include "tests/core/test_elements.hpp"

namespace warpline {
namespace {

using Numbers = std::vector<std::uint32_t>;

Numbers count_from(std::uint32_t first, std::uint32_t how_many) {
  Numbers numbers(how_many);
  std::iota(numbers.begin(), numbers.end(), first);
  return numbers;
}

std::string error_of(std::string const& text) {
  test::Rig rig;
  try {
    rig.build(text);
  } catch (ConfigError const& error) {
    return error.what();
  }
  return "no error";
}

TEST(Graph, SplitsBatchesByVerdictAndKeepsTheOrderWithinAnOutput) {
  test::Rig rig;
  rig.build(
      "TestSource -> s :: TestSpread(3, DROP 5); s[0] -> a :: TestSink; s[1] -> b :: TestSink;"
      "s[2] -> c :: TestSink;");
  rig.bench->input = {count_from(1, 256), count_from(257, 1), count_from(258, 63)};
  rig.poll_all();
  Numbers expected[3];
  for (std::uint32_t n = 1; n <= 320; ++n)
    if (n % 5 != 0) expected[n % 3].push_back(n);
  EXPECT_EQ(rig.bench->by_sink["a"], expected[0]);
  EXPECT_EQ(rig.bench->by_sink["b"], expected[1]);
  EXPECT_EQ(rig.bench->by_sink["c"], expected[2]);
  auto const* spread = rig.graph->find("s");
  EXPECT_EQ(spread->counters.drops[DropReason::named("test_spread").index()].get(), 64u);
  EXPECT_EQ(spread->counters.packets.get(), 320u);
  EXPECT_EQ(spread->counters.batches.get(), 3u);
  EXPECT_EQ(spread->counters.bytes.get(), 320u * 8);
  EXPECT_TRUE(rig.conserved());
  EXPECT_EQ(rig.buffers.in_use(), 0u);
  EXPECT_EQ(rig.batches.in_use(), 1u - 1u);
}

TEST(Graph, DropsWithAReasonWhenASplitFindsNoBatch) {
  test::Rig rig;
  rig.build("TestSource -> s :: TestSpread(2); s[0] -> a :: TestSink; s[1] -> b :: TestSink;");
  std::vector<BatchPtr> held;
  while (rig.batches.in_use() + 9 < rig.batches.capacity()) held.push_back(rig.batches.allocate());
  rig.bench->input = {count_from(0, 10)};
  rig.poll_all();
  EXPECT_TRUE(rig.bench->output.size() == 10u);
  while (auto batch = rig.batches.allocate(0)) held.push_back(std::move(batch));
  held.pop_back();  // one left: for the source, none for the split
  rig.bench->output.clear();
  rig.bench->input = {count_from(0, 10)};
  EXPECT_EQ(rig.graph->poll(true), 0u) << "a source leaves a reserve for splits";
}

TEST(Graph, AnyBatchSizesGiveTheSameSequences) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    std::mt19937_64 random(seed);
    test::Rig rig;
    rig.build(
        "TestSource -> s :: TestSpread(4, DROP 7); s[0] -> t :: TestSpread(2) -> a :: TestSink;"
        "t[1] -> a; s[1] -> TestAdd(4, DROP 9) -> b :: TestSink; s[2] -> b; s[3] -> c :: "
        "TestSink;");
    std::uint32_t next = 0;
    while (next < 5000) {
      auto const size = 1 + static_cast<std::uint32_t>(random() % 256);
      rig.bench->input.push_back(count_from(next, size));
      next += size;
    }
    rig.poll_all();
    Numbers c;
    for (std::uint32_t n = 0; n < next; ++n)
      if (n % 7 != 0 && n % 4 == 3) c.push_back(n);
    ASSERT_EQ(rig.bench->by_sink["c"], c) << "seed " << seed;
    ASSERT_TRUE(rig.conserved()) << "seed " << seed;
    ASSERT_EQ(rig.buffers.in_use(), 0u) << "seed " << seed;
  }
}

TEST(Graph, ReportsAllThatIsWrongAtOnce) {
  EXPECT_EQ(
      error_of("TestSource -> TestSpraed(2) -> TestSink;\nTestSource -> TestSpread(1, DORP 3)"
               " -> TestSink;"),
      "test.click:1:15: error: unknown element class 'TestSpraed'; did you mean 'TestSpread'?\n"
      "  TestSource -> TestSpraed(2) -> TestSink;\n"
      "                ^\n"
      "test.click:2:29: error: TestSpread: unknown argument 'DORP'; did you mean 'DROP'?\n"
      "  TestSource -> TestSpread(1, DORP 3) -> TestSink;\n"
      "                              ^");
}

TEST(Graph, RefusesPortsThatAreNotThereOrNotConnected) {
  EXPECT_EQ(error_of("TestSource -> s :: TestSpread(2) -> TestSink;"),
            "test.click:1:15: error: output [1] of 's :: TestSpread' is not connected\n"
            "  TestSource -> s :: TestSpread(2) -> TestSink;\n"
            "                ^");
  EXPECT_NE(error_of("TestSource -> s :: TestSpread(1) -> TestSink; s[1] -> TestSink;")
                .find("'s :: TestSpread' has no output [1]; it has 1"),
            std::string::npos);
}

TEST(Graph, RefusesFanOutAndCyclesWithoutAQueue) {
  EXPECT_NE(error_of("s :: TestSource -> TestSink; s -> TestSink;")
                .find("output [0] of 's' is connected twice; an output has one target"),
            std::string::npos);
  EXPECT_NE(error_of("TestSource -> a :: TestAdd(1) -> b :: TestAdd(1) -> a;")
                .find("'a :: TestAdd' is in a cycle without a Queue"),
            std::string::npos);
}

TEST(Graph, WarnsOfElementsThatNoPacketReachesAndNeedsASource) {
  test::Rig rig;
  std::vector<Diagnostic> warnings;
  rig.build("TestSource -> TestSink; h :: TestHold -> a :: TestAdd(1) -> h;", &warnings);
  ASSERT_EQ(warnings.size(), 2u);
  EXPECT_EQ(warnings[0].render().substr(0, 70),
            "test.click:1:25: warning: 'h :: TestHold' is never reached by a packet");
  EXPECT_NE(error_of("h :: TestHold -> TestAdd(1) -> h;").find("no element receives packets"),
            std::string::npos);
}

TEST(Graph, FormsSegmentsBehindElementsThatOnlyEdit) {
  test::Rig rig;
  rig.build(
      "TestSource -> a :: TestEdit(1) -> b :: TestEdit(2) -> c :: TestAdd(3) -> d :: TestAdd(4)"
      " -> s :: TestSpread(1) -> e :: TestEdit(5) -> TestSink;");
  std::vector<std::string> heads;
  for (auto const& segment : rig.graph->segments())
    heads.push_back(segment->nodes.front()->name + std::to_string(segment->nodes.size()));
  EXPECT_EQ(heads, (std::vector<std::string>{"a3", "d1", "e1"}));
}

}  // namespace
}  // namespace warpline
