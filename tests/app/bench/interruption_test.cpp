// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "measure/interruption.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <thread>

#include "measure/scratch_folder.hpp"

namespace warpline::bench {
namespace {

using namespace std::chrono_literals;

void send(int signal) { kill(getpid(), signal); }

/// Sleeps until the signal is there; false if it does not come.
bool is_interrupted(Interruption const& interruption) {
  try {
    interruption.sleep_for(60s);
  } catch (Interrupted const&) {
    return true;
  }
  return false;
}

TEST(Interruption, SleepsUndisturbedWithoutASignal) {
  Interruption const interruption;
  interruption.sleep_for(1ms);
  interruption.check();
  EXPECT_EQ(interruption.signal(), 0);
  EXPECT_STREQ(interruption.name(), "");
}

TEST(Interruption, RecordsTheFirstSignalAndEndsEverySleep) {
  ::signal(SIGHUP, SIG_DFL);  // the tests may run under nohup
  for (auto const& [signal, name, code] :
       {std::tuple{SIGINT, "SIGINT", 130}, {SIGTERM, "SIGTERM", 143}, {SIGHUP, "SIGHUP", 129}}) {
    Interruption const interruption;
    send(signal);
    EXPECT_TRUE(is_interrupted(interruption));
    EXPECT_TRUE(is_interrupted(interruption));
    EXPECT_THROW(interruption.check(), Interrupted);
    EXPECT_STREQ(interruption.name(), name);
    EXPECT_EQ(interruption.exit_code(), code);
  }
}

TEST(Interruption, GivesSignalsBackWhenItEnds) {
  sigset_t before, after;
  pthread_sigmask(SIG_SETMASK, nullptr, &before);
  { Interruption const interruption; }
  pthread_sigmask(SIG_SETMASK, nullptr, &after);
  for (int const signal : {SIGINT, SIGTERM, SIGHUP})
    EXPECT_EQ(sigismember(&after, signal), sigismember(&before, signal));
}

TEST(Interruption, LeavesAnIgnoredHangupIgnored) {
  auto* const before = ::signal(SIGHUP, SIG_IGN);
  {
    Interruption const interruption;
    send(SIGHUP);
    send(SIGTERM);
    EXPECT_TRUE(is_interrupted(interruption));
    EXPECT_STREQ(interruption.name(), "SIGTERM");
  }
  ::signal(SIGHUP, before);
}

TEST(InterruptionDeathTest, EndsTheProgramAtOnceAtASecondSignalAndRemovesScratchFolders) {
  auto const temporary = testing::TempDir() + "warpline-interruption-" + std::to_string(getpid());
  std::filesystem::create_directory(temporary);
  auto const interrupted_twice = [&](int first, int second) {
    setenv("TMPDIR", temporary.c_str(), 1);
    ScratchFolder const folder;
    std::ofstream(folder.path() + "/secret.sa") << "key";
    Interruption const interruption;
    send(first);
    if (!is_interrupted(interruption)) return;
    send(second);
    std::this_thread::sleep_for(60s);  // as a program that does not come to its end
  };
  EXPECT_EXIT(interrupted_twice(SIGINT, SIGINT), testing::KilledBySignal(SIGINT), "");
  EXPECT_TRUE(std::filesystem::is_empty(temporary));
  EXPECT_EXIT(interrupted_twice(SIGINT, SIGTERM), testing::KilledBySignal(SIGTERM), "");
  EXPECT_TRUE(std::filesystem::is_empty(temporary));
  std::filesystem::remove_all(temporary);
}

TEST(ScratchFolder, IsGoneWithTheObject) {
  std::string path;
  {
    ScratchFolder const folder;
    path = folder.path();
    std::ofstream(path + "/file") << "text";
    EXPECT_TRUE(std::filesystem::exists(path + "/file"));
    auto const rights = std::filesystem::status(path).permissions();
    EXPECT_EQ(rights, std::filesystem::perms::owner_all);
  }
  EXPECT_FALSE(std::filesystem::exists(path));
}

}  // namespace
}  // namespace warpline::bench
