// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/diagnostics.hpp"

namespace warpline::ids {

/// A part of a rule's text, and where it begins.
struct Word {
  std::string_view text;
  std::size_t offset = 0;  ///< in `RuleText::text`
};

/// `keyword:value;` or `keyword;`, without blanks around the parts. Escapes are as written.
struct RawOption {
  Word keyword;
  std::optional<Word> value;
};

/// The text of one rule: its lines without the backslashes that continue them.
class RuleText {
 public:
  /// The place of a byte of `text` in the file.
  Position position(std::size_t offset) const;
  Position position(Word const& word) const { return position(word.offset); }

  std::string text;

 private:
  friend class RuleLines;
  void append(std::string_view line, Position position);
  std::vector<std::pair<std::size_t, Position>> pieces_;  // offset of each line's beginning
};

/// The rules of a file one after another, without empty lines and comments.
class RuleLines {
 public:
  /// `text` must outlive this object.
  explicit RuleLines(std::string_view text) : rest_(text) {}
  /// The next rule; empty at the end of the file.
  std::optional<RuleText> next();

 private:
  std::optional<std::string_view> next_line();

  std::string_view rest_;
  std::uint32_t line_ = 0;
};

/// The words before a rule's options, and its options in the order of the text. It refers to a
/// `RuleText`, which must outlive it.
struct RawRule {
  Word action, protocol, source, source_ports, arrow, destination, destination_ports;
  std::vector<RawOption> options;
};

/// Splits a rule. Reports errors to `diagnostics`: a missing word, an unclosed bracket, no
/// parentheses, an option without `;`. Empty after an error.
std::optional<RawRule> split_rule(RuleText const& rule, Diagnostics& diagnostics);

}  // namespace warpline::ids
