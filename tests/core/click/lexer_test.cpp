// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "core/click/lexer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <vector>

namespace warpline::click {
namespace {

class LexerTest : public testing::Test {
 protected:
  std::vector<std::string> texts_of(std::string const& text) {
    std::vector<std::string> texts;
    auto diagnostics = diagnostics_of(text);
    Lexer lexer(text, diagnostics);
    while (lexer.peek().kind != TokenKind::kEnd) texts.emplace_back(lexer.next().text);
    return texts;
  }
  static Diagnostics diagnostics_of(std::string const& text) {
    return Diagnostics(std::make_shared<Source>(Source{"test.click", text}));
  }
};

TEST_F(LexerTest, SplitsNamesNumbersAndOperators) {
  EXPECT_THAT(texts_of("a::B(1)->[2]c@3;{|}"),
              testing::ElementsAre("a", "::", "B", "(", "1", ")", "->", "[", "2", "]", "c@3", ";",
                                   "{", "|", "}"));
}

TEST_F(LexerTest, EndsANameBeforeAComment) {
  EXPECT_THAT(texts_of("a/b//c\nd/* e */f"), testing::ElementsAre("a/b", "d", "f"));
}

TEST_F(LexerTest, TellsWhereATokenStands) {
  std::string const text = "a\n  -> $b";
  auto diagnostics = diagnostics_of(text);
  Lexer lexer(text, diagnostics);
  EXPECT_EQ(lexer.next().position, (Position{1, 1}));
  EXPECT_EQ(lexer.peek().position, (Position{2, 3}));
  EXPECT_EQ(lexer.next().kind, TokenKind::kArrow);
  auto const parameter = lexer.next();
  EXPECT_EQ(parameter.kind, TokenKind::kParameter);
  EXPECT_EQ(parameter.text, "b");
  EXPECT_EQ(parameter.position, (Position{2, 6}));
  EXPECT_EQ(lexer.next().kind, TokenKind::kEnd);
}

TEST_F(LexerTest, TakesACharacterOfSeveralBytesAsOneToken) {
  EXPECT_THAT(texts_of("é=>"), testing::ElementsAre("é", "=>"));
}

TEST_F(LexerTest, ContinuesAfterTheStatementWithTheError) {
  auto const next_after = [](std::string const& text) {
    auto diagnostics = diagnostics_of(text);
    Lexer lexer(text, diagnostics);
    (void)lexer.peek();
    lexer.skip_statement();
    return std::string(lexer.next().text);
  };
  EXPECT_EQ(next_after("a b c; next"), "next");
  EXPECT_EQ(next_after("a b\nnext :: C"), "next");
  EXPECT_EQ(next_after("a b ->\nc; next"), "next") << "the arrow continues the statement";
  EXPECT_EQ(next_after("a { b; c } d; next"), "next") << "a semicolon in braces";
  EXPECT_EQ(next_after("a \";\" b; next"), "next") << "a semicolon in quotes";
  EXPECT_EQ(next_after("a b }"), "}") << "the brace of the compound that it is in";
}

}  // namespace
}  // namespace warpline::click
