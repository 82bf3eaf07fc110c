// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/error.hpp"

namespace warpline::ipsec {

/// Warnings about one text. Each message is reported once, at its first place and with the number
/// of the others.
class FileNotes {
 public:
  void add(std::string message, Position position);
  /// `word` was passed over since it says nothing about packets: all such words are one warning.
  void add_passed_over(std::string_view word, Position position);
  /// `shown` is what users see of the text. Appends to `notes`.
  void append_to(std::vector<Diagnostic>& notes, std::shared_ptr<Source const> const& shown) const;

 private:
  struct Note {
    std::string message;
    Position position;
    std::size_t count;
  };
  std::vector<Note> notes_;
  std::vector<std::string> passed_over_;  // each once
  Position first_passed_over_;
};

}  // namespace warpline::ipsec
