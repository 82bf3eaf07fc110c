// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "core/click/cursor.hpp"

#include <gtest/gtest.h>

#include <memory>

namespace warpline::click {
namespace {

Diagnostics no_diagnostics() {
  return Diagnostics(std::make_shared<Source>(Source{"test.click", ""}));
}

TEST(Cursor, CountsLinesAndBytes) {
  Cursor cursor("ab\n\tc");
  EXPECT_EQ(cursor.position(), (Position{1, 1}));
  cursor.advance(2);
  EXPECT_EQ(cursor.position(), (Position{1, 3}));
  cursor.advance();
  EXPECT_EQ(cursor.position(), (Position{2, 1}));
  cursor.advance();
  EXPECT_EQ(cursor.position(), (Position{2, 2})) << "a tab counts one";
  cursor.advance(100);
  EXPECT_TRUE(cursor.at_end());
  EXPECT_EQ(cursor.offset(), 5u);
  EXPECT_EQ(cursor.peek(), '\0');
}

TEST(Cursor, ReturnsToAPlaceThatItHasLeft) {
  Cursor cursor("ab\ncd");
  cursor.advance();
  auto const offset = cursor.offset();
  auto const position = cursor.position();
  cursor.advance(3);
  EXPECT_EQ(cursor.since(offset), "b\nc");
  cursor.rewind(offset, position);
  EXPECT_TRUE(cursor.sees("b\nc"));
  EXPECT_EQ(cursor.position(), (Position{1, 2}));
}

TEST(Cursor, SkipsBlanksAndCommentsAndReportsOneThatIsOpen) {
  auto diagnostics = no_diagnostics();
  Cursor cursor("  // one\n/* two\n */x/* three");
  EXPECT_TRUE(cursor.skip_blanks(diagnostics));
  EXPECT_EQ(cursor.peek(), 'x');
  EXPECT_EQ(cursor.position(), (Position{3, 4}));
  EXPECT_FALSE(cursor.skip_blanks(diagnostics));
  EXPECT_TRUE(diagnostics.empty());
  cursor.advance();
  (void)cursor.skip_blanks(diagnostics);
  EXPECT_FALSE(diagnostics.empty());
}

TEST(Cursor, MeasuresNamesOfParametersAndPlaceholders) {
  EXPECT_EQ(parameter_name_length("a_1-b"), 3u);
  EXPECT_EQ(parameter_name_length("1a"), 0u) << "no digit first";
  EXPECT_EQ(placeholder_length("{name}x"), 6u);
  EXPECT_EQ(placeholder_length("{}"), 2u);
  EXPECT_EQ(placeholder_length("{ }"), 0u);
  EXPECT_EQ(printable("\x01"), "byte 0x01");
  EXPECT_EQ(printable("\xc3\xa9x"), "'\xc3\xa9'");
}

}  // namespace
}  // namespace warpline::click
