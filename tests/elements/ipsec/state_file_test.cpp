// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ipsec/state/state_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <thread>

#include "elements/ipsec/config/sa_file.hpp"
#include "elements/ipsec/config/sa_text.hpp"
#include "elements/ipsec/database/sa_databases.hpp"
#include "tests/elements/ipsec/state_folder.hpp"

namespace warpline::ipsec {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

using StateFileTest = testing::StateFolder;

TEST_F(StateFileTest, KeepsRecordsOfManySas) {
  constexpr unsigned kSas = kRecordsPerSegment + 100;
  {
    auto const file = open();
    for (unsigned i = 0; i < kSas; ++i) {
      auto record = outbound(static_cast<std::uint8_t>(i), i);
      record.fingerprint[1] = static_cast<std::uint8_t>(i >> 8);
      file->add(record);
    }
    ASSERT_FALSE(file->write());
  }
  auto const file = open();
  for (unsigned i = 0; i < kSas; ++i) {
    Fingerprint fingerprint{static_cast<std::uint8_t>(i), static_cast<std::uint8_t>(i >> 8)};
    auto const index = file->find(StateRecord::Kind::kOutbound, fingerprint);
    ASSERT_TRUE(index) << i;
    ASSERT_EQ(file->record(*index).mark, i);
    ASSERT_FALSE(file->find(StateRecord::Kind::kInbound, fingerprint));
  }
}

TEST_F(StateFileTest, HasNoKeysButKnowsThemAgain) {
  std::string const secret = "the key of an SA";
  std::span const identity(reinterpret_cast<std::uint8_t const*>(secret.data()), secret.size());
  Fingerprint first;
  {
    auto const file = open();
    first = file->fingerprint(identity);
    auto record = outbound(0, 5);
    record.fingerprint = first;
    file->add(record);
    ASSERT_FALSE(file->finish());
  }
  EXPECT_EQ(open()->fingerprint(identity), first);
  std::ifstream raw(path(), std::ios::binary);
  std::string const bytes{std::istreambuf_iterator<char>(raw), {}};
  EXPECT_EQ(bytes.find(secret), std::string::npos);
  fs::remove(path());
  EXPECT_NE(open()->fingerprint(identity), first) << "the fingerprint is not keyed";
}

TEST_F(StateFileTest, WindowsSurviveACrashOfTheProgramAndNotOfTheMachine) {
  open().reset();  // no finish: a crash
  EXPECT_TRUE(open()->windows_survived());
  boot("99999999-2222-3333-4444-555555555555");
  EXPECT_FALSE(open()->windows_survived());
  ASSERT_FALSE(open()->finish());
  boot("77777777-2222-3333-4444-555555555555");
  EXPECT_TRUE(open()->windows_survived()) << "it ended cleanly before";
  boot("66666666-2222-3333-4444-555555555555");
  EXPECT_FALSE(open()->windows_survived()) << "the clean end counts once";
  fs::remove(folder_ + "/boot_id");
  EXPECT_FALSE(open()->windows_survived());
  EXPECT_FALSE(open()->windows_survived()) << "unknown boots are not alike";
}

TEST_F(StateFileTest, GivesWindowsMemoryThatIsKeptAndUsedAgain) {
  std::vector<std::uint32_t> indices;
  {
    auto const file = open();
    for (unsigned i = 0; i < 300; ++i) {
      auto record = outbound(static_cast<std::uint8_t>(i), 0);
      record.fingerprint[1] = static_cast<std::uint8_t>(i >> 8);
      record.kind = StateRecord::Kind::kInbound;
      indices.push_back(file->add(record));
      auto const size = i % 3 == 0 ? 64u : i % 3 == 1 ? 1024u : 4096u;
      file->allocate_window(indices.back(), size);
      for (unsigned word = 0; word < ReplayWindow::ring_words(size); ++word) {
        ASSERT_EQ(file->window(indices.back())[word], 0u);
        file->window(indices.back())[word] = 1000 * i + word;
      }
    }
    ASSERT_FALSE(file->write());
  }
  auto const file = open();
  for (unsigned i = 0; i < 300; ++i)
    for (unsigned word = 0; word < ReplayWindow::ring_words(file->record(indices[i]).window);
         ++word)
      ASSERT_EQ(file->window(indices[i])[word], 1000 * i + word);
  auto const size = fs::file_size(path());
  for (unsigned round = 0; round < 20; ++round) {
    for (auto const index : indices) file->free_window(index);
    ASSERT_FALSE(file->write());
    for (auto const index : indices) file->allocate_window(index, round % 2 == 0 ? 4096 : 64);
    ASSERT_FALSE(file->write());
  }
  EXPECT_LE(fs::file_size(path()), size + 3 * kStateSegmentBytes);
}

TEST_F(StateFileTest, IsForOneProgramAtATime) {
  auto const file = open();
  EXPECT_THAT(error_of_open(), HasSubstr("in use by another program"));
}

TEST_F(StateFileTest, RefusesWhatIsNoStateFileAndLeavesItAlone) {
  std::ofstream(path()) << std::string(5000, 'x');
  EXPECT_THAT(error_of_open(), HasSubstr("is no state file of Warpline"));
  EXPECT_EQ(fs::file_size(path()), 5000u);
  fs::remove(path());
  fs::create_directory(path());
  EXPECT_THAT(error_of_open(), HasSubstr("expected a regular file"));
  fs::remove(path());
  ASSERT_EQ(::mkfifo(path().c_str(), 0600), 0);
  EXPECT_THAT(error_of_open(), HasSubstr("expected a regular file"));
}

TEST_F(StateFileTest, RefusesAFileThatWasEmptied) {
  open().reset();
  fs::resize_file(path(), 0);
  EXPECT_THAT(error_of_open(), HasSubstr("it is empty"));
}

TEST_F(StateFileTest, IsMadeAnewAfterACrashWhileItWasMade) {
  std::ofstream(path() + ".new") << std::string(100, '\0');
  ASSERT_FALSE(open()->finish());
  EXPECT_FALSE(fs::exists(path() + ".new"));
}

TEST_F(StateFileTest, SeesThatItWasRemovedOrCutWhileItIsUsed) {
  auto const file = open();
  file->add(outbound(1, 1));
  EXPECT_EQ(file->file_error(), "");
  fs::resize_file(path(), 100);
  EXPECT_THAT(file->file_error(), HasSubstr("cut"));
  fs::remove(path());
  EXPECT_THAT(file->file_error(), HasSubstr("removed"));
}

TEST_F(StateFileTest, UsesRecordsOfSasAgainThatWereRemovedLongAgo) {
  constexpr auto kMinutes = std::chrono::minutes(StateFile::kKeepRemoved).count();
  auto const file = open();
  for (unsigned i = 0; i < kRecordsPerSegment; ++i) {
    auto record = outbound(static_cast<std::uint8_t>(i), i);
    record.fingerprint[1] = static_cast<std::uint8_t>(i >> 8);
    record.removed = i % 2 == 0 ? 1 : 0;
    record.removed_at = minutes_now() - (i < 100 ? static_cast<std::uint32_t>(kMinutes) : 0);
    file->add(record);
  }
  auto const size = fs::file_size(path());
  for (std::uint8_t i = 0; i < 50; ++i) file->add(outbound(i, 1));
  EXPECT_EQ(fs::file_size(path()), size);
  file->add(outbound(200, 1));
  EXPECT_GT(fs::file_size(path()), size) << "removed a short time ago";
}

TEST_F(StateFileTest, RefusesADamagedRecord) {
  {
    auto const file = open();
    file->add(outbound(1, 77));
    ASSERT_FALSE(file->write());
  }
  std::fstream raw(path(), std::ios::binary | std::ios::in | std::ios::out);
  raw.seekp(kStateHeaders * sizeof(StateHeader) + offsetof(StateRecord, mark));
  raw.put('\1');
  raw.close();
  EXPECT_THAT(error_of_open(), HasSubstr("record 0 is damaged"));
}

TEST_F(StateFileTest, TakesTheOtherHeaderWhereOneIsDamaged) {
  {
    auto const file = open();
    file->add(outbound(1, 77));
    ASSERT_FALSE(file->write());
  }
  for (std::size_t copy = 0; copy < 2; ++copy) {
    std::fstream raw(path(), std::ios::binary | std::ios::in | std::ios::out);
    raw.seekp(static_cast<std::streamoff>(copy * sizeof(StateHeader) + 100));
    raw << "damage";
    raw.close();
    EXPECT_EQ(open()->record(0).mark, 77u);
  }
  for (std::size_t copy = 0; copy < 2; ++copy) {
    std::fstream raw(path(), std::ios::binary | std::ios::in | std::ios::out);
    raw.seekp(static_cast<std::streamoff>(copy * sizeof(StateHeader) + 100));
    raw << "damage";
  }
  EXPECT_THAT(error_of_open(), HasSubstr("both headers"));
}

TEST_F(StateFileTest, RefusesAFileThatIsCutShort) {
  {
    auto const file = open();
    file->add(outbound(1, 77));
    ASSERT_FALSE(file->write());
  }
  fs::resize_file(path(), fs::file_size(path()) - 1);
  EXPECT_THAT(error_of_open(), HasSubstr("cut short"));
}

/// In a process of its own: the limit of the file's size stands for a full disk.
TEST_F(StateFileTest, SaysThatItCannotGrowOnAFullDisk) {
  auto const child = ::fork();
  if (child == 0) {
    auto const file = open();
    std::signal(SIGXFSZ, SIG_IGN);
    rlimit const limit{fs::file_size(path()) + 1000, RLIM_INFINITY};
    setrlimit(RLIMIT_FSIZE, &limit);
    auto const text = test::errors_of([&] { file->add(outbound(1, 1)); });
    _exit(text.find("cannot grow") != std::string::npos ? 0 : 1);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_EQ(status, 0);
}

}  // namespace
}  // namespace warpline::ipsec
