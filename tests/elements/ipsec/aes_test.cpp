// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ipsec/crypto/aes.hpp"

#include <gtest/gtest.h>

#include <random>

#include "elements/ipsec/crypto/aes_ctr.hpp"
#include "elements/ipsec/esp/sa_keys.hpp"
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
  auto const key = from_hex(hex);
  return expand_aes_key(aes_tables(), key.data(), static_cast<unsigned>(key.size()));
}

AesBlock block_of(std::string_view hex) {
  auto const bytes = from_hex(hex);
  AesBlock block{};
  for (unsigned i = 0; i < 4; ++i) block.words[i] = load_be32(&bytes[4 * i]);
  return block;
}

TEST(AesKey, ExpandsAsFips197AppendixA) {
  auto key = key_of("2b7e151628aed2a6abf7158809cf4f3c");
  EXPECT_EQ(key.rounds, 10u);
  EXPECT_EQ(key.words[4], 0xa0fafe17u);
  EXPECT_EQ(key.words[23], 0x11f915bcu);
  EXPECT_EQ(key.words[43], 0xb6630ca6u);
  key = key_of("8e73b0f7da0e6452c810f32b809079e562f8ead2522c6b7b");
  EXPECT_EQ(key.rounds, 12u);
  EXPECT_EQ(key.words[6], 0xfe0c91f7u);
  EXPECT_EQ(key.words[51], 0x01002202u);
  key = key_of("603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4");
  EXPECT_EQ(key.rounds, 14u);
  EXPECT_EQ(key.words[8], 0x9ba35411u);
  EXPECT_EQ(key.words[59], 0x706c631eu);
}

TEST(AesEncrypt, GivesTheCiphertextsOfFips197) {
  EXPECT_EQ(to_hex(aes_encrypt(aes_tables(), key_of("2b7e151628aed2a6abf7158809cf4f3c"),
                               block_of("3243f6a8885a308d313198a2e0370734"))
                       .words),
            "3925841d02dc09fbdc118597196a0b32");
  EXPECT_EQ(to_hex(aes_encrypt(aes_tables(), key_of("000102030405060708090a0b0c0d0e0f"),
                               block_of("00112233445566778899aabbccddeeff"))
                       .words),
            "69c4e0d86a7b0430d8cdb78070b4c55a");
  EXPECT_EQ(
      to_hex(aes_encrypt(aes_tables(), key_of("000102030405060708090a0b0c0d0e0f1011121314151617"),
                         block_of("00112233445566778899aabbccddeeff"))
                 .words),
      "dda97ca4864cdfe06eaf70a0ec0d7191");
  EXPECT_EQ(
      to_hex(aes_encrypt(aes_tables(),
                         key_of("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"),
                         block_of("00112233445566778899aabbccddeeff"))
                 .words),
      "8ea2b7ca516745bfeafc49904b496089");
}

TEST(AesEncrypt, GivesTheCiphertextsOfCavp) {
  unsigned compared = 0;
  for (std::string const kind : {"ECBGFSbox", "ECBKeySbox", "ECBVarKey", "ECBVarTxt"})
    for (std::string const bits : {"128", "192", "256"}) {
      auto const vectors = read_vectors("ciphers/AES/ECB/" + kind + bits + ".rsp", "CIPHERTEXT");
      WARPLINE_SKIP_WITHOUT(vectors);
      for (auto const& vector : *vectors) {
        if (vector.at("section") != "ENCRYPT") continue;
        auto const got =
            aes_encrypt(aes_tables(), key_of(vector.at("KEY")), block_of(vector.at("PLAINTEXT")));
        ASSERT_EQ(to_hex(got.words), vector.at("CIPHERTEXT"))
            << kind << bits << " " << vector.at("COUNT");
        ++compared;
      }
    }
  EXPECT_GE(compared, 900u);
}

struct Rfc3686Vector {
  char const* key;
  char const* nonce;
  char const* iv;
  char const* plaintext;
  char const* ciphertext;
};

