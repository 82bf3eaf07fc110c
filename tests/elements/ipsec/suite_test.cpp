// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ipsec/suite.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace warpline::ipsec {
namespace {

TEST(Suite, IsFoundByEachOfItsNamesAndNoOther) {
  std::set<std::string_view> names;
  for (auto const& suite : suites()) {
    EXPECT_EQ(find_suite(suite.name), suite.suite);
    EXPECT_TRUE(names.insert(suite.name).second) << suite.name;
    for (auto const alias : suite.aliases) {
      if (alias.empty()) continue;
      EXPECT_EQ(find_suite(alias), suite.suite);
      EXPECT_TRUE(names.insert(alias).second) << alias;
    }
  }
  EXPECT_EQ(find_suite("AES256-SHA256"), Suite::kAes256CbcHmacSha256);
  EXPECT_EQ(find_suite("chacha20poly1305"), Suite::kChaCha20Poly1305);
  EXPECT_EQ(find_suite("null-sha256"), Suite::kNullHmacSha256);
  EXPECT_EQ(find_suite("aes128ctr-sha1"), Suite::kAes128CtrHmacSha1);
  EXPECT_EQ(find_suite(""), std::nullopt);
}

TEST(Suite, HasTheSizesOfItsStandards) {
  auto const sizes = [](Suite suite) {
    auto const& about = info(suite);
    return std::to_string(about.key_size) + " " + std::to_string(about.salt_size) + " " +
           std::to_string(about.authentication_key_size) + " " + std::to_string(about.iv_size) +
           " " + std::to_string(about.icv_size) + " " + std::to_string(about.block);
  };
  EXPECT_EQ(sizes(Suite::kAes192Gcm), "24 4 0 8 16 4");
  EXPECT_EQ(sizes(Suite::kAes128CtrHmacSha1), "16 4 20 8 12 4");
  EXPECT_EQ(sizes(Suite::kAes256CtrHmacSha256), "32 4 32 8 16 4");
  EXPECT_EQ(sizes(Suite::kAes128CbcHmacSha1), "16 0 20 16 12 16");
  EXPECT_EQ(sizes(Suite::kAes256CbcHmacSha256), "32 0 32 16 16 16");
  EXPECT_EQ(sizes(Suite::kChaCha20Poly1305), "32 4 0 8 16 4");
  EXPECT_EQ(sizes(Suite::kNullHmacSha256), "0 0 32 0 16 4");
}

}  // namespace
}  // namespace warpline::ipsec
