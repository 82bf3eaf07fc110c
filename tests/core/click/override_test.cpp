// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "tests/core/click/parse.hpp"

namespace warpline::test {
namespace {

Pipeline parse_with(std::string text, std::vector<Override> const& overrides) {
  return parse_pipeline(click_source(std::move(text)), overrides);
}

std::string error_with(std::string text, std::vector<Override> const& overrides) {
  try {
    parse_with(std::move(text), overrides);
  } catch (ConfigError const& error) {
    return error.what();
  }
  return {};
}

TEST(ClickOverride, ReplacesADefine) {
  auto const text = "define($n 1); define($m 2); a :: A($n, $m);";
  EXPECT_EQ(elements_of(parse_with(text, {{"n", "7"}})), "a A<7><2>\n");
  EXPECT_EQ(elements_of(parse_with(text, {{"n", "7"}, {"m", "x y"}})), "a A<7><x y>\n");
  EXPECT_EQ(elements_of(parse_with(text, {})), "a A<1><2>\n");
}

TEST(ClickOverride, ReachesDefinesThatBuildOnIt) {
  EXPECT_EQ(elements_of(parse_with("define($n 1); define($m p$n); a :: A($m);", {{"n", "2"}})),
            "a A<p2>\n");
}

TEST(ClickOverride, LeavesDefinesOfCompoundsAlone) {
  auto const text =
      "define($n 1); elementclass C { define($n 5); input -> A($n) -> output }"
      "B($n) -> C -> D;";
  EXPECT_EQ(elements_of(parse_with(text, {{"n", "3"}})), "B@1 B<3>\nC@2/A@1 A<5>\nD@3 D\n");
}

TEST(ClickOverride, FaultsAreReportedAtTheUse) {
  auto const pipeline = parse_with("define($n 1);\na :: A($n);", {{"n", "a b"}});
  auto const& argument = pipeline.elements[0].arguments[0];
  ASSERT_EQ(argument.words.size(), 2u);
  for (auto const& word : argument.words) EXPECT_EQ(place(word.position), "2:8");
}

TEST(ClickOverride, RefusesANameThatIsNotDefined) {
  EXPECT_EQ(error_with("define($size 1); define($burst 1); A($size, $burst);", {{"sizes", "2"}}),
            "p.click has no 'define($sizes value)' to override; did you mean 'size'?");
  EXPECT_EQ(error_with("define($size 1); A($size);", {{"count", "2"}}),
            "p.click has no 'define($count value)' to override; there are: size");
  EXPECT_EQ(error_with("A;", {{"count", "2"}}),
            "p.click has no 'define($count value)' to override; it has none");
}

TEST(ClickOverride, RefusesWhatIsNotOneValue) {
  auto const text = "define($n 1); A($n);";
  EXPECT_EQ(error_with(text, {{"n", "1, 2"}}), "n=1, 2: expected one value, got 2 (quote a comma)");
  EXPECT_EQ(error_with(text, {{"n", ""}}), "n=: expected one value, got 0 (quote a comma)");
  EXPECT_NE(error_with(text, {{"n", "$m"}}).find("n="), std::string::npos);
  EXPECT_NE(error_with(text, {{"n", "a)"}}), "");
}

}  // namespace
}  // namespace warpline::test
