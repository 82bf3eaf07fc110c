// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "io/capture/capture_writer.hpp"

#include <gmock/gmock.h>

#include <cerrno>
#include <filesystem>

#include "tests/io/capture_files.hpp"
#include "tests/io/machine.hpp"
#include "tests/support/file_limit.hpp"
#include "tests/support/scoped.hpp"

namespace warpline {
namespace {

using namespace std::chrono_literals;
using test::Frame;
using test::read_capture;
using test::ScopedFileLimit;
using testing::HasSubstr;

constexpr std::uintmax_t kHeader = 24, kRecord = 16 + 100;

class CaptureWriterTest : public testing::Test {
 protected:
  CaptureWriterTest() { writer.set_retry_interval(0ms); }

  /// Adds frames with the numbers from `next` on, as times.
  bool write(std::size_t count = 1, std::size_t size = 100) {
    for (; count > 0; --count, ++next) {
      Frame const frame(size, static_cast<std::uint8_t>(next));
      if (!writer.write({frame.data(), static_cast<std::uint32_t>(size)}, next)) return false;
    }
    return true;
  }
  /// Brings what is in memory to the file.
  OutputFile::Reopened reopen() { return writer.reopen(reason); }
  std::uintmax_t size() const { return std::filesystem::file_size(path); }
  /// The numbers of the frames in a file.
  static std::vector<std::uint64_t> numbers(std::string const& path) {
    std::vector<std::uint64_t> result;
    for (auto const& frame : read_capture(path)) result.push_back(frame.time_ns);
    return result;
  }
  static std::vector<std::uint64_t> sequence(std::uint64_t begin, std::uint64_t end) {
    std::vector<std::uint64_t> all;
    for (; begin < end; ++begin) all.push_back(begin);
    return all;
  }

