// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ids/prefilter/rule_groups.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "tests/elements/ids/test_rules.hpp"

namespace warpline::ids {
namespace {

using Sids = std::set<std::uint32_t>;

/// The groups of rules, by sid.
class Groups {
 public:
  explicit Groups(std::string text) : rules_(std::move(text)) {}

  RuleGroups const& all() const { return rules_.set->groups(); }
  RuleGroups::Id find(PacketKind kind, bool to_server, std::uint16_t port) const {
    return all().find(kind, to_server, port);
  }
  std::uint16_t search(PacketKind kind, bool to_server, std::uint16_t port) const {
    return all()[find(kind, to_server, port)].search;
  }
  Sids always(PacketKind kind, bool to_server, std::uint16_t port) const {
    return sids(all()[find(kind, to_server, port)].always);
  }
  /// The rules with a pattern.
  Sids selected(PacketKind kind, bool to_server, std::uint16_t port) const {
    Sids result;
    auto const number = search(kind, to_server, port);
    if (number == 0) return result;
    for (auto const& rules : all().searches()[number - 1u].rules) result.merge(sids(rules));
    return result;
  }

 private:
  Sids sids(std::vector<std::uint32_t> const& rules) const {
    Sids result;
    for (auto const rule : rules) result.insert(rules_.set->rules()[rule].rule.sid);
    return result;
  }

