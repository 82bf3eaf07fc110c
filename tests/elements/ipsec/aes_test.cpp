// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ipsec/aes.hpp"

#include <gtest/gtest.h>

#include <random>

#include "elements/ipsec/aes_ctr.hpp"
#include "elements/ipsec/sa_keys.hpp"
#include "tests/elements/ipsec/openssl.hpp"
#include "tests/elements/ipsec/vectors.hpp"

namespace warpline::ipsec {
namespace {

using testing::from_hex;
using testing::Octets;
using testing::openssl_ctr;
using testing::read_vectors;
using testing::to_hex;

AesKey key_of(std::string_view hex) {
  return expand_aes128_key(aes_tables(), from_hex(hex).data());
}

AesBlock block_of(std::string_view hex) {
  auto const bytes = from_hex(hex);
  AesBlock block{};
  for (unsigned i = 0; i < 4; ++i) block.words[i] = load_be32(&bytes[4 * i]);
  return block;
}

TEST(AesKey, ExpandsAsFips197AppendixA1) {
  auto const key = key_of("2b7e151628aed2a6abf7158809cf4f3c");
  EXPECT_EQ(key.words[4], 0xa0fafe17u);
  EXPECT_EQ(key.words[23], 0x11f915bcu);
  EXPECT_EQ(key.words[43], 0xb6630ca6u);
}

TEST(AesEncrypt, GivesTheCiphertextsOfFips197) {
  EXPECT_EQ(to_hex(aes128_encrypt(aes_tables(), key_of("2b7e151628aed2a6abf7158809cf4f3c"),
                                  block_of("3243f6a8885a308d313198a2e0370734"))
                       .words),
            "3925841d02dc09fbdc118597196a0b32");
  EXPECT_EQ(to_hex(aes128_encrypt(aes_tables(), key_of("000102030405060708090a0b0c0d0e0f"),
                                  block_of("00112233445566778899aabbccddeeff"))
                       .words),
            "69c4e0d86a7b0430d8cdb78070b4c55a");
}

TEST(AesEncrypt, GivesTheCiphertextsOfCavp) {
  unsigned compared = 0;
  for (auto const* const file : {"ECBGFSbox128", "ECBKeySbox128", "ECBVarKey128", "ECBVarTxt128"}) {
    auto const vectors =
        read_vectors(std::string("ciphers/AES/ECB/") + file + ".rsp", "CIPHERTEXT");
    WARPLINE_SKIP_WITHOUT(vectors);
    for (auto const& vector : *vectors) {
      if (vector.at("section") != "ENCRYPT") continue;
      auto const got =
          aes128_encrypt(aes_tables(), key_of(vector.at("KEY")), block_of(vector.at("PLAINTEXT")));
      ASSERT_EQ(to_hex(got.words), vector.at("CIPHERTEXT")) << file << " " << vector.at("COUNT");
      ++compared;
    }
  }
  EXPECT_GE(compared, 250u);
}

struct Rfc3686Vector {
  char const* key;
  char const* nonce;
  char const* iv;
  char const* plaintext;
  char const* ciphertext;
};

// RFC 3686 section 6, test vectors 1 to 3: those with a 128-bit key.
constexpr Rfc3686Vector kRfc3686[] = {
    {"ae6852f8121067cc4bf7a5765577f39e", "00000030", "0000000000000000",
     "53696e676c6520626c6f636b206d7367", "e4095d4fb7a7b3792d6175a3261311b8"},
    {"7e24067817fae0d743d6ce1f32539163", "006cb6db", "c0543b59da48d90b",
     "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
     "5104a106168a72d9790d41ee8edad388eb2e1efc46da57c8fce630df9141be28"},
    {"7691be035e5020a8ac6e618529f9a0dc", "00e0017b", "27777f3f4a1786f0",
     "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20212223",
     "c1cf48a89f2ffdd9cf4652e9efdb72d74540a42bde6d7836d59a5ceaaef3105325b2072f"}};

TEST(AesCtr, GivesTheCiphertextsOfRfc3686) {
  for (auto const& vector : kRfc3686) {
    auto text = from_hex(vector.plaintext);
    aes128_ctr(aes_tables(), key_of(vector.key), load_be32(from_hex(vector.nonce).data()),
               from_hex(vector.iv).data(), 1, text.data(), static_cast<std::uint32_t>(text.size()));
    EXPECT_EQ(to_hex(text), vector.ciphertext);
  }
}

TEST(AesCtr, AgreesWithOpensslAtEveryLengthAndAlignment) {
  std::mt19937 random(3686);
  Octets key(16), counter(16, 0);
  for (std::uint32_t size = 0; size <= 2048; ++size) {
    for (auto& byte : key) byte = static_cast<std::uint8_t>(random());
    for (unsigned i = 0; i < 12; ++i) counter[i] = static_cast<std::uint8_t>(random());
    counter[15] = 1;
    unsigned const shift = size % 7;
    Octets buffer(shift + size + 1);
    for (auto& byte : buffer) byte = static_cast<std::uint8_t>(random());
    auto const guard = buffer.back();
    std::span const text(buffer.data() + shift, size);
    auto const expected = openssl_ctr(key, counter, text);
    aes128_ctr(aes_tables(), expand_aes128_key(aes_tables(), key.data()), load_be32(counter.data()),
               &counter[4], 1, text.data(), size);
    ASSERT_EQ(to_hex(text), to_hex(expected)) << "size " << size;
    ASSERT_EQ(buffer.back(), guard) << "size " << size;
  }
}

}  // namespace
}  // namespace warpline::ipsec
