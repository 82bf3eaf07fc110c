// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "tests/core/click/parse.hpp"

namespace warpline::test {
namespace {

std::vector<Argument> arguments(std::string text) {
  return parse_arguments(click_source(std::move(text)));
}

Argument argument(std::string text) {
  auto list = arguments(std::move(text));
  EXPECT_EQ(list.size(), 1U);
  return list.at(0);
}

TEST(ClickArguments, AreSplitAtCommasAndTrimmed) {
  auto const list = arguments("  BURST 32 ,12/0800\n,\t-  ");
  ASSERT_EQ(list.size(), 3U);
  EXPECT_EQ(list[0].text, "BURST 32");
  EXPECT_EQ(list[1].text, "12/0800");
  EXPECT_EQ(list[2].text, "-");
  EXPECT_EQ(place(list[0].position), "1:3");
  EXPECT_EQ(place(list[1].position), "1:13");
  EXPECT_EQ(place(list[2].position), "2:3");
}

TEST(ClickArguments, NoneInBlanks) {
  EXPECT_TRUE(arguments("").empty());
  EXPECT_TRUE(arguments(" \n /* nothing */ // at all").empty());
}

TEST(ClickArguments, BlanksAndCommentsBetweenWordsBecomeOneBlank) {
  auto const list = argument("method \t /* how */\n echoback");
  EXPECT_EQ(list.text, "method echoback");
  ASSERT_EQ(list.words.size(), 2U);
  EXPECT_EQ(list.words[1].text, "echoback");
  EXPECT_EQ(list.words[1].offset, 7U);
  EXPECT_EQ(place(list.words[1].position), "2:2");
}

TEST(ClickArguments, KeywordAndValueAreTakenApart) {
  auto const list = argument("PATTERNS \"my file, new\"  x");
  EXPECT_TRUE(list.has_keyword("PATTERNS"));
  EXPECT_FALSE(list.has_keyword("PATTERN"));
  EXPECT_EQ(list.text, "PATTERNS my file, new x");
  auto const value = list.value();
  EXPECT_EQ(value.text, "my file, new x");
  EXPECT_EQ(place(value.position), "1:10");
  ASSERT_EQ(value.words.size(), 2U);
  EXPECT_TRUE(value.words[0].quoted);
  EXPECT_FALSE(value.quoted);
  EXPECT_EQ(value.words[1].offset, 13U);
  EXPECT_TRUE(argument("A 'b c'").value().quoted);
}

TEST(ClickArguments, AQuotedWordOrAWordAloneIsNoKeyword) {
  EXPECT_FALSE(argument("BURST").has_keyword("BURST"));
  EXPECT_FALSE(argument("\"BURST\" 32").has_keyword("BURST"));
  EXPECT_FALSE(argument("BUR\"ST\" 32").has_keyword("BURST"));
}

TEST(ClickArguments, StringsHoldCommasBlanksAndParentheses) {
  auto const list = arguments("\"a, (b; {0} // c\", ' , $x \\n)', \"\", ''");
  ASSERT_EQ(list.size(), 4U);
  EXPECT_EQ(list[0].text, "a, (b; {0} // c");
  EXPECT_TRUE(list[0].quoted);
  EXPECT_EQ(list[1].text, " , $x \\n)");
  EXPECT_EQ(list[2].text, "");
  EXPECT_EQ(list[2].words.size(), 1U);
  EXPECT_TRUE(list[2].quoted);
  EXPECT_TRUE(list[3].quoted);
}

TEST(ClickArguments, EscapesAreResolvedInDoubleQuotesOnly) {
  EXPECT_EQ(argument(R"("\\ \" \' \$x \n\t\r \x41\x7a")").text, "\\ \" ' $x \n\t\r Az");
  EXPECT_EQ(argument(R"("\<48 45 4c4C 4f>!")").text, "HELLO!");
  EXPECT_EQ(argument(R"("\<>")").text, "");
  EXPECT_EQ(argument(R"('\n\d"\')").text, R"(\n\d"\)");
  EXPECT_EQ(argument("\"\\x00\\xff\"").text, std::string("\0\xff", 2));
}

TEST(ClickArguments, AdjacentPartsAreOneWord) {
  auto const list = argument("a\"b c\"'d e'f g");
  EXPECT_EQ(list.text, "ab cd ef g");
  ASSERT_EQ(list.words.size(), 2U);
  EXPECT_EQ(list.words[0].text, "ab cd ef");
  EXPECT_TRUE(list.words[0].quoted);
  EXPECT_FALSE(list.words[1].quoted);
}

TEST(ClickArguments, NothingIsSplitInInnerParentheses) {
  auto const list = arguments("allow (src a, b ||  (c)) && tcp, f( 1,\n2 )");
  ASSERT_EQ(list.size(), 2U);
  EXPECT_EQ(list[0].text, "allow (src a, b || (c)) && tcp");
  EXPECT_EQ(list[0].words.size(), 4U);
  EXPECT_EQ(list[0].words[1].text, "(src a, b || (c))");
  EXPECT_EQ(list[1].text, "f( 1, 2 )");
  EXPECT_EQ(list[1].words.size(), 1U);
}

TEST(ClickArguments, PunctuationOfOtherSyntaxIsPlainText) {
  for (auto const* text : {"10.0.0.1-10.0.0.9", "udp-only", "a->b", "a::b", "[0]", "{a b}", "x=5",
                           "a|b", "50%", "12/08??%ff00", "#1", "5$", "$$", "$1", "-", "\xc3\xa9"})
    EXPECT_EQ(argument(text).text, text);
}

TEST(ClickArguments, WordsPointIntoTheTextAfterEscapesAndLines) {
  auto const list = argument("a \"\\x41\\n\"b\n  c/* */d");
  ASSERT_EQ(list.words.size(), 4U);
  EXPECT_EQ(place(list.words[0].position), "1:1");
  EXPECT_EQ(place(list.words[1].position), "1:3");
  EXPECT_EQ(place(list.words[2].position), "2:3");
  EXPECT_EQ(place(list.words[3].position), "2:9");
}

TEST(ClickArguments, PositionsStandInTheWholeText) {
  auto const pipeline = parse("A;\nb :: B( 1,\n  K \"v\");");
  auto const& list = pipeline.elements[1].arguments;
  EXPECT_EQ(place(list[0].position), "2:9");
  EXPECT_EQ(place(list[1].position), "3:3");
  EXPECT_EQ(place(list[1].words[1].position), "3:5");
}

TEST(ClickArguments, ErrorsOfALooseTextArePointedOut) {
  try {
    arguments("a, $b, c)");
    FAIL();
  } catch (ConfigError const& error) {
    EXPECT_STREQ(error.what(),
                 "p.click:1:4: error: '$b' is not a parameter; none can be used here\n"
                 "  a, $b, c)\n"
                 "     ^\n"
                 "p.click:1:9: error: this ')' closes nothing\n"
                 "  a, $b, c)\n"
                 "          ^");
  }
}

TEST(ClickParameters, AreFilledIn) {
  EXPECT_EQ(
      elements_of(parse("define($n 5, $s \"a, b\", $two x y); A($n, ${n}, p$n/24, ${n}x, $s);")),
      "A@1 A<5><5><p5/24><5x>\"a, b\"\n");
}

TEST(ClickParameters, KeepTheWordsOfTheirValues) {
  auto const pipeline = parse("define($two x y); A($two, p$two, \"$two\", f($two), '$two');");
  auto const& list = pipeline.elements[0].arguments;
  EXPECT_EQ(list[0].words.size(), 2U);
  ASSERT_EQ(list[1].words.size(), 2U);
  EXPECT_EQ(list[1].words[0].text, "px");
  EXPECT_EQ(list[1].words[1].text, "y");
  EXPECT_EQ(list[2].words.size(), 1U);
  EXPECT_TRUE(list[2].quoted);
  EXPECT_EQ(list[3].text, "f(x y)");
  EXPECT_EQ(list[3].words.size(), 1U);
  EXPECT_EQ(list[4].text, "$two");
}

TEST(ClickParameters, AQuotedValueStaysQuotedAndOneWord) {
  auto const list = parse("define($s \"K 5\"); A($s, x$s);").elements[0].arguments;
  EXPECT_TRUE(list[0].quoted);
  EXPECT_FALSE(list[0].has_keyword("K"));
  EXPECT_EQ(list[1].text, "xK 5");
  EXPECT_EQ(list[1].words.size(), 1U);
}

TEST(ClickParameters, MayBeAKeywordWithItsValue) {
  auto const list = parse("define($k BURST 32); A($k);").elements[0].arguments;
  EXPECT_TRUE(list[0].has_keyword("BURST"));
}

TEST(ClickParameters, DefinitionsUseEarlierOnes) {
  EXPECT_EQ(elements_of(parse("A($c); define($a 1, $b $a$a); define($c <$b>);")), "A@1 A<<11>>\n");
}

TEST(ClickParameters, PositionsPointAtTheUse) {
  auto const pipeline = parse("define($x 1 2);\nA(k, a $x);");
  auto const& words = pipeline.elements[0].arguments[1].words;
  ASSERT_EQ(words.size(), 3U);
  EXPECT_EQ(place(words[1].position), "2:8");
  EXPECT_EQ(place(words[2].position), "2:8");
}

}  // namespace
}  // namespace warpline::test
