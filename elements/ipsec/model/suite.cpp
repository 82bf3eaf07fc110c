// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ipsec/model/suite.hpp"

#include <algorithm>
#include <initializer_list>
#include <iterator>
#include <vector>

#include "core/base/error.hpp"
#include "core/base/text.hpp"

namespace warpline::ipsec {
namespace {

constexpr char const* kGcmWord = "rfc4106(gcm(aes))";
constexpr char const* kCtrWord = "rfc3686(ctr(aes))";
constexpr char const* kCbcWord = "cbc(aes)";

struct AeadRow {
  Suite suite;
  std::string_view name;
  std::array<std::string_view, 4> aliases;
  Cipher cipher;
  std::string_view word;
  std::uint8_t key_size, icv_size;
  std::string_view standard;
};
constexpr AeadRow gcm(Suite suite, unsigned key_size, unsigned icv_size, std::string_view name,
                      std::array<std::string_view, 4> aliases) {
  return {suite,
          name,
          aliases,
          Cipher::kAesGcm,
          kGcmWord,
          static_cast<std::uint8_t>(key_size),
          static_cast<std::uint8_t>(icv_size),
          "RFC 4106"};
}
constexpr AeadRow kAeads[] = {
    gcm(Suite::kAes128Gcm, 16, 16, "aes128-gcm",
        {"aes128gcm16", "aes128gcm128", "aes128gcm", "aes128-gcm16"}),
    gcm(Suite::kAes128Gcm12, 16, 12, "aes128-gcm12", {"aes128gcm12", "aes128gcm96"}),
    gcm(Suite::kAes128Gcm8, 16, 8, "aes128-gcm8", {"aes128gcm8", "aes128gcm64"}),
    gcm(Suite::kAes192Gcm, 24, 16, "aes192-gcm",
        {"aes192gcm16", "aes192gcm128", "aes192gcm", "aes192-gcm16"}),
    gcm(Suite::kAes192Gcm12, 24, 12, "aes192-gcm12", {"aes192gcm12", "aes192gcm96"}),
    gcm(Suite::kAes192Gcm8, 24, 8, "aes192-gcm8", {"aes192gcm8", "aes192gcm64"}),
    gcm(Suite::kAes256Gcm, 32, 16, "aes256-gcm",
        {"aes256gcm16", "aes256gcm128", "aes256gcm", "aes256-gcm16"}),
    gcm(Suite::kAes256Gcm12, 32, 12, "aes256-gcm12", {"aes256gcm12", "aes256gcm96"}),
    gcm(Suite::kAes256Gcm8, 32, 8, "aes256-gcm8", {"aes256gcm8", "aes256gcm64"}),
    AeadRow{Suite::kChaCha20Poly1305,
            "chacha20-poly1305",
            {"chacha20poly1305"},
            Cipher::kChaCha20Poly1305,
            "rfc7539esp(chacha20,poly1305)",
            32,
            16,
            "RFC 7634"},
};

/// `first`: the cipher's suite with the first integrity algorithm; the other ones follow.
struct CipherRow {
  Suite first;
  std::string_view name, short_name;
  Cipher cipher;
  std::string_view word;
  std::uint8_t key_size, salt_size;
  std::string_view standard;
};
constexpr CipherRow kCiphers[] = {
    {Suite::kAes128CtrHmacSha1, "aes128-ctr", "aes128ctr", Cipher::kAesCtr, kCtrWord, 16, 4,
     "RFC 3686"},
    {Suite::kAes192CtrHmacSha1, "aes192-ctr", "aes192ctr", Cipher::kAesCtr, kCtrWord, 24, 4,
     "RFC 3686"},
    {Suite::kAes256CtrHmacSha1, "aes256-ctr", "aes256ctr", Cipher::kAesCtr, kCtrWord, 32, 4,
     "RFC 3686"},
    {Suite::kAes128CbcHmacSha1, "aes128-cbc", "aes128", Cipher::kAesCbc, kCbcWord, 16, 0,
     "RFC 3602"},
    {Suite::kAes192CbcHmacSha1, "aes192-cbc", "aes192", Cipher::kAesCbc, kCbcWord, 24, 0,
     "RFC 3602"},
    {Suite::kAes256CbcHmacSha1, "aes256-cbc", "aes256", Cipher::kAesCbc, kCbcWord, 32, 0,
     "RFC 3602"},
    {Suite::kNullHmacSha1, "null", "null", Cipher::kNull, "ecb(cipher_null)", 0, 0, "RFC 2410"},
};

/// Of the short names the first two go with a cipher's short name, the last with its name.
struct IntegrityRow {
  Integrity integrity;
  std::string_view name;
  std::array<std::string_view, 3> short_names;
  std::string_view word;
  std::uint8_t key_size, icv_size;
  std::string_view standard;
};
constexpr IntegrityRow hmac_row(Integrity integrity, unsigned key_size, unsigned icv_size,
                                std::string_view word, std::string_view standard,
                                std::string_view name,
                                std::array<std::string_view, 3> short_names) {
  return {integrity,
          name,
          short_names,
          word,
          static_cast<std::uint8_t>(key_size),
          static_cast<std::uint8_t>(icv_size),
          standard};
}
constexpr auto kSha1 = Integrity::kHmacSha1, kSha256 = Integrity::kHmacSha256;
constexpr auto kSha384 = Integrity::kHmacSha384, kSha512 = Integrity::kHmacSha512;
constexpr IntegrityRow kIntegrities[] = {
    hmac_row(kSha1, 20, 12, "hmac(sha1)", "RFC 2404", "hmac-sha1-96",
             {"sha1", "sha1_96", "hmac-sha1"}),
    hmac_row(kSha256, 32, 16, "hmac(sha256)", "RFC 4868", "hmac-sha256-128",
             {"sha256", "sha2_256", "hmac-sha256"}),
    hmac_row(kSha256, 32, 12, "hmac(sha256)", "draft-ietf-ipsec-ciph-sha-256-00", "hmac-sha256-96",
             {"sha256_96", "sha2_256_96", ""}),
    hmac_row(kSha384, 48, 24, "hmac(sha384)", "RFC 4868", "hmac-sha384-192",
             {"sha384", "sha2_384", "hmac-sha384"}),
    hmac_row(kSha512, 64, 32, "hmac(sha512)", "RFC 4868", "hmac-sha512-256",
             {"sha512", "sha2_512", "hmac-sha512"}),
};

/// Text concatenated at compile time; empty if a part is.
struct Joined {
  char text[48] = {};
  std::size_t size = 0;

