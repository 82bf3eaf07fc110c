// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "measure/table.hpp"

#include <gtest/gtest.h>

namespace warpline::app {
namespace {

struct File {
  std::FILE* file = std::tmpfile();
  ~File() { std::fclose(file); }
};

TEST(Table, AlignsColumnsAndLeavesNoBlanksAtTheEnd) {
  File out;
  Table table({{"name", Table::Align::kLeft}, {"packets"}, {"note", Table::Align::kLeft}});
  table.add({"a", "1,000", "x"});
  table.add({"longer", "7"});
  table.add({"", "12", "é"});
  EXPECT_EQ(table.text(out.file),
            "name    packets  note\n"
            "a         1,000  x\n"
            "longer        7\n"
            "             12  é\n");
}

TEST(Table, CountsCharactersNotBytes) {
  File out;
  Table table({{"µs"}, {"b"}});
  table.add({"1234", "é"});
  table.add({"é", "1"});
  EXPECT_EQ(table.text(out.file), "  µs  b\n1234  é\n   é  1\n");
}

TEST(Table, LeavesOutTheColumnsOfHighestRankWhereTheLineIsTooShort) {
  File out;
  using enum Table::Align;
  Table table({{"a"}, {"bb", kRight, 2}, {"cc", kRight, 1}, {"dd", kRight, 3}, {"e", kLeft}});
  table.add({"1", "2", "3", "4", "5"});
  EXPECT_EQ(table.text(out.file, 16), "a  bb  cc  dd  e\n1   2   3   4  5\n");
  EXPECT_EQ(table.text(out.file, 15), "a  bb  cc  e\n1   2   3  5\ntoo narrow for: dd\n");
  EXPECT_EQ(table.text(out.file, 8), "a  cc  e\n1   3  5\ntoo narrow for: bb, dd\n");
  EXPECT_EQ(table.text(out.file, 1), "a  e\n1  5\ntoo narrow for: bb, cc, dd\n");
  EXPECT_EQ(table.text(out.file, 0), table.text(out.file, 80)) << "no limit";
  EXPECT_EQ(table.text(out.file), table.text(out.file, 0)) << "a file has none";
}

TEST(Table, HasNoColoursInAFile) {
  File out;
  EXPECT_EQ(styled("text", Style::kBad, out.file), "text");
}

TEST(Numbers, AreGroupedByThousands) {
  EXPECT_EQ(with_commas(0), "0");
  EXPECT_EQ(with_commas(999), "999");
  EXPECT_EQ(with_commas(1000), "1,000");
  EXPECT_EQ(with_commas(123456), "123,456");
  EXPECT_EQ(with_commas(~std::uint64_t{0}), "18,446,744,073,709,551,615");
  EXPECT_EQ(fixed(2.345, 1), "2.3");
}

}  // namespace
}  // namespace warpline::app
