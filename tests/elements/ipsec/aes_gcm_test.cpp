// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ipsec/crypto/aes_gcm.hpp"

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

/// Ciphertext and tag in hexadecimal digits.
std::string gcm(Octets const& key, Octets const& nonce, Octets const& aad,
                std::span<std::uint8_t> text) {
  auto const expanded = expand_aes_key(aes_tables(), key.data(), static_cast<unsigned>(key.size()));
  auto const tag = aes_gcm_encrypt(aes_tables(), expanded, make_ghash_key(aes_tables(), expanded),
                                   load_be32(nonce.data()), &nonce[4], aad.data(),
                                   static_cast<std::uint32_t>(aad.size()), text.data(),
                                   static_cast<std::uint32_t>(text.size()));
  return to_hex(text) + to_hex(tag.words);
}

struct GcmVector {
  char const* key;
  char const* nonce;
  char const* aad;
  char const* plaintext;
  char const* ciphertext_and_tag;
};

// "The Galois/Counter Mode of Operation (GCM)", McGrew and Viega, appendix B, cases 1 to 4.
constexpr GcmVector kSpecification[] = {
    {"00000000000000000000000000000000", "000000000000000000000000", "", "",
     "58e2fccefa7e3061367f1d57a4e7455a"},
    {"00000000000000000000000000000000", "000000000000000000000000", "",
     "00000000000000000000000000000000",
     "0388dace60b6a392f328c2b971b2fe78ab6e47d42cec13bdf53a67b21257bddf"},
    {"feffe9928665731c6d6a8f9467308308", "cafebabefacedbaddecaf888", "",
     "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
     "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b391aafd255",
     "42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e"
     "21d514b25466931c7d8f6a5aac84aa051ba30b396a0aac973d58e091473f5985"
     "4d5c2af327cd64a62cf35abd2ba6fab4"},
    {"feffe9928665731c6d6a8f9467308308", "cafebabefacedbaddecaf888",
     "feedfacedeadbeeffeedfacedeadbeefabaddad2",
     "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
     "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39",
     "42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e"
     "21d514b25466931c7d8f6a5aac84aa051ba30b396a0aac973d58e091"
     "5bc94fbc3221a5db94fae95ae7121a47"}};

TEST(AesGcm, GivesTheCiphertextsOfTheSpecification) {
  for (auto const& vector : kSpecification) {
    auto text = from_hex(vector.plaintext);
    EXPECT_EQ(gcm(from_hex(vector.key), from_hex(vector.nonce), from_hex(vector.aad), text),
              vector.ciphertext_and_tag);
  }
}

TEST(AesGcm, GivesTheCiphertextsOfCavp) {
  unsigned compared = 0;
  for (std::string const bits : {"128", "192", "256"}) {
    auto const vectors = read_vectors("ciphers/AES/GCM/gcmEncryptExtIV" + bits + ".rsp", "Tag");
    WARPLINE_SKIP_WITHOUT(vectors);
    for (auto const& vector : *vectors) {
      if (vector.at("IVlen") != "96") continue;
      auto text = from_hex(vector.at("PT"));
      auto const expected = vector.at("CT") + vector.at("Tag");
      auto const got = gcm(from_hex(vector.at("Key")), from_hex(vector.at("IV")),
                           from_hex(vector.at("AAD")), text);
      ASSERT_EQ(got.substr(0, expected.size()), expected) << "Key " << vector.at("Key");
      ++compared;
    }
  }
  EXPECT_GE(compared, 6000u);
}

TEST(AesGcm, AgreesWithOpensslAtEveryLengthAndAlignment) {
  std::mt19937 random(4106);
  auto const fill = [&random](std::span<std::uint8_t> bytes) {
    for (auto& byte : bytes) byte = static_cast<std::uint8_t>(random());
  };
  Octets nonce(12);
  for (std::size_t size = 0; size <= 2048; ++size) {
    Octets key(16 + 8 * (size % 3));
    Octets aad(size % 37), buffer(size % 11 + size);
    fill(key);
    fill(nonce);
    fill(aad);
    fill(buffer);
    std::span const text(buffer.data() + size % 11, size);
    auto const expected = to_hex(testing::openssl_gcm(key, nonce, aad, text));
    ASSERT_EQ(gcm(key, nonce, aad, text), expected) << "size " << size;
  }
}

}  // namespace
}  // namespace warpline::ipsec