// RFC 3686 section 6, test vectors 1 to 9.
constexpr Rfc3686Vector kRfc3686[] = {
    {"ae6852f8121067cc4bf7a5765577f39e", "00000030", "0000000000000000",
     "53696e676c6520626c6f636b206d7367", "e4095d4fb7a7b3792d6175a3261311b8"},
    {"7e24067817fae0d743d6ce1f32539163", "006cb6db", "c0543b59da48d90b",
     "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
     "5104a106168a72d9790d41ee8edad388eb2e1efc46da57c8fce630df9141be28"},
    {"7691be035e5020a8ac6e618529f9a0dc", "00e0017b", "27777f3f4a1786f0",
     "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20212223",
     "c1cf48a89f2ffdd9cf4652e9efdb72d74540a42bde6d7836d59a5ceaaef3105325b2072f"},
    {"16af5b145fc9f579c175f93e3bfb0eed863d06ccfdb78515", "00000048", "36733c147d6d93cb",
     "53696e676c6520626c6f636b206d7367", "4b55384fe259c9c84e7935a003cbe928"},
    {"7c5cb2401b3dc33c19e7340819e0f69c678c3db8e6f6a91a", "0096b03b", "020c6eadc2cb500d",
     "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
     "453243fc609b23327edfaafa7131cd9f8490701c5ad4a79cfc1fe0ff42f4fb00"},
    {"02bf391ee8ecb159b959617b0965279bf59b60a786d3e0fe", "0007bdfd", "5cbd60278dcc0912",
     "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20212223",
     "96893fc55e5c722f540b7dd1ddf7e758d288bc95c69165884536c811662f2188abee0935"},
    {"776beff2851db06f4c8a0542c8696f6c6a81af1eec96b4d37fc1d689e6c1c104", "00000060",
     "db5672c97aa8f0b2", "53696e676c6520626c6f636b206d7367", "145ad01dbf824ec7560863dc71e3e0c0"},
    {"f6d66d6bd52d59bb0796365879eff886c66dd51a5b6a99744b50590c87a23884", "00faac24",
     "c1585ef15a43d875", "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f",
     "f05e231b3894612c49ee000b804eb2a9b8306b508f839d6a5530831d9344af1c"},
    {"ff7a617ce69148e4f1726e2f43581de2aa62d9f805532edff1eed687fb54153d", "001cc5b7",
     "51a51d70a1c11148", "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20212223",
     "eb6c52821d0bbbf7ce7594462aca4faab407df866569fd07f48cc0b583d6071f1ec0e6b8"}};

TEST(AesCtr, GivesTheCiphertextsOfRfc3686) {
  for (auto const& vector : kRfc3686) {
    auto text = from_hex(vector.plaintext);
    aes_ctr(aes_tables(), key_of(vector.key), load_be32(from_hex(vector.nonce).data()),
            from_hex(vector.iv).data(), 1, text.data(), static_cast<std::uint32_t>(text.size()));
    EXPECT_EQ(to_hex(text), vector.ciphertext);
  }
}

TEST(AesCtr, AgreesWithOpensslAtEveryLengthAndAlignment) {
  std::mt19937 random(3686);
  Octets counter(16, 0);
  for (std::uint32_t size = 0; size <= 2048; ++size) {
    Octets key(16 + 8 * (size % 3));
    for (auto& byte : key) byte = static_cast<std::uint8_t>(random());
    for (unsigned i = 0; i < 12; ++i) counter[i] = static_cast<std::uint8_t>(random());
    counter[15] = 1;
    unsigned const shift = size % 7;
    Octets buffer(shift + size + 1);
    for (auto& byte : buffer) byte = static_cast<std::uint8_t>(random());
    auto const guard = buffer.back();
    std::span const text(buffer.data() + shift, size);
    auto const expected = openssl_ctr(key, counter, text);
    aes_ctr(aes_tables(),
            expand_aes_key(aes_tables(), key.data(), static_cast<unsigned>(key.size())),
            load_be32(counter.data()), &counter[4], 1, text.data(), size);
    ASSERT_EQ(to_hex(text), to_hex(expected)) << "size " << size;
    ASSERT_EQ(buffer.back(), guard) << "size " << size;
  }
}

}  // namespace
}  // namespace warpline::ipsec
