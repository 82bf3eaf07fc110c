// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <regex>

#include "tests/support/pipeline_runner.hpp"
#include "tests/support/traffic.hpp"

namespace warpline {
namespace {

using test::Drops;
using test::error_line;
using test::error_of;
using test::Frame;
using test::from_hex;
using test::run_pipeline;

/// A classifier with one pattern; whether it let the frame through.
bool matches(std::string const& pattern, Frame const& frame) {
  auto const out = run_pipeline("FromInput -> Classifier(" + pattern + ") -> ToOutput;", {frame});
  if (out.frames(0).size() == 1) return true;
  EXPECT_EQ(out.drops, (Drops{{"no_match", 1}}));
  return false;
}

TEST(Classifier, ComparesTheBytesAtAnOffset) {
  auto const frame = from_hex("00112233445566778899aabbccddeeff");
  EXPECT_TRUE(matches("0/00", frame));
  EXPECT_TRUE(matches("1/11", frame));
  EXPECT_FALSE(matches("1/10", frame));
  EXPECT_TRUE(matches("15/ff", frame)) << "one byte, not two, and the last of the frame";
  EXPECT_TRUE(matches("0/00112233445566778899aabbccddeeff", frame));
  EXPECT_FALSE(matches("0/00112233445566778899aabbccddeefe", frame));
  EXPECT_TRUE(matches("10/AaBB", frame)) << "digits in either case";
}

TEST(Classifier, TakesQuestionMarksForAnyDigit) {
  auto const frame = from_hex("4f06");
  EXPECT_TRUE(matches("0/4?", frame));
  EXPECT_TRUE(matches("0/?f", frame));
  EXPECT_TRUE(matches("0/??06", frame));
  EXPECT_FALSE(matches("0/?e", frame));
  EXPECT_FALSE(matches("0/5?", frame));
}

TEST(Classifier, ComparesOnlyTheBitsOfAMask) {
  auto const frame = from_hex("4506");
  EXPECT_TRUE(matches("0/40%f0", frame));
  EXPECT_TRUE(matches("0/4f%f0", frame)) << "bits of the value outside the mask do not count";
  EXPECT_FALSE(matches("0/50%f0", frame));
  EXPECT_TRUE(matches("0/0104%0104", frame));
  EXPECT_TRUE(matches("0/f?06%0fff", from_hex("0006"))) << "a mask and a question mark";
  EXPECT_TRUE(matches("0/0000%0000", frame));
}

TEST(Classifier, NegatesClauses) {
  EXPECT_FALSE(matches("!0/45", from_hex("45")));
  EXPECT_TRUE(matches("!0/45", from_hex("46")));
  EXPECT_FALSE(matches("!0/40%f0", from_hex("4f")));
  EXPECT_TRUE(matches("0/45 !1/06", from_hex("4507")));
}

TEST(Classifier, NeedsAllClausesOfAPattern) {
  auto const tcp = test::FrameBuilder().ipv4().tcp(1, 2).build();
  auto const udp = test::FrameBuilder().ipv4().udp(1, 2).build();
  EXPECT_TRUE(matches("12/0800 23/06", tcp));
  EXPECT_FALSE(matches("12/0800 23/06", udp));
  EXPECT_FALSE(matches("12/86dd 23/06", tcp));
}

TEST(Classifier, MatchesNoClauseThatReachesBeyondTheFrame) {
  auto const whole = from_hex("0011223344556677");
  for (std::size_t length = 0; length <= whole.size(); ++length) {
    Frame const frame(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length));
    ASSERT_EQ(matches("4/4455", frame), length >= 6) << length;
    ASSERT_EQ(matches("!4/0000", frame), length >= 6) << length;
    ASSERT_EQ(matches("4/????", frame), length >= 6) << length;
    ASSERT_TRUE(matches("-", frame)) << length;
  }
  EXPECT_FALSE(matches("65534/00", whole));
}

TEST(Classifier, SendsAPacketToTheFirstPatternThatMatches) {
  auto const out = run_pipeline(
      "FromInput -> c :: Classifier(0/0?, 0/01, 0/1?, -);"
      "c[0] -> Paint(10) -> o :: ToOutput; c[1] -> Paint(11) -> o; c[2] -> Paint(12) -> o;"
      "c[3] -> Paint(13) -> o;",
      {from_hex("01"), from_hex("11"), from_hex("21"), {}, from_hex("0f")}, {.bursts = {1}});
  std::vector<int> paints;
  for (auto const& sent : out.sent[0]) paints.push_back(sent.paint);
  EXPECT_EQ(paints, (std::vector<int>{10, 12, 13, 13, 10}));
}

TEST(Classifier, AgreesWithARegularExpressionOverTheHexDigits) {
  std::mt19937_64 random(7);
  char const digits[] = "0123456789abcdef";
  for (int round = 0; round < 300; ++round) {
    auto const frame = test::random_bytes(random, random() % 12);
    std::string text;
    for (auto const byte : frame) text += {digits[byte >> 4], digits[byte & 15]};
    auto const offset = random() % 6, bytes = 1 + random() % 3;
    std::string value, expression = "^.{" + std::to_string(2 * offset) + "}";
    for (std::size_t i = 2 * offset; i < 2 * (offset + bytes); ++i) {
      auto digit = i < text.size() ? text[i] : '0';
      if (random() % 6 == 0) digit = digits[random() % 16];
      if (random() % 4 == 0) digit = '?';
      value += digit;
      expression += digit == '?' ? '.' : digit;
    }
    auto const pattern = std::to_string(offset) + "/" + value;
    ASSERT_EQ(matches(pattern, frame), std::regex_search(text, std::regex(expression)))
        << pattern << " on " << text;
  }
}

TEST(Classifier, SaysWhatIsWrongWithAClauseAndWhere) {
  EXPECT_EQ(error_of("FromInput -> Classifier(-, 12/0800 2306) -> ToOutput;"),
            "test.click:1:36: error: Classifier: '2306': expected OFFSET/VALUE\n"
            "  FromInput -> Classifier(-, 12/0800 2306) -> ToOutput;\n"
            "                                     ^");
  auto const error = [](std::string const& patterns) {
    return error_line("FromInput -> Classifier(" + patterns + ") -> ToOutput;");
  };
  std::string const prefix = "test.click:1:25: error: Classifier: ";
  auto const digits = "must have two hex digits for each byte";
  EXPECT_EQ(error("12/080"), prefix + "'12/080': the value " + digits);
  EXPECT_EQ(error("12/"), prefix + "'12/': the value " + digits);
  EXPECT_EQ(error("12/08g0"), prefix + "'12/08g0': 'g' is no hex digit");
  EXPECT_EQ(error("/00"), prefix + "'/00': the offset must be a number from 0 to 65535");
  EXPECT_EQ(error("0x12/00"), prefix + "'0x12/00': the offset must be a number from 0 to 65535");
  EXPECT_EQ(error("-1/00"), prefix + "'-1/00': the offset must be a number from 0 to 65535");
  EXPECT_EQ(error("65536/00"), prefix + "'65536/00': the offset must be a number from 0 to 65535");
  EXPECT_EQ(error("65535/00"), prefix + "'65535/00': frames are shorter");
  EXPECT_EQ(error("12/0800%ff"),
            prefix + "'12/0800%ff': value and mask must have the same number of digits");
  EXPECT_EQ(error("12/0800%ff?0"), prefix + "'12/0800%ff?0': a mask has no '?'");
  EXPECT_EQ(error("12/0800%ffxx"), prefix + "'12/0800%ffxx': 'x' is no hex digit");
  EXPECT_EQ(error("- 12/0800"), prefix + "'-' matches every packet and stands alone");
  EXPECT_EQ(error_line("FromInput -> Classifier -> ToOutput;"),
            "test.click:1:14: error: Classifier: missing argument PATTERN");
}

TEST(Classifier, HasAnOutputForEachPattern) {
  EXPECT_EQ(error_line("FromInput -> c :: Classifier(0/00, -) -> ToOutput;"),
            "test.click:1:14: error: output [1] of 'c :: Classifier' is not connected");
  EXPECT_EQ(error_line("FromInput -> c :: Classifier(-) -> ToOutput; c[1] -> Discard;"),
            "test.click:1:14: error: 'c :: Classifier' has no output [1]; it has 1");
}

}  // namespace
}  // namespace warpline
