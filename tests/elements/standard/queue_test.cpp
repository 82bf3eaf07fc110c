// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "tests/support/pipeline_runner.hpp"
#include "tests/support/traffic.hpp"

namespace warpline {
namespace {

using test::Drops;
using test::error_line;
using test::Frame;
using test::mixed_traffic;
using test::PipelineRunner;
using test::run_pipeline;

TEST(Queue, PassesPacketsOnInOrderWhateverTheBatches) {
  auto const frames = mixed_traffic(1, 2000);
  for (auto const& bursts : std::vector<std::vector<unsigned>>{{1}, {256}, {1, 256, 3, 128, 200}})
    ASSERT_EQ(run_pipeline("FromInput(BURST 256) -> Queue -> ToOutput;", frames, {.bursts = bursts})
                  .frames(0),
              frames);
}

/// Frames numbered from `first` on.
std::vector<Frame> numbered(unsigned first, unsigned count) {
  std::vector<Frame> frames;
  for (unsigned i = first; i < first + count; ++i)
    frames.push_back({static_cast<std::uint8_t>(i), static_cast<std::uint8_t>(i >> 8)});
  return frames;
}

TEST(Queue, KeepsTheFirstPacketsAndDropsWhatExceedsItsCapacity) {
  PipelineRunner runner("FromInput(BURST 256) -> q :: Queue(CAPACITY 100) -> ToOutput;");
  auto const out = runner.run(numbered(0, 256));
  EXPECT_EQ(out.frames(0), numbered(0, 100));
  EXPECT_EQ(out.drops_at, (Drops{{"q:queue_full", 156}}));
  EXPECT_EQ(runner.run(numbered(0, 100)).frames(0), numbered(0, 100)) << "and is empty again";
}

/// Pushes batches straight into a queue, without letting it emit.
class Held : public testing::Test {
 protected:
  void hold(unsigned size, DeviceIndex device = kCpuDevice) {
    auto batch = runner_.batches().allocate();
    ASSERT_TRUE(batch && runner_.buffers().allocate({batch->slots(), size}));
    for (unsigned i = 0; i < size; ++i) {
      batch->slots()[i].append(2);
      batch->slots()[i].data[0] = static_cast<std::uint8_t>(next_);
      batch->slots()[i].data[1] = static_cast<std::uint8_t>(next_++ >> 8);
    }
    batch->resize(size);
    batch->device = device;
    batches_before_ = runner_.batches().in_use();
    runner_.graph().push(*runner_.graph().find("q"), 0, std::move(batch));
  }
  std::size_t held() { return runner_.graph().held(); }

  PipelineRunner runner_{"FromInput -> q :: Queue(1000) -> d :: Discard;"};
  unsigned next_ = 0;
  std::size_t batches_before_ = 0;
};

TEST_F(Held, JoinsSmallBatchesIntoFullOnes) {
  for (int i = 0; i < 64; ++i) hold(4);
  EXPECT_EQ(held(), 256u);
  EXPECT_EQ(runner_.batches().in_use(), 1u) << "a batch of 256";
  hold(1);
  EXPECT_EQ(runner_.batches().in_use(), 2u);
  runner_.graph().poll(false);
  EXPECT_EQ(held(), 0u);
  EXPECT_EQ(runner_.counters("d").batches.get(), 2u);
  EXPECT_EQ(runner_.counters("d").packets.get(), 257u);
}

TEST_F(Held, JoinsNoBatchesOfDifferentDevices) {
  hold(1, 0);
  hold(1, 1);
  hold(1, 1);
  EXPECT_EQ(runner_.batches().in_use(), 2u);
  runner_.graph().poll(false);
}

TEST_F(Held, EmitsWhatItHoldsWithinAFewTurns) {
  for (DeviceIndex i = 0; i < 100; ++i) hold(1, i % 2);
  EXPECT_EQ(held(), 100u);
  EXPECT_EQ(runner_.graph().poll(false), 32u);
  EXPECT_EQ(runner_.graph().poll(false), 32u);
  EXPECT_EQ(runner_.graph().poll(false), 32u);
  EXPECT_EQ(runner_.graph().poll(false), 4u);
  EXPECT_EQ(runner_.graph().poll(false), 0u);
}

TEST(Queue, MayStandInACycle) {
  // Each packet goes around until its TTL is spent.
  auto const frame = test::FrameBuilder().ipv4({.ttl = 5}).build();
  PipelineRunner runner("FromInput -> q :: Queue -> t :: DecIPTTL -> q;");
  auto const out = runner.run({frame, frame});
  EXPECT_EQ(out.drops_at, (Drops{{"t:ttl_expired", 2}}));
  EXPECT_EQ(runner.counters("q").packets.get(), 10u) << "each packet counts once a passage";
}

TEST(Queue, IsDrainedBeforeAWorkerEnds) {
  auto const frames = mixed_traffic(3, 3000);
  auto const out = run_pipeline("FromInput -> Queue -> Queue(CAPACITY 4000) -> ToOutput;", frames,
                                {.bursts = {17}, .threaded = true});
  EXPECT_EQ(out.frames(0), frames);
}

TEST(Queue, SaysWhatCapacityItMayHave) {
  EXPECT_EQ(error_line("FromInput -> Queue(0) -> ToOutput;"),
            "test.click:1:20: error: Queue: CAPACITY is 0; expected 1 to 65535");
  EXPECT_EQ(
      error_line("FromInput -> Queue(CAPACITY lots) -> ToOutput;"),
      "test.click:1:29: error: Queue: CAPACITY is 'lots'; expected an integer from 0 to 65535");
}

}  // namespace
}  // namespace warpline
