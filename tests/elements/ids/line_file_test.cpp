// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ids/line_file.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <sstream>
#include <thread>

#include "core/base/error.hpp"
#include "tests/support/file_limit.hpp"
#include "tests/support/scoped.hpp"

namespace warpline::ids {
namespace {

using namespace std::chrono_literals;
using test::ScopedFileLimit;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class LineFileTest : public ::testing::Test {
 protected:
  LineFileTest() { file->set_retry_interval(0ms); }

  static void put(LineFile& lines, std::string const& line) {
    lines.end_line(std::ranges::copy(line + "\n", lines.begin_line()).out);
  }

  test::ScopedFolder folder;
  std::string path = folder.path("lines"), reason;
  std::shared_ptr<AppendFile> file = std::make_shared<AppendFile>(path, "line", "owner");
};

TEST_F(LineFileTest, RefusesAPathThatCannotBeWritten) {
  for (auto const& [bad, why] :
       {std::pair("/nonexistent/lines", "/nonexistent/lines: cannot be written: No such file"),
        std::pair("-", "-: lines are appended to a file; expected its name")}) {
    try {
      AppendFile const refused(bad);
      FAIL();
    } catch (ConfigError const& error) {
      EXPECT_THAT(error.what(), HasSubstr(why));
    }
    EXPECT_THROW(AppendFile::check(bad), ConfigError);
  }
}

TEST_F(LineFileTest, KeepsLinesWhileTheDiskIsFullAndTakesBackHalfALine) {
  LineFile lines(file);
  {
    ScopedFileLimit const disk(10);
    put(lines, "first");
    put(lines, "second");
    lines.flush();
    EXPECT_THAT(test::lines_of(path), ElementsAre("first"));
    EXPECT_EQ(std::filesystem::file_size(path), 6u);
    EXPECT_EQ(file->error(), EFBIG);
    EXPECT_EQ(file->failures(), 1u);
    EXPECT_EQ(file->written(), 1u);
    lines.flush();
    EXPECT_EQ(file->failures(), 1u) << "it has begun to fail once";
  }
  put(lines, "third");
  lines.flush();
  EXPECT_THAT(test::lines_of(path), ElementsAre("first", "second", "third"));
  EXPECT_EQ(file->error(), 0);
  EXPECT_EQ(file->lost(), 0u);
  EXPECT_EQ(file->written(), 3u);
}

TEST_F(LineFileTest, GoesOnBehindWhatAnotherProgramHasAppendedMeanwhile) {
  LineFile lines(file);
  std::ofstream other(path, std::ios::app);
  {
    ScopedFileLimit const disk(10);
    put(lines, "first");
    put(lines, "second");
    lines.flush();
  }
  other << "other\n" << std::flush;
  lines.flush();
  EXPECT_THAT(test::lines_of(path), ElementsAre("first", "other", "second"));
}

TEST_F(LineFileTest, CountsWhatIsLostOnceItsBufferIsFull) {
  LineFile lines(file);
  std::string const line(999, 'x');
  ScopedFileLimit const disk(0);
  for (int i = 0; i < 400; ++i) put(lines, line);
  auto const lost = file->lost();
  EXPECT_GT(lost, 0u);
  EXPECT_LT(lost, 200u) << "its buffer keeps what it can";
  disk.lift();
  lines.finish();
  EXPECT_EQ(file->written(), 400 - lost);
  EXPECT_THAT(test::lines_of(path), Each(line));
  EXPECT_EQ(test::lines_of(path).size(), 400 - lost);
}

TEST_F(LineFileTest, CountsWhatIsLostInTheEnd) {
  {
    LineFile lines(std::make_shared<AppendFile>("/dev/full"));
    auto const& full = lines.file();
    for (int i = 0; i < 30; ++i) put(lines, "x");
    lines.finish();
    EXPECT_EQ(lines.lines(), 30u);
    EXPECT_EQ(full.lost(), 30u);
    EXPECT_EQ(full.written(), 0u);
    EXPECT_EQ(full.last_error(), ENOSPC);
  }
}

TEST_F(LineFileTest, IsTriedAgainOnlyAfterTheInterval) {
  file->set_retry_interval(1h);
  LineFile lines(file);
  {
    ScopedFileLimit const disk(0);
    put(lines, "first");
    lines.flush();
  }
  lines.flush();
  EXPECT_THAT(test::lines_of(path), ElementsAre());
  lines.finish();
  EXPECT_THAT(test::lines_of(path), ElementsAre("first")) << "the end does not wait";
}

TEST_F(LineFileTest, GoesOnInTheSameFileWhereTheNameStillLeadsToIt) {
  LineFile lines(file);
  put(lines, "first");
  EXPECT_EQ(file->reopen(reason), OutputFile::Reopened::kSameFile);
  lines.finish();
  EXPECT_THAT(test::lines_of(path), ElementsAre("first"));
}

TEST_F(LineFileTest, GoesOnInANewFileWhereTheOldOneWasMovedAway) {
  LineFile lines(file);
  put(lines, "first");
  lines.flush();
  std::filesystem::rename(path, folder.path("old"));
  EXPECT_EQ(file->reopen(reason), OutputFile::Reopened::kNewFile);
  put(lines, "second");
  lines.finish();
  EXPECT_THAT(test::lines_of(folder.path("old")), ElementsAre("first"));
  EXPECT_THAT(test::lines_of(path), ElementsAre("second"));
}

TEST_F(LineFileTest, StaysWithTheOldFileWhereNoNewOneCanBeMade) {
  auto const inner = folder.path("inner");
  std::filesystem::create_directory(inner);
  auto const moved = std::make_shared<AppendFile>(inner + "/lines");
  LineFile lines(moved);
  std::filesystem::rename(inner, folder.path("gone"));
  EXPECT_EQ(moved->reopen(reason), OutputFile::Reopened::kNotPossible);
  EXPECT_EQ(reason, "No such file or directory");
  put(lines, "first");
  lines.finish();
  EXPECT_THAT(test::lines_of(folder.path("gone/lines")), ElementsAre("first"));
}

TEST_F(LineFileTest, IsOneFileForAllWorkersByWhateverName) {
  PortSet ports;
  DeviceSet devices;
  SharedStore store;
  BuildContext context{ports, devices, store};
  auto const relative = std::filesystem::relative(folder.path("new")).string();
  auto const first = AppendFile::shared(context, relative, "line", "owner");
  EXPECT_EQ(AppendFile::shared(context, relative, "line", "owner"), first);
  EXPECT_EQ(AppendFile::shared(context, folder.path("./new"), "line", "owner"), first);
  EXPECT_EQ(store.single<OutputFiles>()->all.size(), 1u);
}

TEST_F(LineFileTest, IsSharedByWorkersThroughAFullDiskWithoutALineTorn) {
  constexpr int kWorkers = 4, kLines = 2000;
  {
    std::vector<std::thread> threads;
    auto disk = std::make_unique<ScopedFileLimit>(100'000);
    for (int worker = 0; worker < kWorkers; ++worker)
      threads.emplace_back([&, worker] {
        LineFile lines(file);
        for (int i = 0; i < kLines; ++i) {
          put(lines, std::to_string(worker) + ":" + std::string(40, 'x'));
          if (i % 100 == 0) lines.flush();
          if (worker == 0 && i == kLines / 2) disk->lift();
        }
      });
    for (auto& thread : threads) thread.join();
  }
  auto const all = test::lines_of(path);
  EXPECT_EQ(all.size(), file->written());
  EXPECT_EQ(file->written() + file->lost(), std::uint64_t{kWorkers * kLines});
  for (auto const& line : all) ASSERT_EQ(line.size(), 42u) << line;
}

}  // namespace
}  // namespace warpline::ids
