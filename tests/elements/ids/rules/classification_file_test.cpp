// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ids/rules/classification_file.hpp"

#include <gtest/gtest.h>

#include "elements/ids/rules/rule_parser.hpp"
#include "tests/support/config_errors.hpp"

namespace warpline::ids {
namespace {

std::shared_ptr<Source const> source(std::string text) {
  return std::make_shared<Source>(Source{"c.config", std::move(text)});
}

/// `LINE:COLUMN: MESSAGE` of each error.
template <class Read>
std::string errors(Read const& read, std::string text) {
  return test::places_of([&] { read(source(std::move(text))); });
}

Rule rule(std::string const& options) {
  RuleParser parser(default_variables(),
                    read_classifications(source("config classification: my-class,My, class,1\n")));
  parser.read(source("alert ip any any -> any any (" + options + " sid:1;)"));
  return parser.take_rules().at(0);
}

TEST(ClassificationFile, ReadsClasses) {
  auto const classes = read_classifications(
      source("# a comment\n\nconfig classification: A-b,Some, text,2\r\n"
             "\tconfig  classification : c_d , x , 255\nconfig classification:a-B,Some, text,2"));
  ASSERT_EQ(classes.size(), 2u);
  EXPECT_EQ(classes.at("a-b"), (Classification{"Some, text", 2}));
  EXPECT_EQ(classes.at("c_d"), (Classification{"x", 255}));
}

TEST(ClassificationFile, ReadsReferences) {
  auto const urls =
      read_reference_urls(source("config reference: cve   http://example.org/?name=\n"
                                 "config reference: Url http://\n"));
  ASSERT_EQ(urls.size(), 2u);
  EXPECT_EQ(urls.at("cve"), "http://example.org/?name=");
  EXPECT_EQ(urls.at("url"), "http://");
}

TEST(ClassificationFile, ReportsAllErrorsWithTheirPlaces) {
  EXPECT_EQ(errors(read_classifications,
                   "classification: a,b,1\nconfig reference: a b\nconfig classification: a,1\n"
                   "config classification: 1a,b,1\nconfig classification: a,,1\n"
                   "config classification: a,b,0\nconfig classification: a,b,1\n"
                   "config classification: a,b,2\n"),
            "1:1: expected 'config classification:'\n2:8: expected 'config classification:'\n"
            "3:24: expected NAME,TEXT,PRIORITY\n"
            "4:24: expected a class of letters, digits, '-' and '_'\n"
            "5:26: expected the text of the class\n6:28: expected a number from 1 to 255\n"
            "8:24: 'a' is listed twice, with other values\n");
  EXPECT_EQ(errors(read_reference_urls,
                   "config reference: cve\nconfig reference: a/b c\nconfig reference: a b c\n"),
            "1:19: expected KIND URL\n2:19: expected a kind of letters, digits, '-' and '_'\n"
            "3:21: expected one address without blanks\n");
}

TEST(ClassificationFile, GivesRulesTheirPriorityAndCategory) {
  auto const loaded = rule("classtype:My-Class;");
  EXPECT_EQ(loaded.priority, 1u);
  EXPECT_EQ(loaded.category, "My, class");
}

TEST(ClassificationFile, LeavesARulesOwnPriority) {
  EXPECT_EQ(rule("priority:2; classtype:my-class;").priority, 2u);
  EXPECT_EQ(rule("classtype:my-class; priority:2;").priority, 2u);
  EXPECT_EQ(rule("").priority, 3u);
}

TEST(ClassificationFile, HasTheUsualClassesWithoutAFile) {
  RuleParser parser(default_variables());
  parser.read(source("alert ip any any -> any any (classtype:trojan-activity; sid:1;)"));
  auto const rules = parser.take_rules();
  EXPECT_EQ(rules.at(0).priority, 1u);
  EXPECT_EQ(rules.at(0).category, "A Network Trojan was detected");
}

TEST(ClassificationFile, AnUnknownClassOfRulesIsAWarning) {
  RuleParser parser(default_variables());
  parser.read(
      source("alert ip any any -> any any (classtype:none; sid:1;)\n"
             "alert ip any any -> any any (classtype:none; sid:2;)\n"));
  EXPECT_EQ(parser.report().loaded, 2u);
  ASSERT_EQ(parser.report().warnings.size(), 1u);
  EXPECT_EQ(parser.report().warnings[0].position, (Position{1, 40}));
  EXPECT_EQ(parser.report().warnings[0].message,
            "unknown classtype 'none'; it has priority 3 (and 1 more)");
}

}  // namespace
}  // namespace warpline::ids
