// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>
#include <string_view>
#include <vector>

#include "elements/ipsec/config/sa_cursor.hpp"
#include "elements/ipsec/model/suite.hpp"

namespace warpline::ipsec {

/// Reads an SA's algorithms and keys from the words of `ip xfrm state`.
class SaAlgorithms {
 public:
  /// `skip_field`: skips the rest of a field with an error.
  SaAlgorithms(SaCursor& cursor, std::function<void()> skip_field)
      : cursor_(cursor), skip_field_(std::move(skip_field)) {}

  void read_aead(Word const& field);
  void read_cipher(Word const& field);
  void read_authentication(Word const& field);

  /// The suite of the words read so far; null with an error if there is none. Call it only after a
  /// cipher was read, and without an AEAD also an authentication.
  SuiteInfo const* suite() const;
  Secret const& key() const { return cipher_->key; }
  /// Empty with an AEAD.
  Secret authentication_key() const { return authentication_ ? authentication_->key : Secret(); }

 private:
  /// An algorithm as the file names it, its key, and the suites that have both.
  struct Algorithm {
    Word const* name;
    std::vector<SuiteInfo const*> suites;
    Secret key;
  };
  std::optional<Algorithm> algorithm(Word const& field, std::string_view SuiteInfo::*column,
                                     bool aead);
  std::optional<Secret> cipher_key(Word const& word, std::vector<SuiteInfo const*> const& named);
  void read_integrity_bits(Word const& field, Algorithm& algorithm);

  SaCursor& cursor_;
  std::function<void()> skip_field_;
  std::optional<Algorithm> cipher_, authentication_;
};

}  // namespace warpline::ipsec
