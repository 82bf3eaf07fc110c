// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "app/control/output_monitor.hpp"

#include <gmock/gmock.h>

#include <cerrno>

#include "app/control/output_report.hpp"

namespace warpline::app {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

/// A file whose state the test sets.
class ScriptedFile final : public OutputFile {
 public:
  ScriptedFile() : OutputFile("out", "frame", "pcap0") {}
  using OutputFile::note_failure;
  using OutputFile::note_lost;
  using OutputFile::note_revoked;
  using OutputFile::note_success;
  using OutputFile::note_written;

  Reopened reopen(std::string& why) override {
    why = reason;
    return result;
  }
  Reopened result = Reopened::kSameFile;
  std::string reason;
};

class OutputMonitorTest : public testing::Test {
 protected:
  OutputMonitorTest() { files->all.push_back(file); }
  OutputMonitor monitor(bool quiet = false) { return {files, quiet}; }

  std::shared_ptr<ScriptedFile> file = std::make_shared<ScriptedFile>();
  std::shared_ptr<OutputFiles> files = std::make_shared<OutputFiles>();
};

TEST_F(OutputMonitorTest, TellsOnceThatWritingBeginsToFailAndWhenItWorksAgain) {
  auto watcher = monitor();
  EXPECT_THAT(watcher.look(), IsEmpty());
  file->note_failure(ENOSPC);
  file->note_failure(ENOSPC);
  EXPECT_THAT(
      watcher.look(),
      ElementsAre(
          "error: out: cannot be written: No space left on device; tried again every second"));
  EXPECT_THAT(watcher.look(), IsEmpty());
  file->note_lost(1);
  file->note_success();
  EXPECT_THAT(watcher.look(), ElementsAre("note: out: is written again; 1 frame was lost"));
  file->note_failure(EIO);
  EXPECT_THAT(watcher.look(),
              ElementsAre("error: out: cannot be written: Input/output error; tried "
                          "again every second"));
}

TEST_F(OutputMonitorTest, TellsErrorsAlsoWhereItIsQuiet) {
  auto watcher = monitor(true);
  file->note_failure(ENOSPC);
  file->note_success();
  EXPECT_THAT(watcher.look(), ElementsAre(testing::StartsWith("error: out: cannot be written")));
  file->note_lost(1234);
  EXPECT_THAT(watcher.finish(),
              ElementsAre("error: out: is not complete: 1234 frames were lost (No "
                          "space left on device)"));
  EXPECT_FALSE(watcher.complete());
}

TEST_F(OutputMonitorTest, TellsOfAFailureThatBeganAtTheEnd) {
  auto watcher = monitor();
  EXPECT_TRUE(watcher.complete());
  file->note_failure(ENOSPC);
  file->note_revoked(2, 120);
  EXPECT_EQ(watcher.finish().size(), 2u);
  EXPECT_FALSE(watcher.complete());
}

TEST_F(OutputMonitorTest, TellsWhatBecameOfFilesToOpenAgain) {
  auto watcher = monitor();
  EXPECT_THAT(watcher.reopen(), IsEmpty());
  file->result = OutputFile::Reopened::kNewFile;
  EXPECT_THAT(watcher.reopen(), ElementsAre("note: out: a new file is written"));
  EXPECT_THAT(monitor(true).reopen(), IsEmpty());
  file->result = OutputFile::Reopened::kNotPossible;
  file->reason = "Permission denied";
  EXPECT_THAT(monitor(true).reopen(),
              ElementsAre("error: out: cannot be opened again: Permission denied; the old file is "
                          "written on"));
}

TEST_F(OutputMonitorTest, KnowsAPipeWithoutAReader) {
  EXPECT_FALSE(monitor().reader_gone());
  file->note_failure(EPIPE);
  EXPECT_TRUE(monitor().reader_gone());
}

TEST_F(OutputMonitorTest, RevokedFramesAreDropsInTheReport) {
  RunReport report;
  report.snapshot.totals.received = 10;
  report.snapshot.totals.transmitted = 9;
  report.snapshot.totals.transmitted_bytes = 900;
  report.snapshot.totals.dropped = 1;
  report.snapshot.ports.push_back({"pcap0", 10, 1000, 9, 900, {}, {}});
  report.snapshot.drops.push_back({"discarded", "Discard@1", 1});
  file->note_written(5);
  file->note_revoked(4, 400);
  add_outputs(report, *files);
  EXPECT_EQ(report.snapshot.totals.transmitted, 5u);
  EXPECT_EQ(report.snapshot.totals.transmitted_bytes, 500u);
  EXPECT_EQ(report.snapshot.totals.dropped, 5u);
  EXPECT_TRUE(report.snapshot.totals.conserved());
  EXPECT_EQ(report.snapshot.ports[0].transmitted, 5u);
  EXPECT_EQ(report.snapshot.ports[0].transmitted_bytes, 500u);
  ASSERT_EQ(report.snapshot.drops.size(), 2u);
  EXPECT_EQ(report.snapshot.drops[0].reason, "write_failed");
  EXPECT_EQ(report.snapshot.drops[0].place, "port pcap0");
  EXPECT_EQ(report.snapshot.drops[0].packets, 4u);
  ASSERT_EQ(report.outputs.size(), 1u);
  EXPECT_EQ(report.outputs[0].written, 5u);
  EXPECT_EQ(report.outputs[0].lost, 4u);
}

}  // namespace
}  // namespace warpline::app
