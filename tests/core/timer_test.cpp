// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "core/element/timer.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <list>
#include <map>
#include <random>
#include <thread>

#include "core/base/clock.hpp"
#include "core/engine/worker.hpp"
#include "tests/core/test_elements.hpp"

namespace warpline {
namespace {

using namespace std::chrono_literals;

std::uint64_t cycles_of(std::chrono::nanoseconds time) {
  return static_cast<std::uint64_t>(std::chrono::duration<double>(time).count() *
                                    cycles_per_second());
}

/// Has two timers; records when they are called, and emits a packet each time.
class TestTicker final : public Element {
 public:
  explicit TestTicker(Args& args)
      : periodic_(args, *this, [this](Outputs& out) { emit(1, out); }),
        once_(args, *this, [this](Outputs& out) {
          emit(2, out);
          if (restarts_ > 0) once_.start_once(2ms), --restarts_;
        }) {
    restarts_ = args.optional<std::uint32_t>("RESTARTS", 0);
  }
  void process(BatchPtr batch, unsigned, Outputs& out) noexcept override {
    periodic_.stop();
    out.emit(std::move(batch));
  }
  void start() override {
    periodic_.start_periodic(10ms);
    once_.start_once(1ms);
  }

 private:
  void emit(std::uint32_t number, Outputs& out) {
    auto batch = out.batches().allocate();
    Packet packet;
    if (!batch || !out.buffers().allocate({&packet, 1})) return;
    packet.append(60);
    packet.tag = number;
    batch->add(packet);
    out.count_created(*batch);
    out.emit(std::move(batch));
  }

  std::uint32_t restarts_ = 0;
  Timer periodic_, once_;
};
WARPLINE_ELEMENT(TestTicker);

using Numbers = std::vector<std::uint32_t>;

TEST(Timer, CallsAFunctionOnceAndAnotherEveryPeriod) {
  test::Rig rig;
  rig.build("TestSource -> TestTicker -> TestSink;");
  EXPECT_EQ(rig.graph->next_timer(), Timers::kNever);
  auto const begin = cycles();
  rig.graph->start();
  rig.graph->run_timers(begin);
  EXPECT_TRUE(rig.bench->output.empty()) << "nothing is due yet";
  auto const begun = cycles();
  rig.graph->run_timers(begun + cycles_of(2ms));
  EXPECT_EQ(rig.bench->output, Numbers{2});
  rig.graph->run_timers(begun + cycles_of(9ms));
  EXPECT_EQ(rig.bench->output, Numbers{2});
  rig.graph->run_timers(begun + cycles_of(11ms));
  EXPECT_EQ(rig.bench->output, (Numbers{2, 1}));
  rig.graph->run_timers(begun + cycles_of(21ms));
  EXPECT_EQ(rig.bench->output, (Numbers{2, 1, 1}));
  EXPECT_TRUE(rig.conserved());
}

TEST(Timer, IsCalledOnceIfPeriodsWereMissed) {
  test::Rig rig;
  rig.build("TestSource -> TestTicker -> TestSink;");
  rig.graph->start();
  auto const late = cycles() + cycles_of(1s);
  rig.graph->run_timers(late);
  EXPECT_EQ(rig.bench->output, (Numbers{2, 1}));
  EXPECT_EQ(rig.graph->next_timer(), late + 1);
}

TEST(Timer, MayBeStartedInItsOwnFunctionAndStopped) {
  test::Rig rig;
  rig.bench->input.push_back({7});
  rig.build("TestSource -> TestTicker(2) -> TestSink;");
  rig.graph->start();
  rig.graph->poll(true);  // stops the periodic one
  for (int i = 0; i < 5; ++i) rig.graph->run_timers(cycles() + cycles_of(20ms));
  EXPECT_EQ(rig.bench->output, (Numbers{7, 2, 2, 2}));
  EXPECT_EQ(rig.graph->next_timer(), Timers::kNever);
}

TEST(Timer, IsCountedAsTimeOfItsElement) {
  test::Rig rig;
  rig.build("TestSource -> ticker :: TestTicker -> TestSink;");
  rig.graph->start();
  rig.graph->run_timers(cycles() + cycles_of(1s));
  EXPECT_GT(rig.graph->find("ticker")->counters.cycles.get(), 0u);
}

/// Any order of starts and stops, against a list that is searched from its begin to its end.
TEST(Timer, ManyAreCalledInTheOrderInWhichTheyAreDue) {
  test::Rig rig;
  ElementDecl const decl{};
  Args args(decl, nullptr, rig.context);
  class Owner final : public Element {
    void process(BatchPtr, unsigned, Outputs&) noexcept override {}
  } owner;
  std::mt19937 random(5);
  auto& timers = *rig.context.timers;
  std::list<Timer> all;
  std::map<Timer const*, std::uint64_t> earliest;  // when each is due, at the earliest
  for (int i = 0; i < 40; ++i) all.emplace_back(args, owner, [](Outputs&) {});
  std::vector<Timer*> shuffled;
  for (auto& timer : all) shuffled.push_back(&timer);
  for (int step = 0; step < 20'000; ++step) {
    auto& timer = *shuffled[random() % shuffled.size()];
    switch (random() % 4) {
      case 0:
      case 1: {
        auto const delay = std::chrono::nanoseconds(1000 + random() % 1'000'000);
        earliest[&timer] = cycles() + cycles_of(delay);
        timer.start_once(delay);
        break;
      }
      case 2:
        timer.stop();
        earliest.erase(&timer);
        break;
      default: {
        auto const now = cycles() + cycles_of(100us);
        while (auto* const due = timers.take_due(now)) {
          EXPECT_FALSE(due->running());
          ASSERT_TRUE(earliest.contains(due));
          EXPECT_LE(earliest[due], now);
          earliest.erase(due);
        }
      }
    }
    for (auto const* expected_timer : shuffled)
      ASSERT_EQ(expected_timer->running(), earliest.contains(expected_timer));
    auto const next = timers.next_due();
    EXPECT_EQ(next == Timers::kNever, earliest.empty());
    // The timer that is due first is among those that may be due first.
    if (!earliest.empty()) {
      auto const first =
          std::min_element(earliest.begin(), earliest.end(),
                           [](auto const& a, auto const& b) { return a.second < b.second; });
      EXPECT_GE(next, first->second);
    }
  }
}

TEST(Timer, WakesASleepingWorker) {
  test::Rig rig;
  auto const pipeline = parse_pipeline(
      std::make_shared<Source>(Source{"test.click", "TestDoorbell -> TestTicker -> TestSink;"}));
  WorkerOptions options;
  options.longest_sleep = std::chrono::hours(1);
  Worker worker(options, rig.buffers);
  worker.adopt(Graph::build(pipeline, rig.context), rig.devices);
  worker.start();
  std::atomic<std::size_t> called{0};
  auto const until = std::chrono::steady_clock::now() + 20s;
  while (called < 4 && std::chrono::steady_clock::now() < until) {
    std::this_thread::sleep_for(5ms);
    worker.post([&] { called = rig.bench->output.size(); });
  }
  EXPECT_GE(called, 4u);
  worker.stop();
  worker.join();
  // It goes to sleep after a thousand turns without work. One that never slept makes millions.
  EXPECT_LT(worker.counters().turns.get(), 5000 * (rig.bench->output.size() + 2));
}

}  // namespace
}  // namespace warpline
