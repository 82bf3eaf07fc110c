// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <random>
#include <string>

#include "elements/ids/verify/buffer_program.hpp"

/// What a retry remembers of the last search changes no result.
namespace warpline::ids {
namespace {

ContentMatch content(std::string bytes) {
  ContentMatch match;
  match.bytes = std::move(bytes);
  return match;
}

bool matches(std::string const& expression, std::string const& tail, std::string const& text) {
  auto first = content("a");
  PcreMatch pcre;
  pcre.expression = expression;
  pcre.relative = true;
  auto last = content(tail);
  last.within.emplace();
  last.within->value = static_cast<std::int64_t>(tail.size());
  BufferMatch const keywords[] = {
      {Buffer::kPayload, first}, {Buffer::kPayload, pcre}, {Buffer::kPayload, last}};
  BufferProgram::Evaluation evaluation;
  return BufferProgram(keywords).matches(
      {reinterpret_cast<std::uint8_t const*>(text.data()), static_cast<std::uint32_t>(text.size())},
      evaluation);
}

/// An option that changes no match keeps the program from remembering.
TEST(RetryMemory, FindsWhatASearchFromTheBeginningFinds) {
  std::mt19937 random(11);
  auto const below = [&](unsigned end) { return static_cast<unsigned>(random() % end); };
  char const* const parts[] = {"b",  "c+", "[^a]", "a*b",     "b|cc", "(?:bc)?", ".",
                               "b$", "^b", "\\bc", "(?<=a)c", "\\Ab", "a??c",    "[b-c]{2}"};
  unsigned matched = 0;
  for (unsigned step = 0; step < 3000; ++step) {
    std::string expression, text, tail;
    for (unsigned i = 0; i <= below(3); ++i) expression += parts[below(std::size(parts))];
    for (unsigned i = 0; i < 4 + below(40); ++i) text += static_cast<char>('a' + below(3));
    for (unsigned i = 0; i <= below(2); ++i) tail += static_cast<char>('a' + below(4));
    bool const expected = matches("(*NO_AUTO_POSSESS)" + expression, tail, text);
    ASSERT_EQ(matches(expression, tail, text), expected)
        << expression << ' ' << tail << ' ' << text;
    matched += expected;
  }
  EXPECT_GT(matched, 300u);
  EXPECT_LT(matched, 2700u);
}

TEST(RetryMemory, IsOnlyForExpressionsThatLookForward) {
  EXPECT_TRUE(Expression("a[^b]+c", 0).looks_forward());
  for (auto const* const text :
       {"^a", "b|^a", "\\Aa", "\\Ga", "a\\Kb", "\\ba", "(?<=a)b", "(?<!a)b"})
    EXPECT_FALSE(Expression(text, 0).looks_forward()) << text;
}

}  // namespace
}  // namespace warpline::ids
