// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ids/line_queue.hpp"

#include <gmock/gmock.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <thread>

#include "elements/ids/line_writer.hpp"
#include "tests/support/file_limit.hpp"
#include "tests/support/scoped.hpp"

namespace warpline::ids {
namespace {

using namespace std::chrono_literals;
using test::ScopedFileLimit;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::SizeIs;

class LineQueueTest : public ::testing::Test {
 protected:
  LineQueueTest() { file->set_retry_interval(1ms); }

  template <typename Condition>
  static void wait_until(Condition const& condition) {
    for (int i = 0; i < 5000 && !condition(); ++i) std::this_thread::sleep_for(1ms);
    EXPECT_TRUE(condition());
  }

  test::ScopedFolder folder;
  std::string path = folder.path("lines"), reason;
  std::shared_ptr<AppendFile> file = std::make_shared<AppendFile>(path, "line", "owner");
  std::shared_ptr<LineWriter> writer = std::make_shared<LineWriter>();
};

TEST_F(LineQueueTest, WritesLinesInOrderWithoutTheWorker) {
  LineQueue queue(writer, file);
  EXPECT_TRUE(queue.put("first\n"));
  EXPECT_TRUE(queue.put("second\n"));
  wait_until([&] { return file->written() == 2; });
  EXPECT_THAT(test::lines_of(path), ElementsAre("first", "second"));
}

TEST_F(LineQueueTest, CarriesLinesOfAllSizesAroundItsEnd) {
  LineQueue queue(writer, file, 4096);
  std::vector<std::string> expected;
  for (std::size_t i = 0; i < 3000; ++i) {
    auto const line = std::to_string(i) + std::string(i % 700, 'x');
    while (!queue.put(line + "\n")) std::this_thread::yield();
    expected.push_back(line);
  }
  queue.finish();
  EXPECT_EQ(test::lines_of(path), expected);
}

TEST_F(LineQueueTest, LosesAndCountsLinesThatDoNotFit) {
  LineQueue queue(writer, file, 4096);
  std::string const line(999, 'x');
  {
    ScopedFileLimit const disk(0);
    int accepted = 0;
    for (int i = 0; i < 20; ++i) accepted += queue.put(line + "\n");
    EXPECT_EQ(accepted, 4);
    EXPECT_EQ(file->lost(), 16u);
    wait_until([&] { return file->failures() == 1; });
  }
  wait_until([&] { return file->written() == 4; });
  EXPECT_FALSE(queue.put(std::string(5000, 'x'))) << "larger than the ring";
  EXPECT_EQ(queue.lines(), 21u);
  EXPECT_EQ(file->lost(), 17u);
  EXPECT_THAT(test::lines_of(path), Each(line));
}

TEST_F(LineQueueTest, WaitsForTheWriterInsteadOfLosingLinesIfAsked) {
  LineQueue queue(writer, file, 4096);
  queue.set_waits(true);
  for (int i = 0; i < 1000; ++i) EXPECT_TRUE(queue.put(std::string(999, 'x') + "\n"));
  EXPECT_FALSE(queue.put(std::string(5000, 'x'))) << "larger than the ring";
  queue.finish();
  EXPECT_EQ(test::lines_of(path).size(), 1000u);
  EXPECT_EQ(file->lost(), 1u);
}

TEST_F(LineQueueTest, WaitsNoLongerThanOneTryWithAFullDisk) {
  auto const full = std::make_shared<AppendFile>("/dev/full");
  LineQueue queue(writer, full, 4096);
  queue.set_waits(true);
  for (int i = 0; i < 20; ++i) EXPECT_TRUE(queue.put(std::string(999, 'x') + "\n"));
  queue.finish();
  EXPECT_EQ(full->lost(), 20u);
}

TEST_F(LineQueueTest, IsWrittenAtOnceWhenHalfFull) {
  LineQueue queue(writer, file, 4096);
  auto const begin = std::chrono::steady_clock::now();
  for (int i = 0; i < 1000; ++i)
    while (!queue.put(std::string(1023, 'x') + "\n")) std::this_thread::sleep_for(10us);
  auto const elapsed = std::chrono::steady_clock::now() - begin;
  EXPECT_LT(elapsed, 1000 * 1024 / 4096 * LineWriter::kInterval);
}

TEST_F(LineQueueTest, FinishLosesWhatCannotBeWritten) {
  auto const full = std::make_shared<AppendFile>("/dev/full");
  LineQueue queue(writer, full);
  for (int i = 0; i < 30; ++i) EXPECT_TRUE(queue.put("x\n"));
  queue.finish();
  EXPECT_EQ(full->lost(), 30u);
  EXPECT_EQ(full->written(), 0u);
  EXPECT_EQ(full->last_error(), ENOSPC);
  queue.finish();
  EXPECT_EQ(full->lost(), 30u) << "a second end has nothing to lose";
}

TEST_F(LineQueueTest, IsTriedAgainOnlyAfterTheInterval) {
  file->set_retry_interval(1h);
  LineQueue queue(writer, file);
  {
    ScopedFileLimit const disk(0);
    queue.put("first\n");
    wait_until([&] { return file->failures() == 1; });
  }
  std::this_thread::sleep_for(30ms);
  EXPECT_THAT(test::lines_of(path), ElementsAre());
  queue.finish();
  EXPECT_THAT(test::lines_of(path), ElementsAre("first")) << "the end does not wait";
}

TEST_F(LineQueueTest, ContinuesInANewFileWhereTheOldOneWasMovedAway) {
  LineQueue queue(writer, file);
  queue.put("first\n");
  wait_until([&] { return file->written() == 1; });
  std::filesystem::rename(path, folder.path("old"));
  EXPECT_EQ(file->reopen(reason), OutputFile::Reopened::kNewFile);
  queue.put("second\n");
  queue.finish();
  EXPECT_THAT(test::lines_of(folder.path("old")), ElementsAre("first"));
  EXPECT_THAT(test::lines_of(path), ElementsAre("second"));
}

TEST_F(LineQueueTest, KeepsTheLinesOfWorkersWholeThroughAFullDisk) {
  constexpr int kWorkers = 4, kLines = 5000;
  auto const other = std::make_shared<AppendFile>(folder.path("other"));
  {
    std::vector<std::thread> threads;
    auto const disk = std::make_unique<ScopedFileLimit>(100'000);
    for (int worker = 0; worker < kWorkers; ++worker)
      threads.emplace_back([&, worker] {
        LineQueue queue(writer, file, 64 * 1024), second(writer, other);
        for (int i = 0; i < kLines; ++i) {
          queue.put(std::to_string(worker) + ":" + std::string(40, 'x') + "\n");
          if (i % 10 == 0) second.put("other\n");
          if (worker == 0 && i == kLines / 2) disk->lift();
        }
      });
    for (auto& thread : threads) thread.join();
  }
  auto const all = test::lines_of(path);
  EXPECT_EQ(all.size(), file->written());
  EXPECT_EQ(file->written() + file->lost(), std::uint64_t{kWorkers * kLines});
  EXPECT_THAT(all, Each(SizeIs(42)));
  EXPECT_THAT(test::lines_of(other->path()), Each("other"));
  EXPECT_EQ(other->written(), std::uint64_t{kWorkers * kLines / 10});
}

}  // namespace
}  // namespace warpline::ids
