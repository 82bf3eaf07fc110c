// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <random>

#include "elements/ipsec/crypto/chacha20.hpp"
#include "elements/ipsec/crypto/poly1305.hpp"
#include "tests/elements/ipsec/frames.hpp"
#include "tests/elements/ipsec/openssl.hpp"
#include "tests/elements/ipsec/vectors.hpp"

namespace warpline::ipsec {
namespace {

using testing::from_hex;
using testing::Octets;
using testing::random_octets;
using testing::read_vectors;
using testing::to_hex;

std::uint32_t size_of(std::span<std::uint8_t const> bytes) {
  return static_cast<std::uint32_t>(bytes.size());
}

ChaChaNonce nonce_of(Octets const& nonce) { return {load_be32(nonce.data()), &nonce[4]}; }

PolyKey poly_key(Octets const& bytes) {
  PolyKey key{};
  for (unsigned i = 0; i < 8; ++i) key.words[i] = detail::swap_bytes(load_be32(&bytes[4 * i]));
  return key;
}

/// Of a message that ends in its last block, as Poly1305 by itself has it.
std::string poly1305(Octets const& key, Octets const& text) {
  Poly1305 sum(poly_key(key));
  std::size_t offset = 0;
  for (; offset + 16 <= text.size(); offset += 16) sum.block(load_block(&text[offset]));
  if (offset < text.size()) {
    Octets last(text.begin() + static_cast<std::ptrdiff_t>(offset), text.end());
    last.push_back(1);
    last.resize(16);
    sum.block(load_block(last.data()), 0);
  }
  return to_hex(sum.finish().words);
}

/// Ciphertext and tag.
std::string aead(Octets const& key, Octets const& nonce, Octets const& aad,
                 std::span<std::uint8_t> text) {
  auto const chacha = make_chacha_key(key.data());
  chacha20(chacha, nonce_of(nonce), 1, text.data(), size_of(text));
  auto const one_time = make_poly_key(chacha, nonce_of(nonce));
  Octets padded = aad;
  padded.resize(16);
  auto const tag = chacha20_poly1305_tag(one_time, load_block(padded.data()), size_of(aad),
                                         text.data(), size_of(text));
  return to_hex(text) + to_hex(tag.words);
}

TEST(ChaCha20, GivesTheBlockOfRfc8439Section232) {
  auto const key = from_hex("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f");
  Octets block(64);
  chacha20(make_chacha_key(key.data()), nonce_of(from_hex("000000090000004a00000000")), 1,
           block.data(), 64);
  EXPECT_EQ(to_hex(block),
            "10f1e7e4d13b5915500fdd1fa32071c4c7d1f4c733c068030422aa9ac3d46c4e"
            "d2826446079faa0914c2d705d98b02a2b5129cd1de164eb9cbd083e8a2503c4e");
}

TEST(ChaCha20, GivesTheTextsOfRfc7539AsPublished) {
  auto const vectors = read_vectors("ciphers/ChaCha20/rfc7539.txt", "CIPHERTEXT");
  WARPLINE_SKIP_WITHOUT(vectors);
  EXPECT_GE(vectors->size(), 3u);
  for (auto const& vector : *vectors) {
    auto text = from_hex(vector.at("PLAINTEXT"));
    chacha20(make_chacha_key(from_hex(vector.at("KEY")).data()),
             nonce_of(from_hex(vector.at("NONCE"))),
             static_cast<std::uint32_t>(std::stoul(vector.at("INITIAL_BLOCK_COUNTER"))),
             text.data(), size_of(text));
    EXPECT_EQ(to_hex(text), vector.at("CIPHERTEXT")) << vector.at("COUNT");
  }
}

TEST(ChaCha20, AgreesWithOpensslAtEveryLengthAndAlignmentInAnyNumberOfLanes) {
  std::mt19937 random(8439);
  for (std::size_t size = 0; size <= 2048; ++size) {
    auto const key = random_octets(random, 32), nonce = random_octets(random, 12);
    auto const clear = random_octets(random, size);
    auto const expected = testing::openssl_chacha20(key, 1, nonce, clear);
    for (std::uint32_t const threads : {1u, 3u, 8u}) {
      auto buffer = random_octets(random, size % 7 + size + 1);
      auto const guard = buffer.back();
      auto* const text = buffer.data() + size % 7;
      std::copy(clear.begin(), clear.end(), text);
      for (auto thread = threads; thread-- > 0;)
        chacha20_share(make_chacha_key(key.data()), nonce_of(nonce), 1, text, size_of(clear),
                       thread, threads);
      ASSERT_EQ(to_hex({text, size}), to_hex(expected))
          << "size " << size << ", threads " << threads;
      ASSERT_EQ(buffer.back(), guard) << "size " << size;
    }
  }
}

TEST(Poly1305, GivesTheTagOfRfc8439Section252) {
  std::string_view const text = "Cryptographic Forum Research Group";
  EXPECT_EQ(poly1305(from_hex("85d6be7857556d337f4452fe42d506a80103808afb0db2fd4abff6af4149f51b"),
                     Octets(text.begin(), text.end())),
            "a8061dc1305136c6c22b8baf0c0127a9");
}

TEST(Poly1305, GivesTheTagsOfRfc7539AsPublished) {
  auto const vectors = read_vectors("poly1305/rfc7539.txt", "TAG");
  WARPLINE_SKIP_WITHOUT(vectors);
  EXPECT_GE(vectors->size(), 11u);  // with the corners of the last reduction
  for (auto const& vector : *vectors)
    EXPECT_EQ(poly1305(from_hex(vector.at("KEY")), from_hex(vector.at("MSG"))),
              to_hex(from_hex(vector.at("TAG"))))
        << vector.at("COUNT");
}

TEST(ChaCha20Poly1305, GivesTheTextOfRfc8439Section282) {
  std::string_view const clear =
      "Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, "
      "sunscreen would be it.";
  Octets text(clear.begin(), clear.end());
  EXPECT_EQ(aead(from_hex("808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f"),
                 from_hex("070000004041424344454647"), from_hex("50515253c0c1c2c3c4c5c6c7"), text),
            "d31a8d34648e60db7b86afbc53ef7ec2a4aded51296e08fea9e2b5a736ee62d6"
            "3dbea45e8ca9671282fafb69da92728b1a71de0a9e060b2905d6a5b67ecd3b36"
            "92ddbd7f2d778b8c9803aee328091b58fab324e4fad675945585808b4831d7bc"
            "3ff4def08e4b7a9de576d26586cec64b61161ae10b594f09e26a7e902ecbd0600691");
}

TEST(ChaCha20Poly1305, AgreesWithOpensslAtEveryLength) {
  std::mt19937 random(7634);
  for (std::size_t size = 0; size <= 2048; ++size) {
    auto const key = random_octets(random, 32), nonce = random_octets(random, 12);
    auto const aad = random_octets(random, size % 17);
    auto text = random_octets(random, size);
    auto const expected = to_hex(testing::openssl_chacha20_poly1305(key, nonce, aad, text));
    ASSERT_EQ(aead(key, nonce, aad, text), expected) << "size " << size;
  }
}

}  // namespace
}  // namespace warpline::ipsec
