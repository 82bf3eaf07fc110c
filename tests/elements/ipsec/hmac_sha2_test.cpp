// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <random>

#include "elements/ipsec/crypto/hmac.hpp"
#include "elements/ipsec/crypto/sha2.hpp"
#include "tests/elements/ipsec/openssl.hpp"
#include "tests/elements/ipsec/vectors.hpp"

namespace warpline::ipsec {
namespace {

using testing::from_hex;
using testing::Octets;
using testing::read_vectors;
using testing::to_hex;

Octets octets(std::string_view text) { return {text.begin(), text.end()}; }

/// One of the hashes, beside OpenSSL's and by the names of its files of vectors.
template <class H>
struct Named;
template <>
struct Named<Sha256> {
  static constexpr char const* kName = "256";
  static EVP_MD const* openssl() { return EVP_sha256(); }
  static constexpr char const* kAbc =
      "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
};
template <>
struct Named<Sha384> {
  static constexpr char const* kName = "384";
  static EVP_MD const* openssl() { return EVP_sha384(); }
  static constexpr char const* kAbc =
      "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed"
      "8086072ba1e7cc2358baeca134c825a7";
};
template <>
struct Named<Sha512> {
  static constexpr char const* kName = "512";
  static EVP_MD const* openssl() { return EVP_sha512(); }
  static constexpr char const* kAbc =
      "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
      "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f";
};

template <class Hash>
class Sha2Test : public ::testing::Test {
 protected:
  static std::string digest_of(typename Hash::State const& state) {
    std::string digits;
    for (unsigned i = 0; i < Hash::kWords; ++i)
      for (unsigned byte = sizeof(typename Hash::Word); byte-- > 0;)
        digits += to_hex(Octets{static_cast<std::uint8_t>(state.words[i] >> 8 * byte)});
    return digits;
  }
  static std::string hash(std::span<std::uint8_t const> text) {
    return digest_of(
        Hash::finish(Hash::start(), 0, text.data(), static_cast<std::uint32_t>(text.size())));
  }
  static std::string code(Octets const& key, std::span<std::uint8_t const> text) {
    auto const hmac_key = make_hmac_key<Hash>(key.data(), static_cast<std::uint32_t>(key.size()));
    return digest_of(hmac(hmac_key, text.data(), static_cast<std::uint32_t>(text.size())));
  }
  static std::string openssl(Octets const& key, std::span<std::uint8_t const> text) {
    return to_hex(testing::openssl_hmac(Named<Hash>::openssl(), key, text));
  }
};
using Hashes = ::testing::Types<Sha256, Sha384, Sha512>;
class HashNames {
 public:
  template <class Hash>
  static std::string GetName(int) {
    return std::string("Sha") + Named<Hash>::kName;
  }
};
TYPED_TEST_SUITE(Sha2Test, Hashes, HashNames);

TYPED_TEST(Sha2Test, GivesTheDigestsOfFips180) {
  EXPECT_EQ(this->hash(octets("abc")), Named<TypeParam>::kAbc);
}

TYPED_TEST(Sha2Test, GivesTheDigestsOfCavp) {
  for (std::string const length : {"Short", "Long"}) {
    auto const file = std::string("hashes/SHA2/SHA") + Named<TypeParam>::kName + length + "Msg.rsp";
    auto const vectors = read_vectors(file, "MD");
    WARPLINE_SKIP_WITHOUT(vectors);
    EXPECT_GE(vectors->size(), 64u);
    for (auto const& vector : *vectors) {
      auto text = from_hex(vector.at("Msg"));
      text.resize(std::stoul(vector.at("Len")) / 8);
      ASSERT_EQ(this->hash(text), vector.at("MD")) << file << " length " << vector.at("Len");
    }
  }
}

TYPED_TEST(Sha2Test, GivesTheCodesOfRfc4231AsPublished) {
  auto const vectors =
      read_vectors(std::string("HMAC/rfc-4231-sha") + Named<TypeParam>::kName + ".txt", "MD");
  WARPLINE_SKIP_WITHOUT(vectors);
  EXPECT_GE(vectors->size(), 6u);
  for (auto const& vector : *vectors) {
    auto const& expected = vector.at("MD");
    auto const icv = this->code(from_hex(vector.at("Key")), from_hex(vector.at("Msg")));
    EXPECT_EQ(icv.substr(0, expected.size()), expected);
  }
}

TYPED_TEST(Sha2Test, AgreesWithOpensslAtEveryLengthAndAlignment) {
  std::mt19937 random(4868);
  Octets key(32);
  for (std::size_t size = 0; size <= 2048; ++size) {
    key.resize(size % 3 == 0 ? 4 * sizeof(typename TypeParam::Word) + size % 200 : 32);
    for (auto& byte : key) byte = static_cast<std::uint8_t>(random());
    Octets buffer(size % 5 + size);
    for (auto& byte : buffer) byte = static_cast<std::uint8_t>(random());
    std::span const text(buffer.data() + size % 5, size);
    ASSERT_EQ(this->code(key, text), this->openssl(key, text)) << "size " << size;
  }
}

/// RFC 4868 section 2.7.2: the integrity values that ESP carries, test case AUTH512-1 and its kin.
TEST(HmacSha2, GivesTheAuthenticatorsOfRfc4868) {
  auto const message = octets("Hi There");
  auto const code = [&](auto const& hash, unsigned bytes) {
    using Hash = std::decay_t<decltype(hash)>;
    Octets const key(bytes, 0x0b);
    auto const hmac_key = make_hmac_key<Hash>(key.data(), bytes);
    auto const state = hmac(hmac_key, message.data(), static_cast<std::uint32_t>(message.size()));
    std::string digits;
    for (unsigned i = 0; i < Hash::kWords; ++i)
      for (unsigned byte = sizeof(typename Hash::Word); byte-- > 0;)
        digits += to_hex(Octets{static_cast<std::uint8_t>(state.words[i] >> 8 * byte)});
    return digits.substr(0, bytes);  // half of the hash's digits
  };
  EXPECT_EQ(code(Sha256{}, 32), "198a607eb44bfbc69903a0f1cf2bbdc5");
  EXPECT_EQ(code(Sha384{}, 48), "b6a8d5636f5c6a7224f9977dcf7ee6c7fb6d0c48cbdee973");
  EXPECT_EQ(code(Sha512{}, 64), "637edc6e01dce7e6742a99451aae82df23da3e92439e590e43e761b33e910fb8");
}

}  // namespace
}  // namespace warpline::ipsec
