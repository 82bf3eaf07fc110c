// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ids/pattern_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace warpline::ids {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

PatternSet parse(std::string text) {
  return parse_patterns(std::make_shared<Source>(Source{"p", std::move(text)}));
}

std::string error_of(std::string text) {
  try {
    parse(std::move(text));
  } catch (ConfigError const& error) {
    return error.what();
  }
  return "no error";
}

TEST(PatternFile, ReadsAllOptionsInAnyOrder) {
  auto const set = parse(
      "content:\"GET |0d 0A|abc\"; nocase; sid:1001; msg:\"A \\\"b\\\"\";\n"
      "  sid : 4294967295 ;msg:\"|41|\";content : \"x\";\r\n");
  ASSERT_THAT(set.patterns, SizeIs(2));
  EXPECT_EQ(set.patterns[0].bytes, "GET \r\nabc");
  EXPECT_TRUE(set.patterns[0].nocase);
  EXPECT_EQ(set.patterns[0].sid, 1001u);
  EXPECT_EQ(set.patterns[0].message, "A \"b\"");
  EXPECT_EQ(set.patterns[0].position, (Position{1, 9}));
  EXPECT_EQ(set.patterns[1].bytes, "x");
  EXPECT_FALSE(set.patterns[1].nocase);
  EXPECT_EQ(set.patterns[1].sid, 4294967295u);
  EXPECT_EQ(set.patterns[1].message, "|41|");
}

TEST(PatternFile, ReadsEscapesAndHexRuns) {
  using namespace std::string_literals;
  auto const set = parse(R"(content:"a\"\;\\\:b:|00|#|ff 7C|";)");
  EXPECT_EQ(set.patterns.at(0).bytes, "a\";\\:b:\0#\xff|"s);
}

TEST(PatternFile, SkipsBlankLinesAndCommentsAndNumbersByLine) {
  auto const set = parse("# first\n\n \t\ncontent:\"a\"; # why\n#content:\"b\";\ncontent:\"a\";");
  ASSERT_THAT(set.patterns, SizeIs(2));
  EXPECT_EQ(set.patterns[0].sid, 4u);
  EXPECT_EQ(set.patterns[1].sid, 6u);
  EXPECT_EQ(set.patterns[1].message, "");
}

TEST(PatternFile, ShowsThePlaceAndWhatWasExpected) {
  EXPECT_EQ(error_of("content:\"a\";\ncontent:\"a|0g|\";"),
            "p:2:13: error: expected two hex digits for a byte\n"
            "  content:\"a|0g|\";\n"
            "              ^");
}

struct Fault {
  char const* text;
  unsigned column;
  char const* message;
};

TEST(PatternFile, NamesEveryFaultAtItsColumn) {
  Fault const faults[] = {
      {"contnet:\"a\";", 1,
       "unknown option 'contnet'; expected content, nocase, sid or msg; did "
       "you mean 'content'?"},
      {"content \"a\";", 9, "expected ':' after content"},
      {"content:a;", 9, "expected '\"'"},
      {"content:!\"a\";", 9, "a negated content cannot stand alone"},
      {"content:\"a", 9, "the quotes are not closed"},
      {"content:\"a\"", 12, "expected ';' after the option"},
      {"content:\"a\" nocase;", 13, "expected ';' after the option"},
      {"content:\"a;b\";", 11, "expected '\\;' for a semicolon"},
      {"content:\"\\n\";", 10, "expected \\\", \\;, \\\\ or \\:"},
      {"content:\"|0d\";", 10, "the hex bytes are not closed"},
      {"content:\"|d|\";", 12, "expected two hex digits"},
      {"content:\"|0 d|\";", 12, "expected two hex digits"},
      {"content:\"\";", 9, "the content is empty"},
      {"content:\"||\";", 9, "the content is empty"},
      {"content:\"a\"; content:\"b\";", 14, "content is given twice in this line"},
      {"content:\"a\"; nocase; nocase;", 22, "nocase is given twice"},
      {"content:\"a\"; sid:0;", 18, "expected a sid from 1 to 4294967295"},
      {"content:\"a\"; sid:4294967296;", 18, "expected a sid"},
      {"content:\"a\"; sid:1x;", 18, "expected a sid"},
      {"content:\"a\"; sid:;", 18, "expected a sid"},
      {"content:\"a\"; msg:b;", 18, "expected '\"'"},
      {"nocase; sid:3;", 1, "the line has no content"},
      {"content:\"a\"; ;", 14, "expected content, nocase, sid or msg"},
  };
  for (auto const& fault : faults) {
    SCOPED_TRACE(fault.text);
    EXPECT_THAT(error_of(fault.text),
                HasSubstr("p:1:" + std::to_string(fault.column) + ": error: " + fault.message));
  }
}

