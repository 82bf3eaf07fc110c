// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>

#include "tests/core/click/parse.hpp"
#include "tests/support/source_dir.hpp"

namespace warpline::test {
namespace {

struct GoldenCase {
  std::string name, text, expected;
};

/// `=== name`, the text, `---`, the errors; and again.
std::vector<GoldenCase> golden_cases() {
  std::ifstream file(source_dir() + "/tests/core/click/errors.golden");
  std::vector<GoldenCase> cases;
  std::string* part = nullptr;
  for (std::string line; std::getline(file, line);) {
    if (line.rfind("=== ", 0) == 0) {
      cases.push_back({line.substr(4), {}, {}});
      part = &cases.back().text;
    } else if (line == "---") {
      part = &cases.back().expected;
    } else {
      *part += line + '\n';
    }
  }
  return cases;
}

TEST(ClickErrors, AreRenderedAsExpected) {
  auto const cases = golden_cases();
  ASSERT_EQ(cases.size(), 40U);
  for (auto const& golden : cases)
    EXPECT_EQ(errors_of(golden.text) + '\n', golden.expected) << "=== " << golden.name;
}

std::vector<Diagnostic> diagnostics_of(std::string text) {
  try {
    parse(std::move(text));
  } catch (ConfigError const& error) {
    return error.diagnostics();
  }
  return {};
}

TEST(ClickErrors, CarryTheirSourceAndPlace) {
  auto const source = click_source("a :: A;\n  -> b;");
  try {
    parse_pipeline(source);
    FAIL();
  } catch (ConfigError const& error) {
    ASSERT_EQ(error.diagnostics().size(), 1U);
    EXPECT_EQ(error.diagnostics()[0].source, source);
    EXPECT_EQ(error.diagnostics()[0].position, (Position{2, 3}));
    EXPECT_EQ(error.diagnostics()[0].severity, Diagnostic::Severity::kError);
  }
}

TEST(ClickErrors, BytesThatAreNoTextAreNamed) {
  auto const message = [](std::string text) {
    return diagnostics_of(std::move(text)).at(0).message;
  };
  EXPECT_EQ(message(std::string("a -> \0;", 7)), "expected an element, found byte 0x00");
  EXPECT_EQ(message("a -> \x7f;"), "expected an element, found byte 0x7f");
  EXPECT_EQ(message("a -> \xc3;"), "expected an element, found byte 0xc3");
  EXPECT_EQ(message("a -> \xe2\x86\x92 b;"), "expected an element, found '\xe2\x86\x92'");
  EXPECT_EQ(message("A(x\x01y);"), "byte 0x01 can stand only in quotes");
  EXPECT_EQ(message(std::string("A(\0);", 5)), "byte 0x00 can stand only in quotes");
}

TEST(ClickErrors, AreCountedAfterAHundred) {
  std::string text;
  for (int i = 0; i < 180; ++i) text += "a -> ;\n";
  auto const diagnostics = diagnostics_of(text);
  ASSERT_EQ(diagnostics.size(), 101U);
  EXPECT_EQ(diagnostics[99].position, (Position{100, 6}));
  EXPECT_EQ(diagnostics[100].render(), "p.click: error: 80 more errors are not shown");
}

TEST(ClickErrors, FortyNineAreAllOfThem) {
  std::string text;
  for (int i = 0; i < 49; ++i) text += "a -> ;\n";
  auto const diagnostics = diagnostics_of(text);
  ASSERT_EQ(diagnostics.size(), 49U);
  EXPECT_EQ(diagnostics.back().position, (Position{49, 6}));
}

TEST(ClickErrors, AnErrorInACompoundIsReportedThoughNothingUsesIt) {
  EXPECT_EQ(diagnostics_of("elementclass M { input -> A($x) -> output }").size(), 1U);
}

TEST(ClickErrors, EveryPrefixOfAPipelineParsesOrThrows) {
  std::string const text =
      "elementclass M { $a, K $b | input -> q :: Q(\"x\\n $a\", f(${b})) [1] -> [2] output }\n"
      "define($x 'y') /* c */ s :: S -> m :: M($x, K 2), n::M(1, K \"\\<00>\") -> { D };// e\n"
      "require(r)\n# 1 \"x\"\na, b -> c[1];";
  for (std::size_t size = 0; size <= text.size(); ++size) {
    try {
      parse(text.substr(0, size));
    } catch (ConfigError const& error) {
      EXPECT_FALSE(error.diagnostics().empty());
    }
    // And with the byte at `size` missing or doubled.
    errors_of(text.substr(0, size) + text.substr(std::min(text.size(), size + 1)));
    errors_of(text.substr(0, size) + text.substr(size == 0 ? 0 : size - 1));
  }
}

}  // namespace
}  // namespace warpline::test
