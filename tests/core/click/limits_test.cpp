// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "core/click/limits.hpp"

#include <gtest/gtest.h>

#include "tests/core/click/parse.hpp"

namespace warpline::test {
namespace {

std::string repeat(std::string_view part, std::size_t count) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) text += part;
  return text;
}

/// The message of the last error, which is the one that ended the parsing.
std::string last_message(std::string text) {
  try {
    parse(std::move(text));
  } catch (ConfigError const& error) {
    return error.diagnostics().back().message;
  }
  return "no error";
}

TEST(ClickLimits, LengthOfTheText) {
  EXPECT_EQ(errors_of(std::string(click::kMaxSourceBytes, ' ')), "");
  EXPECT_EQ(errors_of(std::string(click::kMaxSourceBytes + 1, ' ')),
            "p.click: error: a pipeline has at most 1048576 bytes");
}

TEST(ClickLimits, LengthOfNames) {
  EXPECT_EQ(errors_of(std::string(255, 'a') + " :: A;"), "");
  for (auto const* form : {"@ :: A;", "a :: @;", "{ $@ | x }(1);", "define($@ 1);", "A(${@});"}) {
    std::string text = form;
    text.replace(text.find('@'), 1, std::string(256, 'x'));
    EXPECT_EQ(last_message(text), "a name has at most 255 characters") << form;
  }
}

TEST(ClickLimits, DepthOfBraces) {
  EXPECT_EQ(errors_of(repeat("{", 32) + " A " + repeat("}", 32)), "");
  EXPECT_EQ(last_message(repeat("{ ", 100000)), "braces are nested more than 32 deep");
  EXPECT_EQ(last_message(repeat("x :: {", 33)), "braces are nested more than 32 deep");
}

TEST(ClickLimits, DepthOfParenthesesIsFree) {
  EXPECT_EQ(errors_of("A(" + repeat("(", 30000) + repeat(")", 30000) + ");"), "");
  EXPECT_NE(errors_of("A(" + repeat("(", 500000)), "");
}

TEST(ClickLimits, DepthOfCompoundsInCompounds) {
  auto const tower = [](int height) {
    std::string text = "elementclass C0 { X }\n";
    for (int i = 1; i < height; ++i)
      text += "elementclass C" + std::to_string(i) + " { C" + std::to_string(i - 1) + " }\n";
    return text;
  };
  EXPECT_EQ(errors_of(tower(64) + "C63;"), "");
  EXPECT_EQ(last_message(tower(65) + "C64;"), "compounds use each other more than 64 deep");
  EXPECT_EQ(last_message(tower(9000)), "compounds use each other more than 64 deep");
}

TEST(ClickLimits, CompoundsThatMultiply) {
  auto const bomb = [](std::string_view body, std::string_view twice) {
    std::string text = "elementclass C0 { " + std::string(body) + " }\n";
    for (int i = 1; i < 60; ++i) {
      std::string next(twice);
      for (std::size_t position; (position = next.find('@')) != std::string::npos;)
        next.replace(position, 1, "C" + std::to_string(i - 1));
      text += "elementclass C" + std::to_string(i) + " { " + next + " }\n";
    }
    return text + "C59;";
  };
  EXPECT_EQ(last_message(bomb("X", "@; @")),
            "a pipeline has at most 16384 elements (a compound counts as two)");
  EXPECT_EQ(last_message(bomb("", "@; @")),
            "a pipeline has at most 16384 elements (a compound counts as two)");
  EXPECT_EQ(last_message(bomb("input -> output", "input -> @ -> @ -> output")),
            "a pipeline has at most 16384 elements (a compound counts as two)");
  EXPECT_EQ(last_message(bomb(repeat("a->b;", 5000), "@; @")),
            "a pipeline has at most 16384 elements (a compound counts as two)");
  EXPECT_EQ(last_message(bomb("x :: X; " + repeat("x -> x;", 5000), "@; @")),
            "a pipeline has at most 65536 connections");
  EXPECT_EQ(last_message(bomb("x :: X; " + repeat("x;", 5000), "@; @")),
            "the pipeline is too large once its compounds are expanded");
  EXPECT_EQ(last_message(bomb("X(" + std::string(60000, 'x') + ")", "@; @")),
            "the names and arguments are too long once compounds are expanded");
  EXPECT_EQ(last_message(bomb("define($x 1" + repeat(" 1", 20000) + ")", "@; @")),
            "the names and arguments are too long once compounds are expanded");
}

