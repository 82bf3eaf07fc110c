// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "core/base/mask_keys.hpp"

#include <gtest/gtest.h>

#include <random>

#include "elements/ipsec/model/suite.hpp"
#include "tests/support/hex_runs.hpp"

namespace warpline::ipsec {
namespace {

void expect_same(std::string const& text) { EXPECT_EQ(mask_keys(text), text); }

TEST(MaskKeys, HidesWordsWithEightDigits) {
  EXPECT_EQ(mask_keys("0x00112233 0x0011223 deadbeef DEADBEEF0"),
            "0x******** 0x0011223 ******** *********");
  EXPECT_EQ(mask_keys("'0x001122zz3344556677'"), "'0x******zz**********'")
      << "whatever interrupts them";
  EXPECT_EQ(mask_keys("0x00112233 128"), "0x******** 128");
  EXPECT_EQ(mask_keys("key=\"c0ffee11c0ffee22\""), "key=\"****************\"");
}

TEST(MaskKeys, HidesRowsOfShortWords) {
  EXPECT_EQ(mask_keys("00:11:22:33:44:55:66:77:88:99:aa:bb"),
            "**:**:**:**:**:**:**:**:**:**:**:**");
  EXPECT_EQ(mask_keys("x 0011 2233 4455 6677 8899 aabb"), "x **** **** **** **** **** ****");
  EXPECT_EQ(mask_keys("001122-3344556-7788990-aabbccd"), "******-*******-*******-*******");
}

TEST(MaskKeys, ShowsWhatIsNoKey) {
  expect_same("src 198.51.100.100/32 dst 2001:0db8:1111:2222:3333:4444:5555:6666/128");
  expect_same("proto esp spi 0xc0000001 reqid 7 mode tunnel");
  expect_same("spi = 0xc0000001, SPI 4294967295");
  expect_same("aead rfc4106(gcm(aes)) 0x0011223 128");
  expect_same("lastused 2026-01-02 03:04:05");
  expect_same("encapsulation decapsulated authentication_key replay-window");
  for (auto const& suite : suites()) {
    expect_same(std::string(suite.cipher) + ' ' + std::string(suite.authentication));
    expect_same(std::string(suite.name));
    for (auto const alias : suite.aliases) expect_same(std::string(alias));
  }
}

TEST(MaskKeys, HidesAKeyInThePlaceOfAnSpi) {
  EXPECT_EQ(mask_keys("spi 0x0011223344"), "spi 0x**********");
  EXPECT_EQ(mask_keys("spi 4294967296"), "spi **********");
  EXPECT_EQ(mask_keys("spi 0011223344"), "spi **********");
}

TEST(MaskKeys, LeavesNoKeyWhereverItStands) {
  std::string const key = "c0ffee11c0ffee22c0ffee33c0ffee44b0b1b2b3";
  std::string const text =
      "src 10.0.0.1 dst 10.0.0.2 proto esp spi 0x1001 mode tunnel aead rfc4106(gcm(aes)) 128";
  for (std::size_t position = 0; position <= text.size(); ++position)
    for (std::string const mark : {"", "0x", " ", "'", "-", "g"}) {
      auto placed = text;
      placed.insert(position, mark + key + mark);
      auto const shown = mask_keys(placed);
      EXPECT_EQ(shown.size(), placed.size());
      EXPECT_LT(test::longest_shared_run(shown, key), 8u) << shown;
    }
}

}  // namespace
}  // namespace warpline::ipsec
