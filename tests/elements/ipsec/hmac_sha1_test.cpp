// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ipsec/crypto/hmac.hpp"
#include "elements/ipsec/crypto/sha1.hpp"

#include <gtest/gtest.h>

#include <random>

#include "tests/elements/ipsec/openssl.hpp"
#include "tests/elements/ipsec/vectors.hpp"

namespace warpline::ipsec {
namespace {

using testing::from_hex;
using testing::Octets;
using testing::read_vectors;
using testing::to_hex;

std::string sha1(std::span<std::uint8_t const> text) {
  return to_hex(
      sha1_finish(sha1_start(), 0, text.data(), static_cast<std::uint32_t>(text.size())).words);
}

std::string hmac(Octets const& key, std::span<std::uint8_t const> text) {
  auto const hmac_key = make_hmac_key<Sha1>(key.data(), static_cast<std::uint32_t>(key.size()));
  return to_hex(
      ipsec::hmac<Sha1>(hmac_key, text.data(), static_cast<std::uint32_t>(text.size())).words);
}

Octets octets(std::string_view text) { return {text.begin(), text.end()}; }

TEST(Sha1, GivesTheDigestsOfFips180) {
  EXPECT_EQ(sha1(octets("abc")), "a9993e364706816aba3e25717850c26c9cd0d89d");
  EXPECT_EQ(sha1(octets("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")),
            "84983e441c3bd26ebaae4aa1f95129e5e54670f1");
  EXPECT_EQ(sha1(Octets(1000000, 'a')), "34aa973cd4c4daa4f61eeb2bdbad27316534016f");
  EXPECT_EQ(sha1({}), "da39a3ee5e6b4b0d3255bfef95601890afd80709");
}

TEST(Sha1, GivesTheDigestsOfCavp) {
  for (auto const* const file : {"SHA1ShortMsg", "SHA1LongMsg"}) {
    auto const vectors = read_vectors(std::string("hashes/SHA1/") + file + ".rsp", "MD");
    WARPLINE_SKIP_WITHOUT(vectors);
    EXPECT_GE(vectors->size(), 64u);
    for (auto const& vector : *vectors) {
      auto text = from_hex(vector.at("Msg"));
      text.resize(std::stoul(vector.at("Len")) / 8);
      ASSERT_EQ(sha1(text), vector.at("MD")) << file << " length " << vector.at("Len");
    }
  }
}

TEST(HmacSha1, GivesTheCodesOfRfc2202) {
  EXPECT_EQ(hmac(Octets(20, 0x0b), octets("Hi There")), "b617318655057264e28bc0b6fb378c8ef146be00");
  EXPECT_EQ(hmac(octets("Jefe"), octets("what do ya want for nothing?")),
            "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79");
  EXPECT_EQ(hmac(Octets(20, 0xaa), Octets(50, 0xdd)), "125d7342b9ac11cd91a39af48aa17b4f63f175d3");
  EXPECT_EQ(hmac(from_hex("0102030405060708090a0b0c0d0e0f10111213141516171819"), Octets(50, 0xcd)),
            "4c9007f4026250c6bc8414f9bf50c86c2d7235da");
  EXPECT_EQ(hmac(Octets(20, 0x0c), octets("Test With Truncation")),
            "4c1a03424b55e07fe7f27be1d58bb9324a9a5a04");
  EXPECT_EQ(
      hmac(Octets(80, 0xaa), octets("Test Using Larger Than Block-Size Key - Hash Key First")),
      "aa4ae5e15272d00e95705637ce8a3b55ed402112");
  EXPECT_EQ(hmac(Octets(80, 0xaa), octets("Test Using Larger Than Block-Size Key and Larger Than "
                                          "One Block-Size Data")),
            "e8e99d0f45237d786d6bbaa7965c7808bbff1a91");
}

TEST(HmacSha1, GivesTheCodesOfRfc2202AsPublished) {
  auto const vectors = read_vectors("HMAC/rfc-2202-sha1.txt", "MD");
  WARPLINE_SKIP_WITHOUT(vectors);
  EXPECT_EQ(vectors->size(), 7u);
  for (auto const& vector : *vectors)
    EXPECT_EQ(hmac(from_hex(vector.at("Key")), from_hex(vector.at("Msg"))), vector.at("MD"));
}

TEST(HmacSha1, AgreesWithOpensslAtEveryLengthAndAlignment) {
  std::mt19937 random(2404);
  Octets key(20);
  for (std::size_t size = 0; size <= 2048; ++size) {
    for (auto& byte : key) byte = static_cast<std::uint8_t>(random());
    Octets buffer(size % 5 + size);
    for (auto& byte : buffer) byte = static_cast<std::uint8_t>(random());
    std::span const text(buffer.data() + size % 5, size);
    ASSERT_EQ(sha1(text), to_hex(testing::openssl_sha1(text))) << "size " << size;
    ASSERT_EQ(hmac(key, text), to_hex(testing::openssl_hmac_sha1(key, text))) << "size " << size;
  }
}

}  // namespace
}  // namespace warpline::ipsec
