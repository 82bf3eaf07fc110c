// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ipsec/database/sa_state.hpp"

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

/// SAs that go through restarts.
class SaStateTest : public testing::StateFolder {
 protected:
  static std::string words(std::string const& more = {}, char key = '5', unsigned spi = 0x1001) {
    return "src 192.0.2.1 dst 192.0.2.2 proto esp spi " + std::to_string(spi) + " mode tunnel " +
           more + " aead rfc4106(gcm(aes)) 0x" + std::string(40, key) + " 128\n";
  }
  static std::vector<SaConfig> parse(std::string const& text) {
    return parse_sa_file(Source{"sa", text});
  }
  std::shared_ptr<SaDatabase> start(std::vector<SaConfig> const& sas) {
    SaDatabase::Options options;
    options.hold = std::chrono::nanoseconds(0);
    auto database = std::make_shared<SaDatabase>(sas, std::vector<Policy>{}, options);
    file_ = open();
    database->keep_state(file_, true, true);
    return database;
  }
  void end(std::shared_ptr<SaDatabase>& database) {
    database->settle_state();
    EXPECT_FALSE(file_->finish());
    crash(database);
  }
  void crash(std::shared_ptr<SaDatabase>& database) {
    database.reset();
    file_.reset();
  }
  static SaStatus find(SaDatabase const& database, Direction direction) {
    for (auto const& sa : database.list())
      if (sa.name.direction == direction) return sa;
    ADD_FAILURE();
    return {};
  }
  /// Takes `count` numbers as a worker does, as far as the limit allows; the last one taken.
  static std::uint64_t take(SaDatabase& database, std::uint64_t count) {
    auto& last = database.slots().outbound(0).last;
    last = std::min(last + count, database.slots().use(0).outbound.limit.load());
    return last;
  }

  std::shared_ptr<StateFile> file_;
};

TEST_F(SaStateTest, GoesOnExactlyAfterACleanEnd) {
  auto database = start(parse(words("dir out")));
  take(*database, 1234);
  end(database);
  boot("88888888-2222-3333-4444-555555555555");
  database = start(parse(words("dir out")));
  EXPECT_EQ(find(*database, Direction::kOutbound).sequence, 1234u);
}

TEST_F(SaStateTest, SkipsToTheMarkAfterACrash) {
  auto database = start(parse(words("dir out")));
  auto const last = take(*database, 1234);
  auto const step = find(*database, Direction::kOutbound).kept.step;
  crash(database);
  database = start(parse(words("dir out")));
  auto const sequence = find(*database, Direction::kOutbound).sequence;
  EXPECT_GE(sequence, last);
  EXPECT_LE(sequence - last, step);
}

