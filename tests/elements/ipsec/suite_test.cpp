// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ipsec/model/suite.hpp"

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
  EXPECT_EQ(find_suite("aes256gcm8"), Suite::kAes256Gcm8);
  EXPECT_EQ(find_suite("aes128gcm96"), Suite::kAes128Gcm12);
  EXPECT_EQ(find_suite("aes192-sha512"), Suite::kAes192CbcHmacSha512);
  EXPECT_EQ(find_suite("aes256ctr-sha2_384"), Suite::kAes256CtrHmacSha384);
  EXPECT_EQ(find_suite("aes128-sha256_96"), Suite::kAes128CbcHmacSha256Bits96);
  EXPECT_EQ(find_suite("null-sha1"), Suite::kNullHmacSha1);
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
  EXPECT_EQ(sizes(Suite::kAes128Gcm8), "16 4 0 8 8 4");
  EXPECT_EQ(sizes(Suite::kAes256Gcm12), "32 4 0 8 12 4");
  EXPECT_EQ(sizes(Suite::kAes192CbcHmacSha256Bits96), "24 0 32 16 12 16");
  EXPECT_EQ(sizes(Suite::kAes192CtrHmacSha384), "24 4 48 8 24 4");
  EXPECT_EQ(sizes(Suite::kAes256CbcHmacSha512), "32 0 64 16 32 16");
  EXPECT_EQ(sizes(Suite::kNullHmacSha1), "0 0 20 0 12 4");
}

TEST(Suite, IsEachCipherWithEachIntegrityAlgorithm) {
  std::set<std::string> names;
  for (auto const& suite : suites()) names.emplace(suite.name);
  for (std::string const cipher :
       {"aes128-ctr", "aes192-ctr", "aes256-ctr", "aes128-cbc", "aes192-cbc", "aes256-cbc", "null"})
    for (std::string const integrity : {"hmac-sha1-96", "hmac-sha256-128", "hmac-sha256-96",
                                        "hmac-sha384-192", "hmac-sha512-256"})
      EXPECT_EQ(names.erase(cipher + "-" + integrity), 1u) << cipher << ' ' << integrity;
  EXPECT_EQ(names, (std::set<std::string>{"aes128-gcm", "aes128-gcm12", "aes128-gcm8", "aes192-gcm",
                                          "aes192-gcm12", "aes192-gcm8", "aes256-gcm",
                                          "aes256-gcm12", "aes256-gcm8", "chacha20-poly1305"}));
  EXPECT_EQ(info(Suite::kAes192CbcHmacSha256Bits96).standards,
            "RFC 3602, draft-ietf-ipsec-ciph-sha-256-00");
}

}  // namespace
}  // namespace warpline::ipsec