  test::TestRules rules_;
};

constexpr bool kToServer = true, kToClient = false;
using enum PacketKind;

TEST(RuleGroups, AreOfAProtocolADirectionAndThePortOfTheServer) {
  Groups const groups(
      "alert tcp any any -> any 80 (content:\"request\"; flow:to_server; sid:1;)\n"
      "alert tcp any 80 -> any any (content:\"answer\"; flow:to_client; sid:2;)\n"
      "alert tcp any any -> any 80 (content:\"either\"; sid:3;)\n"
      "alert udp any any -> any 53 (content:\"query\"; sid:4;)\n"
      "alert ip any any -> any any (content:\"all\"; sid:5;)\n"
      "alert icmp any any -> any any (content:\"ping\"; sid:6;)\n"
      "alert tcp any any -> any any (flags:S; sid:7;)\n"
      "alert sctp any any -> any any (content:\"chunk\"; sid:8;)\n");
  EXPECT_EQ(groups.selected(kTcp, kToServer, 80), Sids({1, 3, 5}));
  EXPECT_EQ(groups.selected(kTcp, kToServer, 81), Sids({5}));
  EXPECT_EQ(groups.selected(kTcp, kToClient, 80), Sids({2, 3, 5}))
      << "rule 3 asks for the client's port there";
  EXPECT_EQ(groups.selected(kTcp, kToClient, 81), Sids({3, 5}));
  EXPECT_EQ(groups.selected(kUdp, kToServer, 53), Sids({4, 5}));
  EXPECT_EQ(groups.selected(kUdp, kToServer, 80), Sids({5}));
  EXPECT_EQ(groups.selected(kIcmp, kToServer, 0), Sids({5, 6}));
  EXPECT_EQ(groups.selected(kOther, kToServer, 0), Sids({5, 8}));
  EXPECT_EQ(groups.always(kTcp, kToServer, 80), Sids({7}));
  EXPECT_EQ(groups.always(kTcp, kToClient, 80), Sids({7}));
  EXPECT_EQ(groups.always(kUdp, kToServer, 80), Sids());
}

TEST(RuleGroups, OfRulesForBothWaysHaveThePortsOfEitherEnd) {
  Groups const groups("alert tcp any 1000 <> any 80 (content:\"x\"; sid:1;)\n");
  for (bool const direction : {kToServer, kToClient}) {
    EXPECT_EQ(groups.selected(kTcp, direction, 80), Sids({1}));
    EXPECT_EQ(groups.selected(kTcp, direction, 1000), Sids({1}));
    EXPECT_EQ(groups.selected(kTcp, direction, 81), Sids());
  }
}

TEST(RuleGroups, OfNegatedPortsHaveAllOthers) {
  Groups const groups(
      "alert tcp any any -> any !80 (content:\"x\"; sid:1;)\n"
      "alert tcp any any -> any [1:100,!80] (flags:S; sid:2;)\n"
      "alert tcp any ![80,443] -> any any (content:\"y\"; sid:3;)\n");
  EXPECT_EQ(groups.selected(kTcp, kToServer, 80), Sids({3}));
  EXPECT_EQ(groups.selected(kTcp, kToServer, 79), Sids({1, 3}));
  EXPECT_EQ(groups.selected(kTcp, kToServer, 65535), Sids({1, 3}));
  EXPECT_EQ(groups.always(kTcp, kToServer, 80), Sids());
  EXPECT_EQ(groups.always(kTcp, kToServer, 81), Sids({2}));
  EXPECT_EQ(groups.selected(kTcp, kToClient, 443), Sids({1}));
  EXPECT_EQ(groups.selected(kTcp, kToClient, 444), Sids({1, 3}));
}

TEST(RuleGroups, WithoutPortsHaveRulesForAllPorts) {
  Groups const groups(
      "alert ip any any -> any 80 (content:\"x\"; sid:1;)\n"
      "alert ip any any -> any any (content:\"y\"; sid:2;)\n");
  EXPECT_EQ(groups.selected(kIcmp, kToServer, 0), Sids({2}));
  EXPECT_EQ(groups.selected(kOther, kToServer, 0), Sids({2}));
  EXPECT_EQ(groups.selected(kOther, kToServer, 80), Sids({1, 2})) << "SCTP has ports";
}

TEST(RuleGroups, WithTheSamePatternRulesShareASearch) {
  Groups const groups(
      "alert ip any any -> any any (content:\"x\"; sid:1;)\n"
      "alert tcp any any -> any 80 (flags:S; sid:2;)\n"
      "alert udp any any -> any 53 (content:\"query\"; sid:3;)\n");
  EXPECT_NE(groups.find(kTcp, kToServer, 80), groups.find(kTcp, kToServer, 81));
  EXPECT_EQ(groups.search(kTcp, kToServer, 80), groups.search(kTcp, kToServer, 81));
  EXPECT_EQ(groups.search(kTcp, kToServer, 80), groups.search(kIcmp, kToClient, 0));
  EXPECT_NE(groups.search(kUdp, kToServer, 53), groups.search(kUdp, kToServer, 54));
  EXPECT_EQ(groups.all().searches().size(), 2u);
}

TEST(RuleGroups, WithOnePatternForSeveralRulesSearchForItOnce) {
  Groups const groups(
      "alert tcp any any -> any 80 (content:\"x\"; flow:to_server; sid:1;)\n"
      "alert tcp any any -> any 80 (content:\"x\"; dsize:>5; flow:to_server; sid:2;)\n"
      "alert tcp any any -> any 80 (content:\"x\"; nocase; flow:to_server; sid:3;)\n");
  ASSERT_EQ(groups.all().searches().size(), 1u);
  EXPECT_EQ(groups.all().searches()[0].patterns.patterns.size(), 2u);
  EXPECT_EQ(groups.selected(kTcp, kToServer, 80), Sids({1, 2, 3}));
}

TEST(RuleGroups, AreMergedUpToALimit) {
  std::string text;
  for (unsigned i = 1; i <= 200; ++i)
    text += "alert tcp any any -> any " + std::to_string(i) + " (content:\"word" +
            std::to_string(i) + "\"; flow:to_server; sid:" + std::to_string(i) + ";)\n";
  Groups const groups(text);
  EXPECT_LE(groups.all().searches().size(), RuleGroups::kMaxGroups);
  std::set<RuleGroups::Id> ids;
  for (std::uint16_t port = 1; port <= 200; ++port) {
    EXPECT_TRUE(groups.selected(kTcp, kToServer, port).contains(port));
    ids.insert(groups.find(kTcp, kToServer, port));
  }
  EXPECT_GT(ids.size(), 1u);
  EXPECT_EQ(groups.all().all_patterns().patterns.size(), 200u);
}

}  // namespace
}  // namespace warpline::ids
