// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ids/rules/rule_report.hpp"

#include <gtest/gtest.h>

#include <sstream>

#include "elements/ids/rules/rule_parser.hpp"

namespace warpline::ids {
namespace {

std::string report(std::string text) {
  RuleParser parser(default_variables());
  parser.read(std::make_shared<Source>(Source{"t.rules", std::move(text)}));
  return render(parser.report());
}

TEST(RuleReport, CountsRulesOnly) {
  EXPECT_EQ(report("alert ip any any -> any any (sid:1;)\n"), "loaded 1, skipped 0, refused 0\n");
}

TEST(RuleReport, ListsSkippedRulesByFrequencyAndRefusedRulesWithTheirPlaces) {
  EXPECT_EQ(report("alert ip any any -> any any (sid:1;)\n"
                   "alert tcp any any -> any any (lua:x; sid:2;)\n"
                   "alert http2 any any -> any any (sid:3;)\n"
                   "alert http2 any any -> any any (sid:4;)\n"
                   "alert tcp any any -> any any (content:\"|0|\"; sid:5;)\n"
                   "alert tcp any any -> any 70000 (ttl:; sid:6;)\n"
                   "alert ip any any -> any any (sid:1;)\n"),
            "loaded 1, skipped 3, refused 2\n"
            "\n"
            "skipped rules by what they need:\n"
            "  2  protocol http2\n"
            "  1  lua\n"
            "\n"
            "t.rules:5:42: error: expected the second hex digit of a byte\n"
            "  alert tcp any any -> any any (content:\"|0|\"; sid:5;)\n"
            "                                           ^\n"
            "\n"
            "t.rules:6:26: error: expected a port from 0 to 65535, a range such as 1024:, 'any', "
            "$NAME or a list\n"
            "  alert tcp any any -> any 70000 (ttl:; sid:6;)\n"
            "                           ^\n"
            "\n"
            "t.rules:6:33: error: ttl needs a value after ':'\n"
            "  alert tcp any any -> any 70000 (ttl:; sid:6;)\n"
            "                                  ^\n"
            "\n"
            "t.rules:7:1: warning: sid 1 exists already; the rule with the higher rev (0) is "
            "loaded\n"
            "  alert ip any any -> any any (sid:1;)\n"
            "  ^\n");
}

TEST(RuleReport, ShowsLongLinesAroundTheCaret) {
  auto const text = report("alert tcp any any -> any any (msg:\"" + std::string(500, 'x') +
                           "\"; contnet:\"a\"; metadata:" + std::string(500, 'y') + "; sid:1;)\n");
  std::istringstream lines(text);
  std::string head, empty, message, line, caret;
  std::getline(lines, head);
  std::getline(lines, empty);
  std::getline(lines, message);
  std::getline(lines, line);
  std::getline(lines, caret);
  EXPECT_EQ(message, "t.rules:1:539: error: unknown keyword 'contnet'; did you mean 'content'?");
  EXPECT_LE(line.size(), 80u);
  EXPECT_TRUE(line.starts_with("  ...xxx")) << line;
  EXPECT_TRUE(line.ends_with("...")) << line;
  EXPECT_EQ(line.substr(caret.find('^'), 7), "contnet") << line;
}

}  // namespace
}  // namespace warpline::ids
