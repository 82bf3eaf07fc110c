// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "core/engine/watchdog.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>

#include "core/base/clock.hpp"
#include "tests/core/test_elements.hpp"

namespace warpline {
namespace {

using namespace std::chrono_literals;

/// Sends a notice for each batch from the worker's thread.
class TestNotice final : public Element {
 public:
  explicit TestNotice(Args& args) : notice_(args.context().notice) {}
  void process(BatchPtr batch, unsigned, Outputs& out) noexcept override {
    notice_("a batch has come");
    out.emit(std::move(batch));
  }

 private:
  std::function<void(std::string const&)> notice_;
};
WARPLINE_ELEMENT(TestNotice);

TEST(Watchdog, NamesTheElementOfAStalledTurn) {
  test::Rig rig;
  rig.bench->input = {{1}};
  rig.bench->stall_cycles = static_cast<std::uint64_t>(cycles_per_second() * 0.5);
  auto const pipeline = parse_pipeline(std::make_shared<Source>(
      Source{"test.click", "TestSource -> slow :: TestStall -> TestSink;"}));
  Worker worker(WorkerOptions{}, rig.buffers);
  worker.adopt(Graph::build(pipeline, rig.context), rig.devices);
  std::mutex mutex;
  std::vector<std::string> reports;
  {
    Watchdog const watchdog({&worker}, 20ms, [&](std::string const& report) {
      std::scoped_lock const lock(mutex);
      reports.push_back(report);
    });
    worker.start();
    worker.join();
  }
  ASSERT_EQ(reports.size(), 1u) << "once a stall";
  EXPECT_NE(reports[0].find("worker 0 has not finished a turn for"), std::string::npos)
      << reports[0];
  EXPECT_NE(reports[0].find("element 'slow' (TestStall)"), std::string::npos) << reports[0];
  EXPECT_EQ(rig.bench->output.size(), 1u);
}

// The receiver of notices need not be thread-safe: a stall is reported while an element's notice is
// passed on, and has to wait.
TEST(Watchdog, ReportsWhenNoOtherNoticeIsBeingPassedOn) {
  test::Rig rig;
  EngineOptions options;
  options.watchdog = 5ms;
  options.shared = std::make_shared<SharedStore>();
  auto const bench = options.shared->get<test::Bench>("bench", [] { return new test::Bench; });
  bench->input = {{1}, {2}};
  std::atomic<int> callers{0};
  std::atomic<bool> overlap{false};
  Engine engine(std::move(options), rig.ports, rig.devices, rig.buffers);
  std::vector<std::string> notices;  // deliberately without a lock: ThreadSanitizer watches
  engine.on_notice([&](std::string const& text) {
    if (callers.fetch_add(1) > 0) overlap = true;
    if (!overlap) notices.push_back(text);
    // The worker's turn stalls in here; the watchdog notices that within milliseconds.
    for (int i = 0; text == "a batch has come" && i < 100 && !overlap; ++i)
      std::this_thread::sleep_for(3ms);
    callers.fetch_sub(1);
  });
  engine.load(
      std::make_shared<Source>(Source{"test.click", "TestSource -> TestNotice -> TestSink;"}));
  engine.start();
  while (!engine.done()) std::this_thread::sleep_for(1ms);  // `join` ends the watchdog first
  engine.join();
  EXPECT_FALSE(overlap) << "two threads were in the receiver of notices at a time";
  EXPECT_EQ(std::count(notices.begin(), notices.end(), "a batch has come"), 1)
      << "an element's text is passed on once";
  EXPECT_TRUE(std::any_of(notices.begin(), notices.end(),
                          [](auto const& text) { return text.starts_with("worker 0 has not"); }));
}

}  // namespace
}  // namespace warpline