  test::ScopedFolder folder;
  std::string path = folder.path("out.pcap"), reason;
  CaptureWriter writer{path, "pcap0"};
  std::uint64_t next = 0;
};

TEST_F(CaptureWriterTest, MakesNothingBeforeItBegins) {
  EXPECT_FALSE(std::filesystem::exists(path));
  writer.begin();
  EXPECT_EQ(size(), kHeader) << "an empty capture from the first moment";
}

TEST_F(CaptureWriterTest, EndsAfterAWholeRecordWhileTheDiskIsFullAndGoesOnThere) {
  writer.begin();
  {
    ScopedFileLimit const disk(kHeader + 2 * kRecord + 50);
    EXPECT_TRUE(write(5));
    EXPECT_EQ(reopen(), OutputFile::Reopened::kSameFile);
    EXPECT_EQ(size(), kHeader + 2 * kRecord) << "the half of the third record is taken back";
    EXPECT_EQ(writer.error(), EFBIG);
    EXPECT_EQ(writer.failures(), 1u);
    EXPECT_EQ(writer.written(), 2u);
    EXPECT_EQ(numbers(path), sequence(0, 2));
    writer.retry();
    EXPECT_EQ(writer.failures(), 1u) << "it has begun to fail once";
    EXPECT_TRUE(write(3)) << "there is room in memory";
  }
  writer.retry();
  EXPECT_EQ(writer.error(), 0);
  EXPECT_EQ(numbers(path), sequence(0, 8));
  EXPECT_TRUE(write(1));
  writer.finish();
  EXPECT_EQ(numbers(path), sequence(0, 9));
  EXPECT_EQ(writer.written(), 9u);
  EXPECT_EQ(writer.lost(), 0u);
}

TEST_F(CaptureWriterTest, LosesFramesOnlyWhileItsBufferIsFull) {
  writer.begin();
  std::uint64_t accepted = 0;
  {
    ScopedFileLimit const disk(100'000);
    for (int i = 0; i < 20; ++i) accepted += write(1, 60'000) ? 1u : 0u;
    EXPECT_LT(accepted, 20u);
    EXPECT_EQ(writer.lost(), 20 - accepted);
    EXPECT_EQ(numbers(path), sequence(0, 1));
  }
  writer.retry();
  writer.finish();
  EXPECT_EQ(numbers(path), sequence(0, accepted));
  EXPECT_EQ(writer.written(), accepted);
  EXPECT_EQ(writer.revoked(), 0u);
}

TEST_F(CaptureWriterTest, RevokesWhatItCannotWriteInTheEnd) {
  writer.begin();
  ScopedFileLimit const disk(kHeader + kRecord + 17);
  EXPECT_TRUE(write(4));
  writer.finish();
  EXPECT_EQ(size(), kHeader + kRecord);
  EXPECT_EQ(writer.written(), 1u);
  EXPECT_EQ(writer.lost(), 3u);
  EXPECT_EQ(writer.revoked(), 3u);
  EXPECT_EQ(writer.revoked_bytes(), 300u);
}

TEST_F(CaptureWriterTest, IsTriedAgainOnlyAfterTheInterval) {
  writer.set_retry_interval(1h);
  writer.begin();
  {
    ScopedFileLimit const disk(kHeader);
    EXPECT_TRUE(write(1));
    reopen();
  }
  writer.retry();
  EXPECT_EQ(writer.error(), EFBIG);
  EXPECT_EQ(size(), kHeader);
  writer.finish();
  EXPECT_EQ(numbers(path), sequence(0, 1)) << "the end does not wait";
}

TEST_F(CaptureWriterTest, WritesItsHeaderWhenThereIsRoom) {
  {
    ScopedFileLimit const disk(10);
    writer.begin();
    EXPECT_EQ(writer.error(), EFBIG);
    EXPECT_EQ(size(), 0u);
    EXPECT_TRUE(write(1));
  }
  writer.finish();
  EXPECT_EQ(numbers(path), sequence(0, 1));
}

TEST_F(CaptureWriterTest, GoesOnInTheSameFileWhereTheNameStillLeadsToIt) {
  writer.begin();
  EXPECT_TRUE(write(2));
  EXPECT_EQ(reopen(), OutputFile::Reopened::kSameFile);
  EXPECT_EQ(numbers(path), sequence(0, 2)) << "it is whole at that moment";
  EXPECT_TRUE(write(1));
  writer.finish();
  EXPECT_EQ(numbers(path), sequence(0, 3));
}

TEST_F(CaptureWriterTest, BeginsANewFileWhereTheOldOneWasMovedAway) {
  writer.begin();
  EXPECT_TRUE(write(2));
  std::filesystem::rename(path, folder.path("old.pcap"));
  EXPECT_EQ(reopen(), OutputFile::Reopened::kNewFile);
  EXPECT_EQ(numbers(folder.path("old.pcap")), sequence(0, 2));
  EXPECT_EQ(size(), kHeader) << "a capture from the first moment";
  EXPECT_TRUE(write(1));
  writer.finish();
  EXPECT_EQ(numbers(path), sequence(2, 3));
  EXPECT_EQ(numbers(folder.path("old.pcap")), sequence(0, 2));
}

TEST_F(CaptureWriterTest, TakesTheEmptyFileThatRotationMakes) {
  writer.begin();
  EXPECT_TRUE(write(1));
  std::filesystem::rename(path, folder.path("old.pcap"));
  folder.write("out.pcap", "");
  EXPECT_EQ(reopen(), OutputFile::Reopened::kNewFile);
  EXPECT_TRUE(write(1));
  writer.finish();
  EXPECT_EQ(numbers(path), sequence(1, 2));
}

TEST_F(CaptureWriterTest, DoesNotWriteOverAnotherFileOfItsName) {
  writer.begin();
  std::filesystem::rename(path, folder.path("old.pcap"));
  folder.write("out.pcap", "precious");
  EXPECT_EQ(reopen(), OutputFile::Reopened::kNotPossible);
  EXPECT_THAT(reason, HasSubstr("another file of that name"));
  EXPECT_TRUE(write(2));
  writer.finish();
  EXPECT_EQ(test::slurp(path), "precious");
  EXPECT_EQ(numbers(folder.path("old.pcap")), sequence(0, 2));
}

TEST_F(CaptureWriterTest, CarriesWhatTheOldFileDidNotTakeToTheNewOne) {
  writer.begin();
  ScopedFileLimit const disk(kHeader + 2 * kRecord + 1);
  EXPECT_TRUE(write(4));
  reopen();
  std::filesystem::rename(path, folder.path("old.pcap"));
  EXPECT_EQ(reopen(), OutputFile::Reopened::kNewFile);
  writer.finish();
  EXPECT_EQ(numbers(folder.path("old.pcap")), sequence(0, 2));
  EXPECT_EQ(numbers(path), sequence(2, 4));
  EXPECT_EQ(writer.lost(), 0u);
}

}  // namespace
}  // namespace warpline
