// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <string>

#include "elements/ids/rules/rule_parser.hpp"

/// Files with mistakes: each is reported with its place, and the other rules load.
namespace warpline::ids {
namespace {

struct Read {
  std::vector<Rule> rules;
  RuleFileReport report;
};

Read read(std::string text) {
  RuleParser parser(default_variables());
  parser.read(std::make_shared<Source>(Source{"t.rules", std::move(text)}));
  return {parser.take_rules(), parser.report()};
}

constexpr char kGood[] = "alert tcp any any -> any any (content:\"a\"; sid:4000000;)\n";

TEST(BadRules, AreReportedAllAtOnceAndTheRestLoads) {
  auto const [rules, report] = read(
      "alert tcp any any -> any any (contnet:\"a\"; sid:1;)\n"
      "alert tcp any any -> any any (content:\"a; sid:2;)\n"
      "alert tcp any any -> any any (content:\"|0d 0|\"; sid:3;)\n"
      "alert tcp any 90:80 -> any any (sid:4;)\n"
      "alert tcp [10.0.0.1,!10.0.0.0/8] any -> any any (sid:5;)\n"
      "alert tcp any any -> any any (sid:0;)\n" +
      std::string(kGood) + "alert tcp any any -> any any (sid:4294967296;)\n");
  EXPECT_EQ(rules.size(), 1u);
  EXPECT_EQ(report.refused, 7u);
  std::vector<std::uint32_t> lines;
  for (auto const& error : report.errors) lines.push_back(error.position.line);
  EXPECT_EQ(lines, (std::vector<std::uint32_t>{1, 2, 3, 4, 5, 6, 8}));
}

TEST(BadRules, OfOneSidAreNotHalfApplied) {
  auto const [rules, report] = read(
      "alert tcp any any -> any any (content:\"one\"; sid:1; rev:2;)\n"
      "alert tcp any any -> any any (content:\"two\"; contnet:\"a\"; sid:1; rev:3;)\n");
  ASSERT_EQ(rules.size(), 1u);
  EXPECT_EQ(rules[0].rev, 2u);
  EXPECT_EQ(report.refused, 1u);
}

TEST(BadRules, MayBeAsLongAsAMebibyte) {
  auto const [rules, report] = read("alert tcp any any -> any any (content:\"" +
                                    std::string(1 << 20, 'x') + "\"; sid:1;)\n" + kGood);
  EXPECT_EQ(rules.size(), 1u);
  ASSERT_EQ(report.errors.size(), 1u);
  EXPECT_TRUE(report.errors[0].message.ends_with("expected at most 65,536"));
}

TEST(BadRules, MayBeBytesOfAnyValue) {
  std::string text;
  std::uint32_t state = 1;
  for (int i = 0; i < 100'000; ++i) {
    state = state * 1664525 + 1013904223;
    text += static_cast<char>(state >> 24);
  }
  auto const [rules, report] = read(text + "\n" + kGood);
  EXPECT_EQ(rules.size(), 1u);
  EXPECT_GT(report.refused, 100u);
  EXPECT_LE(report.errors.size(), Diagnostics::kMaxErrors + 1);
}

}  // namespace
}  // namespace warpline::ids
