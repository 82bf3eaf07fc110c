// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ipsec/sa_algorithms.hpp"

#include <algorithm>
#include <string>

namespace warpline::ipsec {

/// A name and a key. Of the suites that `column` names, those with (`aead`) or without an
/// authentication of their own.
std::optional<SaAlgorithms::Algorithm> SaAlgorithms::algorithm(Word const& field,
                                                               std::string_view SuiteInfo::*column,
                                                               bool aead) {
  std::vector<std::string> names;
  std::vector<SuiteInfo const*> named;
  auto const* const word = cursor_.value(field, "the name of an algorithm");
  if (word == nullptr) return std::nullopt;
  for (auto const& suite : suites()) {
    if (suite.aead() != aead) continue;
    std::string const name(suite.*column);
    if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
    if (name == word->text) named.push_back(&suite);
  }
  if (named.empty()) {
    std::vector<std::string> shown;
    for (auto const& name : names) shown.push_back("'" + name + "'");
    cursor_.fail(*word, "unknown algorithm " + quoted(word->text) + " for " + quoted(field.text) +
                            "; expected " + alternatives(shown) + did_you_mean(word->text, names));
    skip_field_();
    return std::nullopt;
  }
  unsigned const authentication_size = named.front()->authentication_key_size;
  auto key = column == &SuiteInfo::cipher
                 ? cipher_key(*word, named)
                 : cursor_.key(*word, {&authentication_size, 1},
                               std::to_string(authentication_size) + " bytes");
  if (!key) {
    skip_field_();
    return std::nullopt;
  }
  return Algorithm{word, named.front(), std::move(*key)};
}

/// The key of one of these suites, and the salt.
std::optional<Secret> SaAlgorithms::cipher_key(Word const& word,
                                               std::vector<SuiteInfo const*> const& named) {
  std::vector<unsigned> sizes;
  std::vector<std::string> keys;
  unsigned const salt = named.front()->salt_size;
  for (auto const* suite : named) {
    unsigned const size = suite->key_size + salt;
    if (std::find(sizes.begin(), sizes.end(), size) != sizes.end()) continue;
    sizes.push_back(size);
    keys.push_back(std::to_string(suite->key_size));
  }
  auto parts = alternatives(keys);
  if (sizes.size() == 1 && sizes[0] == 0)
    parts = "no key";
  else if (salt == 0)
    parts += " bytes";
  else if (sizes.size() == 1)
    parts = std::to_string(sizes[0]) + " bytes: " + parts + " of key";
  else
    parts += " bytes of key";
  if (salt > 0)
    parts += ", then " + std::to_string(salt) + (named.front()->aead() ? " of salt" : " of nonce");
  return cursor_.key(word, sizes, parts);
}

void SaAlgorithms::check_integrity_bits(Word const& field, SuiteInfo const& suite) {
  auto const bits = 8u * suite.icv_size;
  auto const expected = std::to_string(bits) + ", the bits of the integrity value";
  auto const given = cursor_.number(field, expected);
  if (given && *given != bits) cursor_.fail(cursor_.last(), "expected " + expected);
}

void SaAlgorithms::read_aead(Word const& field) {
  cipher_ = algorithm(field, &SuiteInfo::cipher, true);
  if (cipher_) check_integrity_bits(field, *cipher_->suite);
}

void SaAlgorithms::read_cipher(Word const& field) {
  cipher_ = algorithm(field, &SuiteInfo::cipher, false);
}

void SaAlgorithms::read_authentication(Word const& field) {
  authentication_ = algorithm(field, &SuiteInfo::authentication, false);
  if (!authentication_) return;
  if (field.text == "auth-trunc")
    check_integrity_bits(field, *authentication_->suite);
  else if (authentication_->suite->integrity == Integrity::kHmacSha256)
    // Linux cuts it to 96 bits then, as a draft had it that RFC 4868 replaced.
    cursor_.fail(field,
                 "'auth' leaves the bits of the integrity value open; expected 'auth-trunc', and "
                 "128 behind the key");
}

SuiteInfo const* SaAlgorithms::suite() const {
  std::string_view const authentication = authentication_ ? authentication_->name->text : "";
  std::vector<std::string> others;
  for (auto const& suite : suites()) {
    if (suite.cipher != cipher_->name->text ||
        cipher_->key.bytes().size() != std::size_t{suite.key_size} + suite.salt_size)
      continue;
    if (suite.authentication == authentication) return &suite;
    others.push_back("'" + std::string(suite.authentication) + "'");
  }
  cursor_.fail(*authentication_->name, quoted(authentication) + " is not supported beside " +
                                           quoted(cipher_->name->text) + "; expected " +
                                           alternatives(others));
  return nullptr;
}

}  // namespace warpline::ipsec
