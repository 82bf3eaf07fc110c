// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "core/watchdog.hpp"

#include <gtest/gtest.h>

#include "core/clock.hpp"
#include "tests/core/test_elements.hpp"

namespace warpline {
namespace {

using namespace std::chrono_literals;

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

}  // namespace
}  // namespace warpline
