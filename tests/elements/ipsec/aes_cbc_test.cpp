// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ipsec/crypto/aes_cbc.hpp"

#include <gtest/gtest.h>

#include <random>

#include "elements/ipsec/esp/sa_keys.hpp"
#include "tests/elements/ipsec/openssl.hpp"
#include "tests/elements/ipsec/vectors.hpp"

namespace warpline::ipsec {
namespace {

using testing::from_hex;
using testing::Octets;
using testing::read_vectors;
using testing::to_hex;

constexpr AesInverseTables kInverse = make_aes_inverse_tables();

AesKey key_of(Octets const& key) {
  return expand_aes_key(aes_tables(), key.data(), static_cast<unsigned>(key.size()));
}

void encrypt(Octets const& key, Octets const& iv, std::span<std::uint8_t> text) {
  aes_cbc_encrypt(aes_tables(), key_of(key), load_block(iv.data()), text.data(),
                  static_cast<std::uint32_t>(text.size()));
}

/// As `threads` threads would, the last first.
void decrypt(Octets const& key, Octets const& iv, std::span<std::uint8_t> text,
             std::uint32_t threads) {
  auto const inverse = invert_aes_key(kInverse, aes_tables(), key_of(key));
  auto const size = static_cast<std::uint32_t>(text.size());
  if (threads == 1)
    return aes_cbc_decrypt(kInverse, inverse, load_block(iv.data()), text.data(), size);
  std::vector<AesBlock> before;
  for (std::uint32_t thread = 0; thread < threads; ++thread)
    before.push_back(aes_cbc_before(load_block(iv.data()), text.data(), size, thread, threads));
  for (auto thread = threads; thread-- > 0;)
    aes_cbc_decrypt_share(kInverse, inverse, before[thread], text.data(), size, thread, threads);
}

struct CbcVector {
  char const* key;
  char const* iv;
  char const* plaintext;
  char const* ciphertext;
};

// RFC 3602 section 4, cases 1 to 4; its packets are in esp_vectors_test.cpp.
constexpr CbcVector kRfc3602[] = {
    {"06a9214036b8a15b512e03d534120006", "3dafba429d9eb430b422da802c9fac41",
     "53696e676c6520626c6f636b206d7367", "e353779c1079aeb82708942dbe77181a"},
    {"c286696d887c9aa0611bbb3e2025a45a", "562e17996d093d28ddb3ba695a2e6f58",
     "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
     "d296cd94c2cccf8a3a863028b5e1dc0a7586602d253cfff91b8266bea6d61ab1"},
    {"6c3ea0477630ce21a2ce334aa746c2cd", "c782dc4c098c66cbd9cd27d825682c81",
     "5468697320697320612034382d62797465206d657373616765202865786163746c79203320414553206"
     "26c6f636b7329",
     "d0a02b3836451753d493665d33f0e8862dea54cdb293abc7506939276772f8d5021c19216bad525c8579695d83ba2"
     "684"},
    {"56e47a38c5598974bc46903dba290349", "8ce82eefbea0da3c44699ed7db51b7d9",
     "a0a1a2a3a4a5a6a7a8a9aaabacadaeafb0b1b2b3b4b5b6b7b8b9babbbcbdbebf"
     "c0c1c2c3c4c5c6c7c8c9cacbcccdcecfd0d1d2d3d4d5d6d7d8d9dadbdcdddedf",
     "c30e32ffedc0774e6aff6af0869f71aa0f3af07a9a31a9c684db207eb0ef8e4e"
     "35907aa632c3ffdf868bb7b29d3d46ad83ce9f9a102ee99d49a53e87f4c3da55"}};

TEST(AesCbc, GivesTheTextsOfRfc3602) {
  for (auto const& vector : kRfc3602) {
    auto text = from_hex(vector.plaintext);
    encrypt(from_hex(vector.key), from_hex(vector.iv), text);
    EXPECT_EQ(to_hex(text), vector.ciphertext);
    decrypt(from_hex(vector.key), from_hex(vector.iv), text, 1);
    EXPECT_EQ(to_hex(text), vector.plaintext);
  }
}

TEST(AesCbc, GivesTheTextsOfCavp) {
  unsigned compared = 0;
  for (std::string const kind : {"CBCGFSbox", "CBCKeySbox", "CBCVarKey", "CBCVarTxt", "CBCMMT"})
    for (std::string const bits : {"128", "192", "256"})
      for (bool const encrypts : {true, false}) {
        auto const vectors = read_vectors("ciphers/AES/CBC/" + kind + bits + ".rsp",
                                          encrypts ? "CIPHERTEXT" : "PLAINTEXT");
        WARPLINE_SKIP_WITHOUT(vectors);
        for (auto const& vector : *vectors) {
          if (vector.at("section") != (encrypts ? "ENCRYPT" : "DECRYPT")) continue;
          auto const key = from_hex(vector.at("KEY")), iv = from_hex(vector.at("IV"));
          auto text = from_hex(vector.at(encrypts ? "PLAINTEXT" : "CIPHERTEXT"));
          if (encrypts)
            encrypt(key, iv, text);
          else
            decrypt(key, iv, text, 1);
          ASSERT_EQ(to_hex(text), vector.at(encrypts ? "CIPHERTEXT" : "PLAINTEXT"))
              << kind << bits << " " << vector.at("COUNT");
          ++compared;
        }
      }
  EXPECT_GE(compared, 1800u);
}

TEST(AesCbc, AgreesWithOpensslAtEveryLengthAndAlignmentInAnyNumberOfLanes) {
  std::mt19937 random(3602);
  auto const fill = [&random](std::span<std::uint8_t> bytes) {
    for (auto& byte : bytes) byte = static_cast<std::uint8_t>(random());
  };
  Octets iv(16);
  for (std::size_t size = 0; size <= 2048; size += 16) {
    Octets key(16 + 8 * (size / 16 % 3));
    fill(key);
    fill(iv);
    for (std::uint32_t const threads : {1u, 2u, 8u, 32u}) {
      Octets buffer(size % 11 + size + 7);
      fill(buffer);
      auto const before = buffer;
      std::span const text(buffer.data() + size % 11, size + 7);  // the rest is left alone
      auto expected = testing::openssl_cbc(key, iv, text.first(size));
      encrypt(key, iv, text);
      ASSERT_EQ(to_hex(text.first(size)), to_hex(expected)) << "size " << size;
      decrypt(key, iv, text, threads);
      ASSERT_EQ(to_hex(buffer), to_hex(before)) << "size " << size << ", threads " << threads;
    }
  }
}

}  // namespace
}  // namespace warpline::ipsec
