// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "core/base/toml_scan.hpp"

#include <gtest/gtest.h>

#include "tests/support/config_errors.hpp"

namespace warpline {
namespace {

std::size_t depth(std::string_view text) { return scan_toml(text).max_depth; }

std::string repeat(std::string const& text, unsigned count) {
  std::string all;
  for (unsigned i = 0; i < count; ++i) all += text;
  return all;
}

TEST(TomlScan, MeasuresHeadersKeysAndBrackets) {
  EXPECT_EQ(depth(""), 0u);
  EXPECT_EQ(depth("a = 1\n"), 0u);
  EXPECT_EQ(depth("a.b.c = 1\n"), 2u);
  EXPECT_EQ(depth("[a.b]\nc.d = [[1], [2]]\n"), 5u);
  EXPECT_EQ(depth("[[a]]\nb = {c.d = {e = 1}}\n"), 5u);
  EXPECT_EQ(depth("a = [1.5, 2.5, 3.5]\nb = [\n 1.5,\n 2.5,\n]\n"), 2u) << "siblings do not add up";
  EXPECT_EQ(depth("[a.b.c]\n[a]\nb.c = 1\n"), 3u) << "a header ends the one before";
}

TEST(TomlScan, DoesNotLookIntoQuotesAndComments) {
  EXPECT_EQ(depth("a = \"[[[...\\\"[[[\" # [[[ ...\n"), 0u);
  EXPECT_EQ(depth("a = '[[[\\' # ]\nb = [1]"), 1u);
  EXPECT_EQ(depth("a = '''\n[[[ ' '' .\n'''\nb = \"\"\"\n[[\\\"\"\" .\n\"\"\"\n"), 0u);
  EXPECT_EQ(depth("a = ['''x'y'''', [[[[ 1 ]]]]]"), 5u) << "quotes before those at the end";
  EXPECT_EQ(depth("a = \"open [[[\nb = [1]\n"), 1u);
  auto const text = std::string("\"a\".'b' = \"c\"");
  auto const quotes = scan_toml(text).quotes;
  ASSERT_EQ(quotes.size(), 3u);
  EXPECT_EQ(text.substr(quotes[2].begin, quotes[2].end - quotes[2].begin), "\"c\"");
}

TEST(TomlScan, NamesThePlaceThatIsTooDeep) {
  auto const check = [](std::string const& text) {
    return test::errors_of([&] {
      auto const source = std::make_shared<Source>(Source{"t.toml", text});
      check_toml(text, source);
    });
  };
  EXPECT_EQ(check("[a" + repeat(".a", 63) + "]\n"), "no error");
  EXPECT_TRUE(
      check("x = 1\n[a" + repeat(".a", 64) + "]\n")
          .starts_with("t.toml:2:129: error: tables and arrays are nested 65 deep; expected "
                       "at most 64\n"));
  EXPECT_NE(check("[a" + repeat(".a", 100'000) + "]\n"), "no error");
  EXPECT_NE(check("a" + repeat(".a", 100'000) + " = 1\n"), "no error");
  EXPECT_NE(check("a = " + repeat("[", 100'000)), "no error");
  EXPECT_NE(check("a = " + repeat("{a.a=", 40) + "1" + repeat("}", 40)), "no error");
  EXPECT_NE(check("[a" + repeat(".a", 40) + "]\nb" + repeat(".b", 40) + " = 1\n"), "no error");
}

}  // namespace
}  // namespace warpline
