// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ids/verify/buffer_program.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <string_view>

#include "elements/ids/rules/rule_parser.hpp"

/// What implementers of the rule language get wrong, each by name.
namespace warpline::ids {
namespace {

using namespace std::string_view_literals;

Rule rule_of(std::string const& options) {
  RuleParser parser(default_variables());
  parser.read(std::make_shared<Source>(
      Source{"t.rules", "alert tcp any any -> any any (" + options + " sid:1;)"}));
  auto rules = parser.take_rules();
  if (rules.empty()) {
    ADD_FAILURE() << options << ": " << parser.report().errors.at(0).render();
    return {};
  }
  return std::move(rules[0]);
}

struct Result {
  bool matched;
  std::uint64_t step_limits;
};
Result run(std::string const& options, std::string_view text) {
  auto const rule = rule_of(options);
  BufferProgram const program(rule.buffers);
  auto const evaluation = std::make_unique<BufferProgram::Evaluation>();
  // A block of its own, so that sanitizers see a read beyond its end.
  auto const copy = std::make_unique<std::uint8_t[]>(text.size());
  std::copy(text.begin(), text.end(), copy.get());
  bool const matched =
      program.matches({copy.get(), static_cast<std::uint32_t>(text.size())}, *evaluation);
  return {matched, evaluation->step_limits};
}
bool matches(std::string const& options, std::string_view text) {
  return run(options, text).matched;
}

TEST(BufferProgram, SearchesBetweenOffsetAndDepth) {
  auto const rule = R"(content:"ab"; offset:2; depth:3;)";
  EXPECT_TRUE(matches(rule, "xxab"));
  EXPECT_TRUE(matches(rule, "xxxab"));
  EXPECT_FALSE(matches(rule, "xxxxab")) << "depth counts from offset";
  EXPECT_FALSE(matches(rule, "xabxx"));
}

TEST(BufferProgram, RetriesTheContentThatARelativeKeywordHangsOn) {
  EXPECT_TRUE(matches(R"(content:"a"; content:"b"; distance:0; within:1;)", "a-a-ab"));
  EXPECT_TRUE(matches(
      R"(content:"a"; content:"b"; distance:1; within:1; content:"c"; distance:1; within:1;)",
      "a b  a b c"))
      << "both levels";
  EXPECT_TRUE(matches(R"(pcre:"/a/"; content:"b"; distance:0; within:1;)", "a-ab"));
}

TEST(BufferProgram, EndsTheBufferAtAnAbsoluteContentThatFails) {
  EXPECT_FALSE(matches(R"(content:"a"; content:"b"; distance:0; content:"zz";)", "ab ab ab"));
}

TEST(BufferProgram, CountsDistanceAndWithinFromTheMatchBefore) {
  auto const rule = R"(content:"ab"; content:"cd"; distance:2; within:4;)";
  EXPECT_TRUE(matches(rule, "ab--cd"));
  EXPECT_TRUE(matches(rule, "ab----cd")) << "within ends at 2 + 2 + 4";
  EXPECT_FALSE(matches(rule, "ab-----cd"));
  EXPECT_FALSE(matches(rule, "ab-cd"));
}

TEST(BufferProgram, TakesNegativeDistancesAndClampsThemAtTheBeginning) {
  EXPECT_TRUE(matches(R"(content:"cd"; content:"ab"; distance:-4;)", "abcd"));
  EXPECT_TRUE(matches(R"(content:"cd"; content:"ab"; distance:-400;)", "abcd"));
  EXPECT_FALSE(matches(R"(content:"cd"; content:"ab"; distance:-3;)", "abcd"));
}

TEST(BufferProgram, LooksForANegatedContentInItsWindowAlone) {
  auto const rule = R"(content:"ab"; content:!"x"; within:3;)";
  EXPECT_TRUE(matches(rule, "ab---x"));
  EXPECT_FALSE(matches(rule, "ab--x"));
  EXPECT_TRUE(matches(rule, "ab")) << "an empty window holds nothing";
  EXPECT_TRUE(matches(rule, "ab-x ab---")) << "the next ab has none";
}

TEST(BufferProgram, KeepsTheCursorAtANegatedContent) {
  EXPECT_TRUE(matches(R"(content:"ab"; content:!"x"; within:1; content:"c"; distance:0; within:1;)",
                      "abc"));
}

TEST(BufferProgram, MatchesAnEndAtTheBuffersEndOnly) {
  EXPECT_TRUE(matches(R"(content:"ab"; endswith;)", "ab-ab"));
  EXPECT_FALSE(matches(R"(content:"ab"; endswith;)", "ab-"));
  EXPECT_TRUE(matches(R"(content:!"ab"; endswith;)", "ab-"));
  EXPECT_FALSE(matches(R"(content:!"ab"; endswith;)", "--ab"));
  EXPECT_TRUE(matches(R"(content:"ab"; startswith; content:"cd"; endswith;)", "ab-cd"));
  EXPECT_FALSE(matches(R"(content:"ab"; startswith;)", "-ab"));
}

TEST(BufferProgram, ComparesIsdataatDifferentlyWhenRelative) {
  EXPECT_TRUE(matches("isdataat:2;", "abc"));
  EXPECT_FALSE(matches("isdataat:3;", "abc")) << "absolute: offset < size";
  EXPECT_TRUE(matches(R"(content:"a"; isdataat:2,relative;)", "abc")) << "relative: <=";
  EXPECT_FALSE(matches(R"(content:"a"; isdataat:3,relative;)", "abc"));
  EXPECT_TRUE(matches(R"(content:"c"; isdataat:!1,relative;)", "abc"));
  EXPECT_FALSE(matches(R"(content:"b"; isdataat:!1,relative;)", "abc"));
}

TEST(BufferProgram, ExcludesTheEndsOfARangeOfSizes) {
  EXPECT_FALSE(matches("bsize:2<>4;", "ab"));
  EXPECT_TRUE(matches("bsize:2<>4;", "abc"));
  EXPECT_FALSE(matches("bsize:2<>4;", "abcd"));
}

TEST(BufferProgram, ReadsNumbersInBothOrdersAndAsText) {
  std::string_view const bytes("\x01\x02\x03\x04", 4);
  EXPECT_TRUE(matches("byte_test:2,=,0x0102,0;", bytes));
  EXPECT_TRUE(matches("byte_test:2,=,0x0201,0,little;", bytes));
  EXPECT_TRUE(matches("byte_test:2,!=,0x0201,0;", bytes));
  EXPECT_FALSE(matches("byte_test:4,>,1,1;", bytes)) << "one byte is missing";
  EXPECT_TRUE(matches("byte_test:2,=,1,0,bitmask 0x0300;", bytes)) << "shifted by the mask's zeros";
  EXPECT_TRUE(matches("byte_test:3,=,123,0,string,dec;", "123"));
  EXPECT_TRUE(matches("byte_test:2,=,18,0,string,hex;", "12"));
  EXPECT_FALSE(matches("byte_test:2,=,0,0,string,dec;", "xy")) << "no digits: no number";
  EXPECT_TRUE(matches(R"(content:"b"; byte_test:1,=,97,-2,relative;)", "ab"))
      << "before the cursor";
  EXPECT_FALSE(matches(R"(content:"a"; byte_test:1,=,0,-2,relative;)", "ab"))
      << "before the buffer";
}

/// As Suricata 7.0.10 does; see also the case detect-bytejump-05 of suricata-verify.
TEST(BufferProgram, EndsAJumpToBeforeTheBufferAtItsBeginning) {
  auto const lands_at_beginning = [](std::string const& jump) {
    return matches(jump + R"( content:"NSLO"; within:4;)", "NSLO\x0a--\x01") &&
           !matches(jump + "isdataat:9,relative;", "NSLO\x0a--\x01");
  };
  EXPECT_TRUE(lands_at_beginning(R"(content:"--"; byte_jump:0,0,relative,post_offset -7;)"));
  EXPECT_TRUE(lands_at_beginning(R"(content:"--"; byte_jump:0,0,relative,post_offset -9;)"));
  EXPECT_TRUE(lands_at_beginning("byte_jump:1,7,from_beginning,post_offset -33;"));
  EXPECT_TRUE(lands_at_beginning("byte_jump:1,7,from_end,post_offset -100;"));
  EXPECT_FALSE(matches("byte_jump:0,9;", "NSLO\x0a--\x01"));
  EXPECT_FALSE(matches(R"(content:"N"; byte_jump:0,-2,relative,post_offset 1;)", "NSLO"));
}

TEST(BufferProgram, JumpsAnywhereInTheBufferOrFails) {
  EXPECT_TRUE(matches(R"(byte_jump:1,0; content:"x"; distance:0; within:1;)", "\x02--x"));
  EXPECT_FALSE(matches("byte_jump:1,0;", "\x09--"));
  EXPECT_TRUE(
      matches(R"(byte_jump:1,0,from_beginning; content:"x"; distance:0; within:1;)", "\x02-x"));
  EXPECT_TRUE(matches(R"(byte_jump:1,0,align; content:"x"; distance:0; within:1;)", "\x01----x"));
  EXPECT_TRUE(
      matches(R"(byte_jump:1,0,multiplier 2; content:"x"; distance:0; within:1;)", "\x01--x"));
  EXPECT_TRUE(
      matches(R"(byte_jump:1,0,post_offset -1; content:"x"; distance:0; within:1;)", "\x02-x"));
  EXPECT_FALSE(matches("byte_jump:8,0;", "\xff\xff\xff\xff\xff\xff\xff\xff--"));
}

TEST(BufferProgram, UsesVariablesInLaterKeywords) {
  auto const rule =
      R"(byte_extract:1,0,n; content:"ab"; offset:n; content:"c"; distance:n; within:2;)";
  EXPECT_TRUE(matches(rule, "\x02-ab--c"));
  EXPECT_FALSE(matches(rule, "\x03-ab--c"));
  EXPECT_FALSE(matches("byte_extract:4,0,n;", "abc")) << "a failed read fails the rule";
  EXPECT_TRUE(matches("byte_math:bytes 1,offset 0,oper +,rvalue 2,result r; byte_test:1,=,r,1;",
                      "\x01\x03"));
  EXPECT_FALSE(matches("byte_extract:1,0,z; byte_math:bytes 1,offset 1,oper /,rvalue z,result r;",
                       std::string_view("\0\x01", 2)))
      << "no division by 0";
}

TEST(BufferProgram, MatchesExpressionsAfterTheMatchBefore) {
  EXPECT_TRUE(matches(R"(content:"a"; pcre:"/^b/R";)", "ab"));
  EXPECT_FALSE(matches(R"(content:"a"; pcre:"/^b/R";)", "a-b"));
  EXPECT_TRUE(matches(R"(pcre:!"/x/";)", "ab"));
  EXPECT_FALSE(matches(R"(pcre:!"/B/i";)", "ab"));
}

TEST(BufferProgram, RetriesThroughKeywordsThatCannotBeTriedAgain) {
  EXPECT_TRUE(matches(R"(content:"a"; byte_jump:1,0,relative; content:"x"; within:1;)",
                      "a\x05-----a\x01-x"));
  EXPECT_TRUE(matches(R"(content:"a"; byte_test:1,=,0x62,0,relative;)", "acab"));
}

TEST(BufferProgram, RetriesAcrossAbsoluteKeywordsThatKeepTheCursor) {
  EXPECT_TRUE(matches(R"(content:"a"; isdataat:3; content:"b"; within:1;)", "a-a-ab"));
  EXPECT_TRUE(matches(R"(content:"a"; byte_test:1,=,0x61,0; content:"b"; within:1;)", "a-a-ab"));
  EXPECT_TRUE(matches(R"(pcre:"/a/"; isdataat:3; isdataat:1,relative;)", "a-a-ab"));
  EXPECT_FALSE(matches(R"(content:"a"; isdataat:9; content:"b"; within:1;)", "a-a-ab"));
}

TEST(BufferProgram, RetriesBeforeANegatedExpression) {
  EXPECT_TRUE(matches(R"(content:"a"; pcre:!"/^b/R";)", "ab ac"));
  EXPECT_FALSE(matches(R"(content:"a"; pcre:!"/^b/R";)", "ab ab"));
}

TEST(BufferProgram, TakesLengthsOfThePacketAsUnsignedAndBounded) {
  std::string_view const bytes("\xff\xff\xff\xff\0\0x", 7);
  for (auto const* const keyword :
       {R"(content:"x"; distance:n;)", R"(content:"x"; offset:n;)", "isdataat:n;",
        "isdataat:n,relative;", "byte_jump:1,n,relative;", "byte_test:1,=,0,n,relative;"})
    EXPECT_FALSE(matches("byte_extract:4,0,n; " + std::string(keyword), bytes)) << keyword;
  EXPECT_TRUE(matches(R"(byte_extract:4,0,n; content:"x"; depth:n;)", bytes));
}

TEST(BufferProgram, TakesVariablesThatNoBufferCanHave) {
  std::string const extract = "byte_extract:8,0,v; ";
  std::string_view const large =
      "\x7f\xff\xff\xff\xff\xff\xff\xff"
      "abcd";
  std::string_view const negative =
      "\x80\0\0\0\0\0\0\0"
      "abcd"sv;
  for (auto const* const keyword :
       {"content:\"ab\"; content:\"cd\"; distance:v;", "content:\"ab\"; content:\"cd\"; offset:v;",
        "content:\"ab\"; isdataat:v,relative;", "byte_jump:1,v,relative;",
        "content:\"ab\"; byte_test:1,=,99,v,relative;", "content:\"cd\"; offset:v; depth:v;"})
    EXPECT_FALSE(matches(extract + keyword, large)) << keyword;
  EXPECT_TRUE(matches(extract + R"(content:"ab"; content:"cd"; distance:0; within:v;)", large));
  EXPECT_TRUE(matches(extract + R"(content:"cd"; offset:10; depth:v;)", large));
  EXPECT_FALSE(matches(extract + R"(content:"ab"; content:"cd"; distance:0; within:v;)", negative));
  EXPECT_TRUE(matches(extract + R"(content:"ab"; content:"cd"; distance:v;)", negative));
  EXPECT_FALSE(matches(extract + "byte_jump:1,v,relative;", negative));
  EXPECT_TRUE(matches(extract + "byte_test:8,=,v,0;", large)) << "a compared value keeps its size";
}

TEST(BufferProgram, ShiftsTheResultOfByteMathByTheZerosOfItsMask) {
  EXPECT_TRUE(matches(
      "byte_math:bytes 1,offset 0,oper +,rvalue 0,result r,bitmask 0xf0; byte_test:1,=,r,1;",
      "\x35\x03"));
}

TEST(BufferProgram, GivesUpAfterItsSteps) {
  std::string const rule = R"(content:"a"; content:"a"; distance:0; content:"b"; distance:0;)";
  auto const result = run(rule, std::string(2000, 'a'));
  EXPECT_FALSE(result.matched);
  EXPECT_EQ(result.step_limits, 1u);
}

}  // namespace
}  // namespace warpline::ids