  constexpr Joined() = default;
  constexpr Joined(std::string_view a, std::string_view between, std::string_view b) {
    if (a.empty() || b.empty()) return;
    for (auto const part : {a, between, b})
      for (auto const c : part) text[size++] = c;
  }
  constexpr operator std::string_view() const { return {text, size}; }
};

/// Name, standards and short names of a cipher with an integrity algorithm.
struct JoinedTexts {
  Joined name, standards, short_names[3];
};
constexpr auto kTexts = [] {
  std::array<std::array<JoinedTexts, std::size(kIntegrities)>, std::size(kCiphers)> texts{};
  for (std::size_t i = 0; i < std::size(kCiphers); ++i)
    for (std::size_t j = 0; j < std::size(kIntegrities); ++j) {
      auto const& cipher = kCiphers[i];
      auto const& integrity = kIntegrities[j];
      auto const& names = integrity.short_names;
      texts[i][j] = {
          Joined(cipher.name, "-", integrity.name),
          Joined(cipher.standard, ", ", integrity.standard),
          {Joined(cipher.short_name, "-", names[0]), Joined(cipher.short_name, "-", names[1]),
           Joined(cipher.name, "-", names[2])}};
    }
  return texts;
}();

constexpr auto kSuites = [] {
  std::array<SuiteInfo, kSuiteCount> all{};
  for (auto const& row : kAeads)
    all[static_cast<std::size_t>(row.suite)] = {row.suite,
                                                row.name,
                                                row.aliases,
                                                row.cipher,
                                                Integrity::kByCipher,
                                                row.word,
                                                "",
                                                row.key_size,
                                                std::uint8_t{4},
                                                std::uint8_t{0},
                                                iv_size(row.cipher),
                                                row.icv_size,
                                                block_size(row.cipher),
                                                row.standard};
  for (std::size_t i = 0; i < std::size(kCiphers); ++i)
    for (std::size_t j = 0; j < std::size(kIntegrities); ++j) {
      auto const& cipher = kCiphers[i];
      auto const& integrity = kIntegrities[j];
      auto const& texts = kTexts[i][j];
      auto const suite = static_cast<Suite>(static_cast<std::size_t>(cipher.first) + j);
      all[static_cast<std::size_t>(suite)] = {
          suite,
          texts.name,
          {texts.short_names[0], texts.short_names[1], texts.short_names[2]},
          cipher.cipher,
          integrity.integrity,
          cipher.word,
          integrity.word,
          cipher.key_size,
          cipher.salt_size,
          integrity.key_size,
          iv_size(cipher.cipher),
          integrity.icv_size,
          block_size(cipher.cipher),
          texts.standards};
    }
  return all;
}();

static_assert([] {
  for (std::size_t i = 0; i < kSuiteCount; ++i)
    if (kSuites[i].suite != static_cast<Suite>(i) || kSuites[i].name.empty()) return false;
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
  for (auto const& suite : kSuites) {
    names.emplace_back(suite.name);
    for (auto const alias : suite.aliases)
      if (!alias.empty()) names.emplace_back(alias);
  }
  std::string text;
  for (auto const& row : kAeads) text += std::string(row.name) + ", ";
  std::vector<std::string> ciphers, integrities;
  for (auto const& row : kCiphers) ciphers.emplace_back(row.name);
  for (auto const& row : kIntegrities) integrities.push_back("-" + std::string(row.name));
  return "unknown suite '" + std::string(name) + "'; expected " + text + "or one of " +
         alternatives(ciphers) + " followed by " + alternatives(integrities) +
         did_you_mean(name, names);
}

}  // namespace warpline::ipsec
