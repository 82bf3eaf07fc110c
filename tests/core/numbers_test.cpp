// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "core/base/numbers.hpp"

#include <gtest/gtest.h>

#include "core/base/hash.hpp"
#include "core/base/hex.hpp"

namespace warpline {
namespace {

TEST(Numbers, AreParsedWhole) {
  EXPECT_EQ(to_number<std::uint8_t>("255"), 255);
  EXPECT_EQ(to_number<std::uint32_t>("fF", 16), 255u);
  EXPECT_EQ(to_number<int>("-7"), -7);
  EXPECT_EQ(to_number<double>("0.25"), 0.25);
  for (auto const* const text : {"", "256", "-1", "+1", " 1", "1 ", "1x", "0x1"})
    EXPECT_FALSE(to_number<std::uint8_t>(text)) << text;
}

TEST(Numbers, CountsHaveSuffixesAndFractionsThatComeOutWhole) {
  EXPECT_EQ(parse_count("18446744073709551615"), 18446744073709551615u);
  EXPECT_EQ(parse_count("64k"), 64'000u);
  EXPECT_EQ(parse_count("64K"), 64'000u);
  EXPECT_EQ(parse_count("1.5M"), 1'500'000u);
  EXPECT_EQ(parse_count("3G"), 3'000'000'000u);
  for (auto const* const text : {"", "k", "1.5", "0.0001k", "1kk", "1 k", "-1", "1e3", "1T",
                                 "18446744073709551616", "18446744073709551615k"})
    EXPECT_FALSE(parse_count(text)) << text;
  EXPECT_EQ(parse_scaled("0.5"), 0.5);
  EXPECT_EQ(parse_scaled("200k"), 200e3);
  for (auto const* const text : {"", "-1", "nan", "inf", "1x"})
    EXPECT_FALSE(parse_scaled(text)) << text;
}

TEST(Hex, HasAValueForEachDigitAndTwoDigitsForEachByte) {
  std::string text;
  for (unsigned byte = 0; byte < 256; ++byte) {
    text.clear();
    append_hex(text, static_cast<std::uint8_t>(byte));
    ASSERT_EQ(text.size(), 2u);
    ASSERT_EQ(static_cast<unsigned>(hex_value(text[0]) * 16 + hex_value(text[1])), byte);
  }
  EXPECT_EQ(hex_value('A'), 10);
  EXPECT_EQ(hex_value('F'), 15);
  for (char const c : {'g', 'G', '/', ':', '@', '`', '\0', '\xff'}) EXPECT_EQ(hex_value(c), -1);
}

TEST(Hash, DependsOnEveryWordAndItsPlace) {
  auto const hash = hash_of({1, 2, 3});
  EXPECT_NE(hash, hash_of({2, 1, 3}));
  EXPECT_NE(hash, hash_of({1, 2, 4}));
  EXPECT_NE(hash_of({0, 0}), hash_of({1, 0}));
  EXPECT_EQ(hash_of({1}), kHashMultiplier);
}

}  // namespace
}  // namespace warpline