TEST(ClickLimits, FanInTimesFanOut) {
  std::string text = "p :: { ";
  for (int i = 0; i < 300; ++i) text += "input -> b" + std::to_string(i) + " :: B; ";
  text += "};\n";
  for (int i = 0; i < 300; ++i) text += "a" + std::to_string(i) + " :: A -> p;\n";
  EXPECT_EQ(last_message(text), "a pipeline has at most 65536 connections");
}

TEST(ClickLimits, LongChainsOfPassages) {
  std::string text = "elementclass P { input -> output }\n";
  for (int i = 0; i < 3000; ++i) text += "a -> p0; a[" + std::to_string(i) + "] -> p0;\n";
  text += "a :: A; p0 :: P";
  for (int i = 1; i < 3000; ++i) text += " -> p" + std::to_string(i) + " :: P";
  EXPECT_EQ(last_message(text + " -> B;"),
            "the pipeline is too large once its compounds are expanded");
}

TEST(ClickLimits, ParametersThatDouble) {
  std::string text = "define($x0 aaaaaaaa";
  for (int i = 1; i < 60; ++i) {
    auto const last = "$x" + std::to_string(i - 1);
    text += ", $x" + std::to_string(i) + ' ' + last + last;
  }
  EXPECT_EQ(last_message(text + ");"),
            "an argument has at most 65536 bytes, with its parameters filled in");
}

TEST(ClickLimits, LengthOfAnArgument) {
  EXPECT_EQ(errors_of("A(" + std::string(65000, 'x') + ");"), "");
  EXPECT_EQ(last_message("A(" + std::string(65537, 'x') + ");"),
            "an argument has at most 65536 bytes, with its parameters filled in");
  EXPECT_EQ(last_message("A(\"" + std::string(65537, 'x') + "\");"),
            "an argument has at most 65536 bytes, with its parameters filled in");
}

TEST(ClickLimits, SharedArgumentsCountForEachElement) {
  std::string text;
  for (int i = 0; i < 5000; ++i) text += (i ? ", a" : "a") + std::to_string(i);
  EXPECT_EQ(last_message(text + " :: A(" + std::string(10000, 'x') + ");"),
            "the names and arguments are too long once compounds are expanded");
}

TEST(ClickLimits, MentionsAndParametersInTheText) {
  EXPECT_EQ(last_message("a :: A; " + repeat("a;", 70000)),
            "a pipeline mentions at most 65536 elements and connections");
  EXPECT_EQ(last_message("a :: A" + repeat("->a", 70000)),
            "a pipeline mentions at most 65536 elements and connections");
  std::string parameters = "define($x 1";
  for (int i = 0; i < 5000; ++i) parameters += ", $x" + std::to_string(i) + " 1";
  EXPECT_EQ(last_message(parameters + ");"), "a pipeline has at most 4096 parameters");
}

TEST(ClickLimits, ALargeHonestPipelineFits) {
  std::string text =
      "elementclass Lane { $n | input -> Queue($n) -> Counter -> output }\n"
      "c :: Classifier(12/0800, -);\n";
  for (int i = 0; i < 2000; ++i)
    text += "c[" + std::to_string(i) + "] -> Lane(" + std::to_string(i) + ") -> out :: Discard" +
            std::to_string(i) + "\n";
  for (std::size_t position = 0; (position = text.find("out :: ", position)) != std::string::npos;)
    text.erase(position, 7);
  auto const pipeline = parse(text);
  EXPECT_EQ(pipeline.elements.size(), 6001U);
  EXPECT_EQ(pipeline.connections.size(), 6000U);
}

}  // namespace
}  // namespace warpline::test
