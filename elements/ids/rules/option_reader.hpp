// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <concepts>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/numbers.hpp"
#include "elements/ids/rules/rule.hpp"
#include "elements/ids/rules/rule_text.hpp"

namespace warpline::ids {

/// Why an option cannot be read. Parsers of keywords throw it; `RuleParser` reports it.
struct OptionError {
  std::size_t offset;  ///< in the rule's text
  std::string message;
};

/// Thrown by parsers of keywords if the rule needs something that does not exist (yet): the rule is
/// left out, and counted by this name.
struct UnsupportedOption {
  std::string name;
};

/// A keyword of applications in a rule.
struct AppUse {
  Word keyword;
  AppProtocol protocol;  ///< `kUnknown`: of several
  bool from_client, from_server;
};

/// The rule that is being read, and the state that one keyword leaves for the next.
struct RuleState {
  Rule rule;
  Buffer buffer = Buffer::kPayload;
  std::shared_ptr<Transforms const> transforms{};  ///< of `buffer`
  std::uint8_t group = 0, groups = 0;              ///< of `buffer`, and those that are used
  std::optional<Word> unused_buffer{};   ///< what selected `buffer`, if no keyword looks at it yet
  std::optional<std::size_t> content{};  ///< index in `rule.buffers`: what modifiers change
  std::vector<AppUse> app_uses;
  bool has_priority = false;
  std::size_t classtype_offset = 0;  ///< in the rule's text
};

/// The option that a parser of a keyword reads.
class OptionReader {
 public:
  OptionReader(RawOption const& option, RuleState& state) : option_(option), state_(state) {}

  RuleState& state() { return state_; }
  Rule& rule() { return state_.rule; }
  std::string_view keyword() const { return option_.keyword.text; }
  Word const& name() const { return option_.keyword; }
  /// The text after the colon; empty if there is none.
  Word value() const { return option_.value.value_or(Word{{}, option_.keyword.offset}); }

  [[noreturn]] static void refuse(Word const& word, std::string message) {
    throw OptionError{word.offset, std::move(message)};
  }
  [[noreturn]] void refuse(std::string message) const { refuse(value(), std::move(message)); }

  /// The parts between `separator`, without blanks around them.
  std::vector<Word> parts(char separator = ',') const;

  /// The parts between any of `separators`, without empty ones.
  std::vector<Word> words(std::string_view separators) const;

  /// The content that the keyword before made; refuses if there is none.
  ContentMatch& content() const;

  /// The last content, if no expression follows it; null if there is none.
  ContentMatch* last_content();

  /// Adds a keyword that looks at the current buffer.
  template <class Match>
  Match& add(Match match) {
    state_.unused_buffer.reset();
    state_.rule.buffers.push_back(
        {state_.buffer, std::move(match), {}, state_.transforms, state_.group});
    return std::get<Match>(state_.rule.buffers.back().match);
  }
  /// The same for one that may begin at the end of a match: then without a selected buffer it looks
  /// at the buffer of the content or expression before.
  template <class Match>
  void add_relative(Match match) {
    auto const* const before = match.relative ? match_before() : nullptr;
    if (before == nullptr) {
      add(std::move(match));
      return;
    }
    state_.rule.buffers.push_back(
        {before->buffer, std::move(match), {}, before->transforms, before->group});
  }
  /// Adds a keyword that looks at another buffer, without transforms.
  template <class Match>
  void add_to(Buffer buffer, Match match, std::uint8_t group = 0) {
    state_.rule.buffers.push_back({buffer, std::move(match), {}, {}, group});
  }

  /// Selects a buffer for the keywords after this one. Refuses if none looks at the last one.
  void select(Buffer buffer);
  /// The number of a new group of keywords.
  std::uint8_t new_group();

  /// Records that this keyword looks at transactions. Refuses a second application protocol.
  void use_application(AppProtocol protocol, bool from_client, bool from_server);
  void use_application(Buffer buffer);
  /// The same for a keyword of HTTP alone that changes another.
  void use_modifier(Buffer buffer);

  /// A variable that `byte_extract` or `byte_math` has set before.
  std::optional<std::uint8_t> variable(std::string_view name) const;
  /// The number of a new variable. Refuses a name that is taken or is a number.
  std::uint8_t new_variable(Word const& name);
  /// A number from `min` to `max`, or a variable.
  Operand operand(Word const& word, std::int64_t min, std::int64_t max) const;

 private:
  BufferMatch const* match_before() const;
  BufferMatch const* last_match() const;

  RawOption const& option_;
  RuleState& state_;
};

/// A number from `min` to `max` in decimal, or in hex after `0x`; refuses others with the range.
template <std::integral T>
T number(Word const& word, T min, T max) {
  auto text = word.text;
  bool const hex = text.starts_with("0x") || text.starts_with("0X");
  if (hex) text.remove_prefix(2);
  auto const value = to_number<T>(text, hex ? 16 : 10);
  if (!value || *value < min || *value > max)
    OptionReader::refuse(
        word, "expected a number from " + std::to_string(min) + " to " + std::to_string(max));
  return *value;
}

/// The value of a name in a table; empty if it is not there.
template <class Value, std::size_t kCount>
std::optional<Value> value_of(std::pair<std::string_view, Value> const (&names)[kCount],
                              std::string_view name) {
  for (auto const& [known, value] : names)
    if (known == name) return value;
  return std::nullopt;
}

/// `text` without blanks at its ends, at its own offset.
Word trimmed(Word word);
/// What follows the first `skip` characters, trimmed.
inline Word rest_of(Word const& word, std::size_t skip) {
  return trimmed({word.text.substr(skip), word.offset + skip});
}
/// A value that may stand in double quotes, without them.
Word without_quotes(Word const& word);
/// The text in double quotes, with the escapes `\"`, `\;`, `\\`, `\:`; refuses text without them.
std::string unquoted(Word const& word);

}  // namespace warpline::ids