/// Whatever is sent between two looks, no number above the mark on the disk is.
TEST_F(SaStateTest, NeverSendsAboveTheMarkOnTheDisk) {
  auto database = start(parse(words("dir out flag esn")));
  std::uint64_t last = 0, max_step = 0;
  for (unsigned round = 0; round < 200; ++round) {
    last = take(*database, round < 100 ? 10'000 : 3'000'000);
    fs::copy_file(path(), folder_ + "/copy", fs::copy_options::overwrite_existing);
    {
      StateFile const copy(folder_ + "/copy", folder_ + "/boot_id");
      ASSERT_GE(copy.record(0).mark, last);
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
    database->write_state();
    max_step = std::max(max_step, find(*database, Direction::kOutbound).kept.step);
  }
  EXPECT_GT(last, 1'000'000u);
  EXPECT_GT(max_step, SaState::kFirstExtendedStep) << "the step follows the rate";
}

TEST_F(SaStateTest, KeepsTheNumbersOfAKeyWhateverElseChanges) {
  auto database = start(parse(words("dir out")));
  take(*database, 500);
  end(database);
  database =
      start(parse("src 198.51.100.1 dst 198.51.100.2 proto esp spi 9999 mode transport dir "
                  "out aead rfc4106(gcm(aes)) 0x" +
                  std::string(40, '5') + " 128\n"));
  EXPECT_EQ(find(*database, Direction::kOutbound).sequence, 500u);
  end(database);
  database = start(parse(words("dir out", '6')));
  EXPECT_EQ(find(*database, Direction::kOutbound).sequence, 0u) << "another key";
}

TEST_F(SaStateTest, TakesTheHigherOfFileAndState) {
  auto database = start(parse(words("dir out replay-oseq 900")));
  EXPECT_EQ(find(*database, Direction::kOutbound).sequence, 900u);
  end(database);
  database = start(parse(words("dir out replay-oseq 100")));
  EXPECT_EQ(find(*database, Direction::kOutbound).sequence, 900u);
  end(database);
  database = start(parse(words("dir out replay-oseq 5000")));
  EXPECT_EQ(find(*database, Direction::kOutbound).sequence, 5000u);
}

TEST_F(SaStateTest, ARemovedSaThatComesBackRepeatsNothing) {
  auto database = start(parse(words("dir out")));
  auto const last = take(*database, 700);
  auto const name = find(*database, Direction::kOutbound).name;
  ASSERT_TRUE(database->remove(name));
  database->add(parse(words("dir out")));
  EXPECT_GE(find(*database, Direction::kOutbound).sequence, last);
  ASSERT_TRUE(database->remove(name));
  database->tick();
  end(database);
  database = start(parse(words("dir out")));
  EXPECT_GE(find(*database, Direction::kOutbound).sequence, last) << "after a restart too";
}

TEST_F(SaStateTest, AnAddedSaMaySendAtOnce) {
  auto database = start(parse(words("dir out")));
  database->add(parse(words("dir out", '7', 0x2002)));
  EXPECT_EQ(database->slots().use(1).outbound.limit, SaState::kFirstStep);
}

TEST_F(SaStateTest, RefusesAnotherSaThatSendsByTheKey) {
  auto database = start(parse(words("dir out")));
  EXPECT_THAT(test::errors_of([&] { database->add(parse(words("dir out", '5', 0x3003))); }),
              HasSubstr("sends by this key already"));
  EXPECT_EQ(database->list().size(), 1u);
}

TEST_F(SaStateTest, AWindowIsExactAfterACrashOfTheProgram) {
  for (auto const* const more : {"dir in", "dir in flag esn replay-window 256"}) {
    fs::remove(path());
    auto database = start(parse(words(more)));
    auto& window = database->slots().inbound(0).window;
    for (std::uint64_t number = 1; number <= 999; number += 2) window.mark(number);
    crash(database);
    database = start(parse(words(more)));
    auto const& resumed = database->slots().inbound(0).window;
    EXPECT_EQ(resumed.highest(), 999u);
    for (std::uint64_t number = 999; number > 999 - resumed.size(); --number)
      ASSERT_EQ(resumed.check(number), number % 2 == 1 ? Replay::kReplayed : Replay::kFresh);
    EXPECT_FALSE(find(*database, Direction::kInbound).kept.began_at_mark);
    crash(database);
  }
}

TEST_F(SaStateTest, AfterAPowerLossTheWindowBeginsAtTheMark) {
  auto database = start(parse(words("dir in")));
  auto& window = database->slots().inbound(0).window;
  for (std::uint64_t number = 2; number <= 800; number += 2) window.mark(number);
  std::this_thread::sleep_for(std::chrono::milliseconds(10));
  ASSERT_TRUE(database->write_state());
  crash(database);
  boot("88888888-2222-3333-4444-555555555555");
  database = start(parse(words("dir in")));
  auto const& resumed = database->slots().inbound(0).window;
  EXPECT_EQ(resumed.highest(), 800u);
  for (std::uint64_t number = 1; number <= 800; ++number)
    ASSERT_NE(resumed.check(number), Replay::kFresh) << number;
  EXPECT_EQ(resumed.check(801), Replay::kFresh);
  EXPECT_TRUE(find(*database, Direction::kInbound).kept.began_at_mark);
  end(database);
  database = start(parse(words("dir in")));
  EXPECT_TRUE(find(*database, Direction::kInbound).kept.began_at_mark) << "until it is replaced";
}

/// An SA that the first start after the power loss did not have.
TEST_F(SaStateTest, AWindowFromBeforeAPowerLossIsNeverTrusted) {
  auto database = start(parse(words("dir in") + words("dir in", '6', 0x2002)));
  auto& window = database->slots().inbound(1).window;
  for (std::uint64_t number = 1; number <= 100; ++number) window.mark(number);
  std::this_thread::sleep_for(std::chrono::milliseconds(10));
  ASSERT_TRUE(database->write_state());
  auto* const words_on_disk = &file_->window(1)[0];
  for (unsigned i = 0; i < ReplayWindow::ring_words(64); ++i)
    words_on_disk[i] = 0;  // as it was before
  crash(database);
  boot("88888888-2222-3333-4444-555555555555");
  database = start(parse(words("dir in")));
  end(database);
  database = start(parse(words("dir in")));
  database->add(parse(words("dir in", '6', 0x2002)));
  for (std::uint64_t number = 1; number <= 100; ++number)
    ASSERT_NE(database->slots().inbound(1).window.check(number), Replay::kFresh) << number;
}

TEST_F(SaStateTest, InboundSasWithOneKeyHaveWindowsOfTheirOwn) {
  auto database = start(parse(words("dir in", '5', 0x1001) + words("dir in", '5', 0x1002)));
  auto& first = database->slots().inbound(0).window;
  auto& second = database->slots().inbound(1).window;
  for (std::uint64_t number = 1; number <= 200; ++number)
    ASSERT_EQ(first.mark(number), Replay::kFresh);
  for (std::uint64_t number = 1; number <= 100; ++number)
    ASSERT_EQ(second.mark(number), Replay::kFresh);
  for (std::uint64_t number = 151; number <= 200; ++number)
    ASSERT_NE(first.mark(number), Replay::kFresh);
}

TEST_F(SaStateTest, RefusesTwoDatabasesThatReceiveByOneSa) {
  auto database = start(parse(words("dir in")));
  SaDatabase other(parse(words("dir in")), {});
  EXPECT_THAT(test::errors_of([&] { other.keep_state(file_, true, true); }),
              HasSubstr("two databases receive by this SA"));
}

/// Packets of the removed SA may be on a device still, and mark in its window when they come back.
TEST_F(SaStateTest, ARemovedSaThatIsHeldKeepsItsWindowToItself) {
  file_ = open();
  auto database = std::make_shared<SaDatabase>(parse(words("dir in")), std::vector<Policy>{});
  database->keep_state(file_, true, true);
  auto& held = database->slots().inbound(0).window;
  for (std::uint64_t number = 1; number <= 50; ++number) held.mark(number);
  ASSERT_TRUE(database->remove(find(*database, Direction::kInbound).name));
  database->add(parse(words("dir in replay-window 1024")));
  for (char key = 'a'; key < 'f'; ++key)
    database->add(parse(words("dir in", key, 0x4000u + static_cast<unsigned>(key))));
  for (std::uint64_t number = 51; number <= 2000; ++number) held.mark(number);
  auto const& fresh = database->slots().inbound(1).window;
  EXPECT_NE(fresh.check(50), Replay::kFresh);
  EXPECT_EQ(fresh.check(51), Replay::kFresh);
  for (std::uint32_t other = 2; other < 7; ++other)
    EXPECT_EQ(database->slots().inbound(other).window.check(64), Replay::kFresh) << other;
  crash(database);
}

/// Also where the rate falls, or a write takes long: workers may send up to the limit meanwhile.
TEST_F(SaStateTest, AMarkNeverFalls) {
  auto const sa = parse(words("dir out flag esn"));
  SaSlots slots;
  file_ = open();
  SaState state(file_, slots, 0);
  auto config = sa[0];
  slots.set(0, config, Direction::kOutbound);
  state.begin(0, config, Direction::kOutbound);
  ASSERT_FALSE(state.release_marks());
  auto now = SaState::Clock::now();
  std::uint64_t before = file_->record(0).mark;
  for (std::uint64_t const numbers :
       {600'000u, 50u, 3'000'000u, 10u, 10u, 500'000u, 0u, 40'000u, 900'000u}) {
    auto const limit = slots.use(0).outbound.limit.load();
    slots.outbound(0).last = std::min(slots.outbound(0).last + numbers, limit);
    now += std::chrono::seconds(100);
    ASSERT_TRUE(state.tick(now));
    ASSERT_GE(file_->record(0).mark, before);
    before = file_->record(0).mark;
    ASSERT_EQ(slots.use(0).outbound.limit, before);
    ASSERT_GT(before, slots.outbound(0).last);
  }
}

TEST_F(SaStateTest, AStepOfTheUsersOwn) {
  file_ = open();
  auto database = std::make_shared<SaDatabase>(parse(words("dir out")), std::vector<Policy>{});
  database->keep_state(file_, true, true, 64);
  EXPECT_EQ(find(*database, Direction::kOutbound).kept.mark, 64u);
  crash(database);
  database = start(parse(words("dir out")));
  EXPECT_EQ(find(*database, Direction::kOutbound).sequence, 64u);
  crash(database);
}

TEST_F(SaStateTest, NumbersOf64BitsEndAnSaThatHas32) {
  auto database = start(parse(words("dir out flag esn replay-oseq 5 replay-oseq-hi 1")));
  end(database);
  database = start(parse(words("dir out")));
  EXPECT_EQ(find(*database, Direction::kOutbound).sequence, 0xffffffffu);
  EXPECT_EQ(take(*database, 10), 0xffffffffu);
}

TEST_F(SaStateTest, AWindowOfAnotherSizeBeginsAtTheHighestNumber) {
  auto database = start(parse(words("dir in replay-window 128")));
  database->slots().inbound(0).window.mark(50);
  end(database);
  database = start(parse(words("dir in replay-window 1024")));
  auto const& resumed = database->slots().inbound(0).window;
  EXPECT_EQ(resumed.highest(), 50u);
  EXPECT_NE(resumed.check(49), Replay::kFresh);
}

TEST_F(SaStateTest, ExportedTextHasNumbersAndBitmapAndNoKeys) {
  auto database = start(parse(words("dir in flag esn replay-window 128")));
  auto& window = database->slots().inbound(0).window;
  for (std::uint64_t number = 1; number <= 300; number += 3) window.mark(number);
  auto const before = find(*database, Direction::kInbound);
  auto text = xfrm_state_text(before);
  std::string const hidden = "<<Keys hidden>>";
  ASSERT_NE(text.find(hidden), std::string::npos);
  EXPECT_EQ(text.find("5555"), std::string::npos);
  text.replace(text.find(hidden), hidden.size(), "0x" + std::string(40, '5'));
  auto const again = parse(text);
  ASSERT_EQ(again.size(), 1u);
  crash(database);
  fs::remove(path());
  database = start(again);
  auto const after = find(*database, Direction::kInbound);
  EXPECT_EQ(after.sequence, 298u);
  EXPECT_EQ(after.accepted, before.accepted);
  EXPECT_EQ(anti_replay_text(after), anti_replay_text(before));
}

// A reload opens no state file: SAs that come with it would begin again after a restart.
TEST_F(SaStateTest, AReloadMayOnlyUseWhatWasOpened) {
  SaDatabases databases;
  auto database = start(parse(words("dir out")));
  databases.add("db", database);
  databases.use("db", Direction::kOutbound);
  databases.check_reload();  // nothing is open yet
  databases.open({{}, 0, false, [](std::string const&) {}});
  databases.check_reload();
  auto const another = std::make_shared<SaDatabase>(parse(words("dir in")), std::vector<Policy>{},
                                                    SaDatabase::Options{});  // without a state file
  databases.add("other", another);
  databases.check_reload();  // no element uses it
  databases.use("other", Direction::kInbound);
  EXPECT_THROW(databases.check_reload(), ConfigError);
}

TEST_F(SaStateTest, AReloadThatIsRefusedChangesNothing) {
  SaDatabases databases;
  std::weak_ptr<SaDatabase> const kept = [&] {
    auto database = start(parse(words("dir out")));
    databases.add("db", database);
    databases.use("db", Direction::kOutbound);
    databases.open({{}, 0, false, [](std::string const&) {}});
    return database;
  }();
  EXPECT_FALSE(kept.expired()) << "read again, it would begin at number 1";
  databases.use("db", Direction::kInbound);
  EXPECT_THROW(databases.check_reload(), ConfigError);
  databases.check_reload();
  EXPECT_TRUE(databases.keep_in("db", path() + ".other"));
  EXPECT_THROW(databases.check_reload(), ConfigError);
  databases.check_reload();
}

TEST_F(SaStateTest, TellsOnceThatTheDiskIsFullAndOnceThatItIsNot) {
  auto const child = ::fork();
  if (child == 0) {
    auto database = start(parse(words("dir out")));
    SaDatabases databases;
    databases.add("db", database);
    take(*database, 2'000'000);
    std::signal(SIGXFSZ, SIG_IGN);
    rlimit limit{1, RLIM_INFINITY};
    setrlimit(RLIMIT_FSIZE, &limit);
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
    auto const failed = databases.write_state();
    bool right = failed.size() == 1 && failed[0].failed && databases.write_state().empty();
    right = right && database->slots().outbound(0).last == database->slots().use(0).outbound.limit;
    limit.rlim_cur = RLIM_INFINITY;
    setrlimit(RLIMIT_FSIZE, &limit);
    std::this_thread::sleep_for(std::chrono::milliseconds(1050));
    auto const over = databases.write_state();
    right = right && over.size() == 1 && !over[0].failed;
    right = right && database->slots().use(0).outbound.limit > database->slots().outbound(0).last;
    _exit(right ? 0 : 1);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_EQ(status, 0);
}

}  // namespace
}  // namespace warpline::ipsec
