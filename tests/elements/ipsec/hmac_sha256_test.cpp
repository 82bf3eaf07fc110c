// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <random>

#include "elements/ipsec/hmac.hpp"
#include "elements/ipsec/sha256.hpp"
#include "tests/elements/ipsec/openssl.hpp"
#include "tests/elements/ipsec/vectors.hpp"

namespace warpline::ipsec {
namespace {

using testing::from_hex;
using testing::Octets;
using testing::read_vectors;
using testing::to_hex;

std::string sha256(std::span<std::uint8_t const> text) {
  return to_hex(
      sha256_finish(sha256_start(), 0, text.data(), static_cast<std::uint32_t>(text.size())).words);
}

std::string code(Octets const& key, std::span<std::uint8_t const> text) {
  auto const made = make_hmac_key<Sha256>(key.data(), static_cast<std::uint32_t>(key.size()));
  return to_hex(hmac(made, text.data(), static_cast<std::uint32_t>(text.size())).words);
}

Octets octets(std::string_view text) { return {text.begin(), text.end()}; }

TEST(Sha256, GivesTheDigestsOfFips180) {
  EXPECT_EQ(sha256(octets("abc")),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(sha256(octets("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

TEST(Sha256, GivesTheDigestsOfCavp) {
  for (auto const* const file : {"SHA256ShortMsg", "SHA256LongMsg"}) {
    auto const vectors = read_vectors(std::string("hashes/SHA2/") + file + ".rsp", "MD");
    WARPLINE_SKIP_WITHOUT(vectors);
    EXPECT_GE(vectors->size(), 64u);
    for (auto const& vector : *vectors) {
      auto text = from_hex(vector.at("Msg"));
      text.resize(std::stoul(vector.at("Len")) / 8);
      ASSERT_EQ(sha256(text), vector.at("MD")) << file << " length " << vector.at("Len");
    }
  }
}

TEST(HmacSha256, GivesTheCodesOfRfc4231) {
  EXPECT_EQ(code(Octets(20, 0x0b), octets("Hi There")),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  EXPECT_EQ(code(octets("Jefe"), octets("what do ya want for nothing?")),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

TEST(HmacSha256, GivesTheCodesOfRfc4231AsPublished) {
  auto const vectors = read_vectors("HMAC/rfc-4231-sha256.txt", "MD");
  WARPLINE_SKIP_WITHOUT(vectors);
  EXPECT_GE(vectors->size(), 6u);
  for (auto const& vector : *vectors) {
    auto const& expected = vector.at("MD");
    EXPECT_EQ(
        code(from_hex(vector.at("Key")), from_hex(vector.at("Msg"))).substr(0, expected.size()),
        expected);
  }
}

TEST(HmacSha256, AgreesWithOpensslAtEveryLengthAndAlignment) {
  std::mt19937 random(4868);
  Octets key(32);
  for (std::size_t size = 0; size <= 2048; ++size) {
    for (auto& byte : key) byte = static_cast<std::uint8_t>(random());
    Octets buffer(size % 5 + size);
    for (auto& byte : buffer) byte = static_cast<std::uint8_t>(random());
    std::span const text(buffer.data() + size % 5, size);
    ASSERT_EQ(code(key, text), to_hex(testing::openssl_hmac_sha256(key, text))) << "size " << size;
  }
}

}  // namespace
}  // namespace warpline::ipsec