TEST(PatternFile, RefusesASidUsedTwice) {
  EXPECT_THAT(error_of("content:\"a\"; sid:7;\ncontent:\"b\"; sid:7;"),
              HasSubstr("p:2:18: error: sid 7 is already that of line 1"));
  EXPECT_THAT(error_of("content:\"a\"; sid:2;\ncontent:\"b\";"),
              HasSubstr("p:2:1: error: sid 2 is already that of line 1; expected a sid"));
}

TEST(PatternFile, RefusesAFileWithoutPatterns) {
  EXPECT_THAT(error_of(""), HasSubstr("p: error: holds no pattern"));
  EXPECT_THAT(error_of("# nothing\n"), HasSubstr("holds no pattern"));
}

TEST(PatternFile, ReportsAllErrorsOfAFileTogether) {
  try {
    parse("content:\"\"; sid:x; foo;\ncontent:\"ok\";\nnocase;\n");
    FAIL();
  } catch (ConfigError const& error) {
    ASSERT_THAT(error.diagnostics(), SizeIs(4));
    EXPECT_EQ(error.diagnostics()[1].position, (Position{1, 17}));
    EXPECT_EQ(error.diagnostics()[2].position, (Position{1, 20}));
    EXPECT_EQ(error.diagnostics()[3].position, (Position{3, 1}));
  }
}

TEST(PatternFile, CountsErrorsAfterAHundred) {
  std::string text;
  for (int i = 0; i < 200; ++i) text += "x;\n";
  try {
    parse(text);
    FAIL();
  } catch (ConfigError const& error) {
    EXPECT_THAT(error.diagnostics(), SizeIs(101));
    EXPECT_THAT(error.what(), HasSubstr("p: error: 100 more errors are not shown"));
  }
}

TEST(PatternFile, EnforcesItsLimits) {
  auto const content = [](std::size_t size) {
    return "content:\"" + std::string(size, 'a') + "\";";
  };
  EXPECT_EQ(parse(content(kMaxPatternBytes)).patterns[0].bytes.size(), kMaxPatternBytes);
  EXPECT_THAT(error_of(content(kMaxPatternBytes + 1)),
              HasSubstr("the content has 1025 bytes; expected at most 1024"));
  EXPECT_THAT(error_of("content:\"a\"; msg:\"" + std::string(kMaxMessageBytes + 1, 'm') + "\";"),
              HasSubstr("the message has 1025 bytes"));
  std::string many;
  for (std::size_t i = 0; i < kMaxPatterns; ++i) many += "content:\"a\";\n";
  EXPECT_THAT(parse(many).patterns, SizeIs(kMaxPatterns));
  EXPECT_THAT(error_of(many + "content:\"a\";"),
              HasSubstr("p:65536:1: error: too many patterns; expected at most 65535"));
}

TEST(PatternFile, NamesAFileThatCannotBeRead) {
  try {
    load_patterns("/nonexistent/x.patterns");
    FAIL();
  } catch (ConfigError const& error) {
    EXPECT_STREQ(error.what(),
                 "/nonexistent/x.patterns: cannot be read: No such file or directory");
  }
}

}  // namespace
}  // namespace warpline::ids
