// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "tests/support/pipeline_runner.hpp"
#include "tests/support/traffic.hpp"

namespace warpline {
namespace {

using test::Frame;
using test::Outcome;

/// Writes a random tree of elements; each leaf paints its packets with a number of its own.
class TreeWriter {
 public:
  explicit TreeWriter(std::uint64_t seed) : random_(seed) {}

  std::string write() {
    text_ = "out :: ToOutput;\n";
    grow("FromInput(BURST 256)", 0);
    return text_;
  }

 private:
  std::string name() { return "e" + std::to_string(++names_); }

  void grow(std::string const& from, unsigned depth) {
    if (depth == 5 || leaves_ > 100 || (depth > 1 && random_() % 4 == 0)) {
      text_ += from + " -> Paint(" + std::to_string(leaves_) + ") -> " +
               (leaves_ > 1 && random_() % 8 == 0 ? "Discard" : "out") + ";\n";
      ++leaves_;
      return;
    }
    static std::vector<std::string> const straight = {
        "Null",     "Counter",        "EtherMirror",  "DecIPTTL", "CheckIPHeader",
        "FlowHash", "DropBroadcasts", "Queue(20000)", "CPUOnly"};
    static std::vector<std::pair<std::string, unsigned>> const branches = {
        {"Classifier(12/0800 23/06, 12/0800, -)", 3},
        {"Classifier(14/4?, 12/86dd)", 2},
        {"PacketSizeClassifier", 3},
        {"PacketSizeClassifier(64, 100, 1000, 1500)", 5},
        {"RandomWeightedBranch(1, 2, 3)", 3},
        {"RandomWeightedBranch(0.99, 0.01)", 2},
        {"Tee", 2},
        {"CheckPaint(0)", 2},
        {"Paint(1) -> PaintSwitch", 2}};
    auto const self = name();
    if (random_() % 2 == 0) {
      text_ += from + " -> " + self + " :: " + straight[random_() % straight.size()] + ";\n";
      return grow(self, depth + 1);
    }
    auto const& [branch, outputs] = branches[random_() % branches.size()];
    auto const arrow = branch.find("-> ");
    text_ += from + " -> ";
    if (arrow == std::string::npos)
      text_ += self + " :: " + branch + ";\n";
    else
      text_ += branch.substr(0, arrow + 3) + self + " :: " + branch.substr(arrow + 3) + ";\n";
    for (unsigned output = 0; output < outputs; ++output)
      grow(self + "[" + std::to_string(output) + "]", depth + 1);
  }

  std::mt19937_64 random_;
  std::string text_;
  unsigned names_ = 0, leaves_ = 0;
};

/// What left, leaf by leaf: the order between leaves depends on batches, the order within does not.
std::vector<std::vector<test::Sent>> by_leaf(Outcome const& outcome) {
  std::vector<std::vector<test::Sent>> leaves(256);
  for (auto const& port : outcome.sent)
    for (auto const& sent : port) leaves[sent.paint].push_back(sent);
  return leaves;
}

TEST(RandomGraphs, GiveTheSameSequencesForAnyBatchSizes) {
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    auto const text = TreeWriter(seed).write();
    SCOPED_TRACE("seed " + std::to_string(seed) + "\n" + text);
    auto const frames = test::mixed_traffic(seed, 600);
    auto const run = [&](std::vector<unsigned> bursts) {
      return test::run_pipeline(text, frames,
                                {.bursts = std::move(bursts), .buffers = 100000, .batches = 512});
    };
    auto const expected = run({1});
    EXPECT_EQ(expected.received, 600u);
    for (auto const& bursts :
         std::vector<std::vector<unsigned>>{{2}, {7}, {64}, {256}, {1, 255, 3, 100}}) {
      auto const given = run(bursts);
      ASSERT_EQ(given.drops_at, expected.drops_at);
      ASSERT_EQ(given.created, expected.created);
      ASSERT_EQ(by_leaf(given), by_leaf(expected));
    }
  }
}

TEST(RandomGraphs, ConservePacketsWhenBuffersAndBatchesAreShort) {
  test::Drops short_of;
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    auto const text = TreeWriter(seed).write();
    SCOPED_TRACE("seed " + std::to_string(seed) + "\n" + text);
    test::PipelineRunner runner(text, {.buffers = 260});
    for (std::size_t spare = 0; spare < 4; ++spare) {
      runner.run(std::vector<Frame>{});  // lets the source have its next batch
      std::vector<BatchPtr> held;
      while (runner.batches().in_use() + spare < runner.batches().capacity())
        held.push_back(runner.batches().allocate());
      for (auto const& [reason, count] : runner.run(test::mixed_traffic(seed, 200)).drops)
        short_of[reason] += count;
    }
  }
  EXPECT_GT(short_of["no_batch"], 0u);
  EXPECT_GT(short_of["no_buffer"], 0u);
}

}  // namespace
}  // namespace warpline
