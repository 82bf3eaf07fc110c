// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ipsec/config/sa_algorithms.hpp"

#include <algorithm>
#include <string>

namespace warpline::ipsec {

/// Reads a name and a key. `column` selects the suites by their names, with (`aead`) or without
/// their own authentication.
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
    std::vector<std::string> result;
    for (auto const& name : names) result.push_back("'" + name + "'");
    cursor_.fail(*word, "unknown algorithm " + quoted(word->text) + " for " + quoted(field.text) +
                            "; expected " + alternatives(result) + did_you_mean(word->text, names));
    skip_field_();
    return std::nullopt;
  }
  bool const encrypts = column == &SuiteInfo::cipher;
  unsigned const authentication_size = named.front()->authentication_key_size;
  auto key = encrypts ? cipher_key(*word, named)
                      : cursor_.key(*word, {&authentication_size, 1},
                                    std::to_string(authentication_size) + " bytes");
  if (!key) {
    skip_field_();
    return std::nullopt;
  }
  std::erase_if(named, [&](auto const* suite) {
    return encrypts && key->bytes().size() != std::size_t{suite->key_size} + suite->salt_size;
  });
  return Algorithm{word, std::move(named), std::move(*key)};
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

/// Keeps the suites with an ICV of the length in the next word.
void SaAlgorithms::read_integrity_bits(Word const& field, Algorithm& algorithm) {
  std::vector<std::string> names;
  for (auto const* suite : algorithm.suites) {
    auto bits = std::to_string(8 * suite->icv_size);
    if (std::find(names.begin(), names.end(), bits) == names.end())
      names.push_back(std::move(bits));
  }
  auto const expected = alternatives(names) + ", the bits of the integrity value";
  auto const bits = cursor_.number(field, expected);
  if (!bits) return;
  std::erase_if(algorithm.suites, [&](auto const* suite) { return 8u * suite->icv_size != *bits; });
  if (algorithm.suites.empty()) cursor_.fail(cursor_.last(), "expected " + expected);
}

void SaAlgorithms::read_aead(Word const& field) {
  cipher_ = algorithm(field, &SuiteInfo::cipher, true);
  if (cipher_) read_integrity_bits(field, *cipher_);
}

void SaAlgorithms::read_cipher(Word const& field) {
  cipher_ = algorithm(field, &SuiteInfo::cipher, false);
}

void SaAlgorithms::read_authentication(Word const& field) {
  authentication_ = algorithm(field, &SuiteInfo::authentication, false);
  if (!authentication_) return;
  if (field.text == "auth-trunc") return read_integrity_bits(field, *authentication_);
  // Linux then uses its own length: for hmac(sha256) 96 bits, as in a draft before RFC 4868.
  auto& suites = authentication_->suites;
  auto const shortest = *std::min_element(
      suites.begin(), suites.end(), [](auto* a, auto* b) { return a->icv_size < b->icv_size; });
  std::erase_if(suites, [&](auto* suite) { return suite->icv_size != shortest->icv_size; });
}

SuiteInfo const* SaAlgorithms::suite() const {
  auto const& all = cipher_->suites;
  if (!authentication_) return all.front();
  auto const& with = authentication_->suites;
  auto const entry = std::find_first_of(all.begin(), all.end(), with.begin(), with.end());
  if (entry != all.end()) return *entry;
  cursor_.fail(*authentication_->name, quoted(authentication_->name->text) +
                                           " is not supported beside " +
                                           quoted(cipher_->name->text));
  return nullptr;
}

}  // namespace warpline::ipsec
