// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <string>

#include "tests/elements/ids/detect/reloaded.hpp"

namespace warpline::ids {
namespace {

using testing::Reloaded;
using testing::Sids;

std::string const kAttack = "alert tcp any any -> any 80 (content:\"attack\"; sid:1;)\n";
std::string const kOther = "alert tcp any any -> any 80 (content:\"nothing\"; sid:2;)\n";

TEST(TakeOver, FindsAPatternHalfBeforeAndHalfAfter) {
  for (bool const ips : {false, true}) {
    DetectorOptions options;
    options.ips = ips;
    Reloaded talk(kAttack, options);
    talk.handshake();
    talk.say("an att");
    talk.reload(kOther + kAttack);
    talk.say("ack comes");
    talk.reload(kAttack);
    talk.say(" and goes");
    EXPECT_EQ(talk.end(), Sids{1}) << ips;
  }
}

TEST(TakeOver, AlertsOfBytesThatWereInspectedDoNotComeAgain) {
  Reloaded talk(kAttack);
  talk.handshake();
  talk.say(std::string(2000, 'x') + "attack" + std::string(1000, 'x'));
  talk.acknowledge();
  talk.say("y");
  ASSERT_EQ(talk.sids(), Sids{1});
  for (int i = 0; i < 5; ++i) {
    talk.reload(kAttack);
    talk.say(std::string(300, 'y'));
    talk.acknowledge();
  }
  EXPECT_EQ(talk.end(), Sids{1});
}

// The first rules have no pattern at all, so that nothing was searched before.
TEST(TakeOver, NewRulesSeeBytesThatWait) {
  Reloaded talk("alert tcp any any -> any 81 (msg:\"none\"; sid:9;)");
  talk.handshake();
  talk.say("an attack that waits");
  talk.reload(kAttack);
  EXPECT_EQ(talk.end(), Sids{1});
}

TEST(TakeOver, OldRulesAlertNoMoreAndNewOnesDo) {
  std::string const both =
      "alert udp any any -> any 53 (content:\"one\"; sid:1;)\n"
      "alert udp any any -> any 53 (content:\"two\"; sid:2;)\n";
  Reloaded talk("alert udp any any -> any 53 (content:\"one\"; sid:1;)");
  talk.datagram("one two");
  talk.reload(both);
  talk.datagram("one two");
  talk.reload("alert udp any any -> any 53 (content:\"two\"; sid:2;)");
  talk.datagram("one two");
  EXPECT_EQ(talk.end(), (Sids{1, 1, 2, 2}));
}

TEST(TakeOver, FlowbitsKeepTheirValuesByName) {
  std::string const set =
      "alert tcp any any -> any 80 (content:\"login\"; flowbits:set,in; sid:1;)\n";
  std::string const read =
      "alert tcp any any -> any 80 (content:\"secret\"; flowbits:isset,in; sid:2;)\n";
  std::string others;
  for (int i = 0; i < 10; ++i)
    others += "alert tcp any any -> any 80 (content:\"no" + std::to_string(i) +
              "\"; flowbits:set,a" + std::to_string(i) + "; sid:" + std::to_string(100 + i) +
              ";)\n";
  DetectorOptions options;
  options.ips = true;
  Reloaded talk(set + read, options);
  talk.handshake();
  talk.say("login");
  talk.reload(others + set + read);  // `in` has another number
  talk.say("secret");
  EXPECT_EQ(talk.sids(), (Sids{1, 2}));
  talk.reload(others);  // no rule knows it
  talk.reload(read + others);
  talk.say("secret");
  EXPECT_EQ(talk.end(), (Sids{1, 2, 2}));
}

TEST(TakeOver, FlowbitsMoveWhereTheirWordsAreFull) {
  auto const setters = [](int begin, int end) {
    std::string rules;
    for (int i = begin; i < end; ++i) {
      auto const n = std::to_string(i);
      rules += "alert tcp any any -> any 80 (content:\"set" + n + "!\"; flowbits:set,b" + n +
               "; flowbits:noalert; sid:" + std::to_string(1000 + i) + ";)\n";
    }
    return rules;
  };
  auto const read = [](int i) {
    auto const n = std::to_string(i);
    return "alert tcp any any -> any 80 (content:\"look\"; flowbits:isset,b" + n +
           "; sid:" + std::to_string(i) + ";)\n";
  };
  DetectorOptions options;
  options.ips = true;
  Reloaded talk(setters(1, 65), options);
  talk.handshake();
  talk.say("set7! set63! set64!");
  talk.reload(setters(40, 190) + read(7) + read(8) + read(63) + read(64) + read(100));
  talk.say("set100!");
  talk.say("look");
  EXPECT_EQ(talk.end(), (Sids{7, 63, 64, 100}));
}

TEST(TakeOver, ThresholdsGoOn) {
  std::string const rule =
      "alert udp any any -> any 53 (content:\"x\"; threshold:type threshold, track by_src, count "
      "3, "
      "seconds 60; sid:1;)";
  Reloaded talk(rule);
  talk.datagram("x");
  talk.reload(kOther + rule);
  talk.datagram("x");
  EXPECT_EQ(talk.sids(), Sids{});
  talk.reload(rule + "\n" + kOther);
  talk.datagram("x");
  EXPECT_EQ(talk.end(), Sids{1});
}

TEST(TakeOver, VerdictsOnFlowsStay) {
  DetectorOptions options;
  options.ips = true;
  Reloaded passed("pass tcp any any -> any 80 (content:\"friend\"; sid:3;)\n" + kAttack, options);
  passed.handshake();
  passed.say("friend");
  passed.reload(kAttack);
  passed.say("attack");
  EXPECT_EQ(passed.end(), Sids{});

  Reloaded dropped("drop tcp any any -> any 80 (content:\"enemy\"; sid:4;)", options);
  dropped.handshake();
  EXPECT_EQ(dropped.say("enemy"), FrameVerdict::kDrop);
  dropped.reload(kAttack);
  EXPECT_EQ(dropped.say("attack"), FrameVerdict::kDrop);
  EXPECT_EQ(dropped.end(), Sids{4});
}

TEST(TakeOver, CompletesDatagrams) {
  Reloaded talk("alert udp any any -> any 53 (content:\"attack\"; sid:1;)");
  std::string datagram("\x13\x88\0\x35\0\x18\0\0", 8);
  talk.fragment(0, true, datagram + "an attac");
  talk.reload("alert udp any any -> any 53 (content:\"attack\"; sid:1; rev:2;)");
  talk.fragment(16, false, "k comes!");
  EXPECT_EQ(talk.end(), Sids{1});
}

// A rule of addresses alone is looked at once for each flow and direction.
TEST(TakeOver, OnlyNewRulesOfAddressesSeeAFlowAgain) {
  std::string const known = "alert ip 10.0.0.1 any -> any any (msg:\"known\"; sid:1;)\n";
  std::string const fresh = "alert ip 10.0.0.0/24 any -> any any (msg:\"fresh\"; sid:2;)\n";
  Reloaded talk(known);
  talk.datagram("a");
  talk.reload(known);
  talk.datagram("b");
  EXPECT_EQ(talk.sids(), Sids{1});
  talk.reload(fresh + known);
  talk.datagram("c");
  talk.datagram("d");
  EXPECT_EQ(talk.sids(), (Sids{1, 2}));
  talk.datagram("other flow", 6000);
  EXPECT_EQ(talk.sids(), (Sids{1, 2, 1, 2}));
  talk.reload(known);
  talk.reload(fresh + known);  // gone and back, while the first flow sends nothing
  talk.datagram("e");
  EXPECT_EQ(talk.end(), (Sids{1, 2, 1, 2, 2}));
}

TEST(TakeOver, CountersAndClockGoOn) {
  Reloaded talk(kAttack);
  talk.handshake();
  talk.say("attack");
  auto const before = talk.detector().now_ns();
  talk.reload(kAttack);
  EXPECT_EQ(talk.detector().counters().packets, 4u);
  EXPECT_EQ(talk.detector().tcp_counters().syn, 1u);
  EXPECT_EQ(talk.detector().now_ns(), before);
  EXPECT_EQ(talk.ended().size(), 0u);
  talk.say("x");
  EXPECT_EQ(talk.detector().counters().packets, 5u);
  EXPECT_EQ(talk.end(), Sids{1});
  EXPECT_EQ(talk.ended(), std::vector{FlowEvent::Reason::kShutdown});
}

// The element lets the old detector end what the next one cannot take.
TEST(TakeOver, LeavesFlowsIfTablesHaveAnotherSize) {
  Reloaded talk(kAttack);
  talk.handshake();
  talk.say("attack");
  talk.options().flows = 32;
  talk.reload(kAttack);
  EXPECT_EQ(talk.sids(), Sids{1}) << "the old rules did not see the rest";
  EXPECT_EQ(talk.ended().size(), 1u);
  EXPECT_EQ(talk.detector().counters().packets, 4u);
  EXPECT_EQ(talk.detector().stream_pool().in_use(), 0u);
}

// A byte a packet, a reload a packet.
TEST(TakeOver, ManyTimesInAStreamChangesNoAlert) {
  DetectorOptions options;
  options.ips = true;
  std::string const rules = "alert tcp any any -> any 80 (content:\"0123456789\"; sid:1;)\n";
  auto const alerts = [&](bool reloads) {
    Reloaded talk(rules, options);
    talk.handshake();
    for (int i = 0; i < 300; ++i) {
      talk.say(std::string(1, static_cast<char>('0' + i % 10)));
      if (i % 100 == 50) talk.say(std::string(2600, 'x'));
      if (reloads) talk.reload(i % 2 == 0 ? rules : kOther + rules);
    }
    return talk.end();
  };
  auto const expected = alerts(false);
  EXPECT_EQ(expected.size(), 4u);
  EXPECT_EQ(alerts(true), expected);
}

}  // namespace
}  // namespace warpline::ids
