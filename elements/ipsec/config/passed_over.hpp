// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "elements/ipsec/config/sa_cursor.hpp"

namespace warpline::ipsec {

/// Words of `ip xfrm` that have no meaning for the packets of this program: statistics, times of
/// use, offload to a NIC, marks and interfaces of the host.
class PassedOver {
 public:
  /// `cursor` is at a word after the field's name when `take` is called. `diagnostics` gets a
  /// warning that lists the names.
  PassedOver(SaCursor& cursor, Diagnostics& diagnostics)
      : cursor_(cursor), diagnostics_(diagnostics) {}

  /// Returns whether a field with this name is ignored.
  static bool is_field(std::string_view name);
  /// Returns whether a word is part of a statistic, such as `(0x00000000)`.
  static bool is_figure(std::string_view word) { return word.starts_with('('); }

  /// Ignores the values of the field `name`, which is the last word, with a warning.
  void take(Word const& name);
  /// The same without a warning: for words that have a meaning in other files.
  void take_silently(Word const& name) { take_values(name); }
  /// Ignores the value of a word that has another meaning elsewhere, with a warning.
  void take_one(Word const& name) {
    warn(name, name.text);
    take_one();
  }

 private:
  bool next_is(std::string_view word) const {
    return !cursor_.at_end() && cursor_.peek().text == word;
  }
  void take_one() {
    if (!cursor_.at_end()) cursor_.take();
  }
  template <class IsName>
  void take_pairs(IsName is_name);
  std::string_view take_values(Word const& name);  // the name in the warning
  void warn(Word const& name, std::string_view text);
  void take_time();
  void take_lifetime();

  SaCursor& cursor_;
  Diagnostics& diagnostics_;
};

}  // namespace warpline::ipsec
