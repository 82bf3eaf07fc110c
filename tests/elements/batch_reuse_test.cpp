// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "tests/support/pipeline_runner.hpp"

namespace warpline {
namespace {

using test::Frame;
using test::PipelineRunner;

/// Which batches came by, in which order, by the name of the element.
struct Seen {
  std::map<std::string, std::vector<Batch const*>> batches;
};

class TestSeen final : public Element {
 public:
  explicit TestSeen(Args& args)
      : seen_(args.context().shared.get<Seen>("seen", [] { return new Seen; })),
        name_(args.element_name()) {}
  void process(BatchPtr batch, unsigned, Outputs& out) noexcept override {
    seen_->batches[name_].push_back(batch.get());
    out.emit(std::move(batch));
  }

 private:
  std::shared_ptr<Seen> seen_;
  std::string name_;
};
WARPLINE_ELEMENT(TestSeen);

/// The first bytes of frames decide the branch: `counts[i]` packets for output i, mixed.
std::vector<Frame> frames_for(std::vector<unsigned> counts) {
  std::vector<Frame> frames;
  for (bool any = true; any;) {
    any = false;
    for (std::size_t i = 0; i < counts.size(); ++i)
      if (counts[i] > 0) {
        --counts[i];
        frames.push_back({static_cast<std::uint8_t>(i)});
        any = true;
      }
  }
  return frames;
}

constexpr char kThreeWays[] =
    "FromInput(BURST 256) -> in :: TestSeen -> c :: Classifier(0/00, 0/01, 0/02);"
    "c[0] -> a :: TestSeen -> Discard; c[1] -> b :: TestSeen -> Discard;"
    "c[2] -> d :: TestSeen -> Discard;";

TEST(BatchReuse, TheBatchGoesOnWithTheOutputThatMostPacketsTake) {
  for (auto const& [counts, majority] :
       std::vector<std::pair<std::vector<unsigned>, std::string>>{{{100, 1, 1}, "a"},
                                                                  {{1, 2, 1}, "b"},
                                                                  {{3, 3, 4}, "d"},
                                                                  {{0, 0, 1}, "d"},
                                                                  {{85, 85, 86}, "d"}}) {
    PipelineRunner runner(kThreeWays);
    runner.run(frames_for(counts));
    auto const& seen = *runner.context().shared.get<Seen>("seen", [] { return new Seen; });
    auto const* came = seen.batches.at("in").at(0);
    for (auto const& [name, batches] : seen.batches)
      EXPECT_EQ(batches.at(0) == came, name == majority || name == "in") << name;
    EXPECT_EQ(
        seen.batches.size(),
        1 + counts.size() - static_cast<std::size_t>(std::count(counts.begin(), counts.end(), 0u)))
        << "outputs without packets get no batch";
  }
}

TEST(BatchReuse, ABatchOfDroppedPacketsGoesNowhereAndIsFreed) {
  PipelineRunner runner(kThreeWays);
  auto const out = runner.run(std::vector<Frame>(200, Frame{9}));
  EXPECT_EQ(out.drops, (test::Drops{{"no_match", 200}}));
  EXPECT_LE(runner.batches().in_use(), 1u) << "the source's next batch at most";
  EXPECT_EQ(runner.counters("a").batches.get(), 0u);
}

}  // namespace
}  // namespace warpline
