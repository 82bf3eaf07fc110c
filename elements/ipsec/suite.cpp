// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ipsec/suite.hpp"

#include <algorithm>
#include <vector>

#include "core/error.hpp"

namespace warpline::ipsec {
namespace {

using Names = std::array<std::string_view, 4>;

constexpr std::string_view word_of(Cipher cipher) {
  switch (cipher) {
    case Cipher::kNull:
      return "ecb(cipher_null)";
    case Cipher::kAesCbc:
      return "cbc(aes)";
    case Cipher::kAesCtr:
      return "rfc3686(ctr(aes))";
    case Cipher::kAesGcm:
      return "rfc4106(gcm(aes))";
    case Cipher::kChaCha20Poly1305:
      return "rfc7539esp(chacha20,poly1305)";
  }
  return {};
}

constexpr std::string_view word_of(Integrity integrity) {
  switch (integrity) {
    case Integrity::kByCipher:
      return "";
    case Integrity::kHmacSha1:
      return "hmac(sha1)";
    case Integrity::kHmacSha256:
      return "hmac(sha256)";
  }
  return {};
}

constexpr SuiteInfo line(Suite suite, std::string_view name, Names aliases, Cipher cipher,
                         std::uint8_t key_size, Integrity integrity, std::string_view standards) {
  bool const salted = cipher != Cipher::kNull && cipher != Cipher::kAesCbc;
  std::uint8_t const authentication_key_size = integrity == Integrity::kByCipher   ? 0
                                               : integrity == Integrity::kHmacSha1 ? 20
                                                                                   : 32;
  return {suite,
          name,
          aliases,
          cipher,
          integrity,
          word_of(cipher),
          word_of(integrity),
          key_size,
          std::uint8_t{salted ? std::uint8_t{4} : std::uint8_t{0}},
          authentication_key_size,
          iv_size(cipher),
          icv_size(integrity),
          block_size(cipher),
          standards};
}

constexpr auto kCbc = Cipher::kAesCbc, kCtr = Cipher::kAesCtr, kGcm = Cipher::kAesGcm;
constexpr auto kNone = Integrity::kByCipher, kSha1 = Integrity::kHmacSha1,
               kSha256 = Integrity::kHmacSha256;

constexpr SuiteInfo kSuites[kSuiteCount] = {
    line(Suite::kAes128Gcm, "aes128-gcm",
         {"aes128gcm16", "aes128gcm128", "aes128gcm", "aes128-gcm16"}, kGcm, 16, kNone, "RFC 4106"),
    line(Suite::kAes192Gcm, "aes192-gcm",
         {"aes192gcm16", "aes192gcm128", "aes192gcm", "aes192-gcm16"}, kGcm, 24, kNone, "RFC 4106"),
    line(Suite::kAes256Gcm, "aes256-gcm",
         {"aes256gcm16", "aes256gcm128", "aes256gcm", "aes256-gcm16"}, kGcm, 32, kNone, "RFC 4106"),
    line(Suite::kAes128CtrHmacSha1, "aes128-ctr-hmac-sha1-96",
         {"aes128ctr-sha1", "aes128ctr-sha1_96", "aes128-ctr-hmac-sha1"}, kCtr, 16, kSha1,
         "RFC 3686, RFC 2404"),
    line(Suite::kAes128CtrHmacSha256, "aes128-ctr-hmac-sha256-128",
         {"aes128ctr-sha256", "aes128ctr-sha2_256", "aes128-ctr-hmac-sha256"}, kCtr, 16, kSha256,
         "RFC 3686, RFC 4868"),
    line(Suite::kAes256CtrHmacSha1, "aes256-ctr-hmac-sha1-96",
         {"aes256ctr-sha1", "aes256ctr-sha1_96", "aes256-ctr-hmac-sha1"}, kCtr, 32, kSha1,
         "RFC 3686, RFC 2404"),
    line(Suite::kAes256CtrHmacSha256, "aes256-ctr-hmac-sha256-128",
         {"aes256ctr-sha256", "aes256ctr-sha2_256", "aes256-ctr-hmac-sha256"}, kCtr, 32, kSha256,
         "RFC 3686, RFC 4868"),
    line(Suite::kAes128CbcHmacSha1, "aes128-cbc-hmac-sha1-96",
         {"aes128-sha1", "aes128-sha1_96", "aes128-cbc-hmac-sha1"}, kCbc, 16, kSha1,
         "RFC 3602, RFC 2404"),
    line(Suite::kAes128CbcHmacSha256, "aes128-cbc-hmac-sha256-128",
         {"aes128-sha256", "aes128-sha2_256", "aes128-cbc-hmac-sha256"}, kCbc, 16, kSha256,
         "RFC 3602, RFC 4868"),
    line(Suite::kAes256CbcHmacSha1, "aes256-cbc-hmac-sha1-96",
         {"aes256-sha1", "aes256-sha1_96", "aes256-cbc-hmac-sha1"}, kCbc, 32, kSha1,
         "RFC 3602, RFC 2404"),
    line(Suite::kAes256CbcHmacSha256, "aes256-cbc-hmac-sha256-128",
         {"aes256-sha256", "aes256-sha2_256", "aes256-cbc-hmac-sha256"}, kCbc, 32, kSha256,
         "RFC 3602, RFC 4868"),
    line(Suite::kChaCha20Poly1305, "chacha20-poly1305", {"chacha20poly1305"},
         Cipher::kChaCha20Poly1305, 32, kNone, "RFC 7634"),
    line(Suite::kNullHmacSha256, "null-hmac-sha256-128",
         {"null-sha256", "null-sha2_256", "null-hmac-sha256"}, Cipher::kNull, 0, kSha256,
         "RFC 2410, RFC 4868"),
};

static_assert([] {
  for (std::size_t i = 0; i < kSuiteCount; ++i)
    if (kSuites[i].suite != static_cast<Suite>(i)) return false;
  return true;
}());

bool same_name(std::string_view a, std::string_view b) {
  auto const lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [&](char x, char y) { return lower(x) == lower(y); });
}

}  // namespace

std::span<SuiteInfo const, kSuiteCount> suites() { return kSuites; }

std::optional<Suite> find_suite(std::string_view name) {
  for (auto const& suite : kSuites) {
    if (same_name(name, suite.name)) return suite.suite;
    for (auto const alias : suite.aliases)
      if (!alias.empty() && same_name(name, alias)) return suite.suite;
  }
  return std::nullopt;
}

std::string unknown_suite(std::string_view name) {
  std::vector<std::string> names;
  std::string known;
  for (auto const& suite : kSuites) {
    names.emplace_back(suite.name);
    for (auto const alias : suite.aliases)
      if (!alias.empty()) names.emplace_back(alias);
    auto const* const joint = known.empty()                         ? ""
                              : &suite == &kSuites[kSuiteCount - 1] ? " or "
                                                                    : ", ";
    known += joint + std::string(suite.name);
  }
  return "unknown suite '" + std::string(name) + "'; expected " + known + did_you_mean(name, names);
}

}  // namespace warpline::ipsec
