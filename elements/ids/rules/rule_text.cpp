// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ids/rules/rule_text.hpp"

#include <algorithm>
#include <array>

namespace warpline::ids {
namespace {

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r'; }

std::string_view without_blanks(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

/// The place of an error, and its message; thrown and caught within this file.
struct Refusal {
  std::size_t offset;
  std::string message;
};

class Splitter {
 public:
  explicit Splitter(std::string_view text) : text_(text) {}

  /// Characters up to a blank or an opening parenthesis; within brackets blanks belong to it.
  Word word(char const* expected) {
    skip_blanks();
    auto const begin = offset_;
    std::size_t open = 0, first_open = 0;
    for (; offset_ < text_.size(); ++offset_) {
      char const c = text_[offset_];
      if (c == '[' && open++ == 0) first_open = offset_;
      if (c == ']' && open > 0) --open;
      if (open == 0 && (is_blank(c) || c == '(')) break;
    }
    if (open > 0) throw Refusal{first_open, "the bracket is not closed; expected ']'"};
    if (offset_ == begin) throw Refusal{begin, std::string("expected ") + expected};
    return {text_.substr(begin, offset_ - begin), begin};
  }

  std::vector<RawOption> options() {
    skip_blanks();
    if (offset_ >= text_.size() || text_[offset_] != '(')
      throw Refusal{offset_, "expected '(' and the rule's options"};
    auto const open = offset_++;
    std::vector<RawOption> options;
    for (;;) {
      skip_blanks();
      if (offset_ >= text_.size()) throw Refusal{open, "the options are not closed; expected ')'"};
      if (text_[offset_] == ')') break;
      options.push_back(option());
    }
    ++offset_;
    skip_blanks();
    if (offset_ < text_.size()) throw Refusal{offset_, "expected the rule to end after ')'"};
    return options;
  }

 private:
  void skip_blanks() {
    while (offset_ < text_.size() && is_blank(text_[offset_])) ++offset_;
  }

  /// A semicolon ends an option, also in quotes, unless a backslash precedes it.
  RawOption option() {
    auto const begin = offset_;
    auto end = begin;
    while (end < text_.size() && text_[end] != ';') end += text_[end] == '\\' ? 2u : 1u;
    if (end >= text_.size()) {
      auto const rest = without_blanks(text_.substr(begin, text_.size() - begin));
      auto const after = begin + rest.size() - (rest.ends_with(')') ? 1 : 0);
      throw Refusal{after, "the option has no end; expected ';'"};
    }
    offset_ = end + 1;
    auto const whole = text_.substr(begin, end - begin);
    auto const colon = whole.find(':');
    RawOption option;
    option.keyword = part(begin, whole.substr(0, colon));
    if (option.keyword.text.empty()) throw Refusal{begin, "expected a keyword"};
    if (colon != std::string_view::npos)
      option.value = part(begin + colon + 1, whole.substr(colon + 1));
    return option;
  }

  Word part(std::size_t offset, std::string_view text) const {
    auto const inner = without_blanks(text);
    auto const skipped = inner.empty() ? 0 : static_cast<std::size_t>(inner.data() - text.data());
    return {inner, offset + skipped};
  }

  std::string_view text_;
  std::size_t offset_ = 0;
};

}  // namespace

Position RuleText::position(std::size_t offset) const {
  auto const after =
      std::upper_bound(pieces_.begin(), pieces_.end(), offset,
                       [](std::size_t value, auto const& piece) { return value < piece.first; });
  if (after == pieces_.begin()) return {};
  auto const& [begin, place] = *std::prev(after);
  return {place.line, place.column + static_cast<std::uint32_t>(offset - begin)};
}

void RuleText::append(std::string_view line, Position position) {
  pieces_.emplace_back(text.size(), position);
  text += line;
}

std::optional<std::string_view> RuleLines::next_line() {
  if (rest_.empty()) return std::nullopt;
  auto const end = rest_.find('\n');
  auto line = rest_.substr(0, end);
  rest_.remove_prefix(end == std::string_view::npos ? rest_.size() : end + 1);
  ++line_;
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

std::optional<RuleText> RuleLines::next() {
  RuleText rule;
  while (auto const line = next_line()) {
    auto const begin = line->find_first_not_of(" \t");
    bool const is_first = rule.text.empty();
    if (is_first && (begin == std::string_view::npos || (*line)[begin] == '#')) continue;
    bool const continued = line->ends_with('\\');
    auto const skipped = is_first ? begin : 0;
    rule.append(line->substr(skipped, line->size() - skipped - (continued ? 1 : 0)),
                {line_, static_cast<std::uint32_t>(skipped + 1)});
    if (!continued) return rule;
  }
  if (rule.text.empty()) return std::nullopt;
  return rule;
}

std::optional<RawRule> split_rule(RuleText const& rule, Diagnostics& diagnostics) {
  Splitter splitter(rule.text);
  RawRule raw;
  try {
    raw.action = splitter.word("an action, such as alert");
    raw.protocol = splitter.word("a protocol, such as tcp");
    raw.source = splitter.word("the source addresses");
    raw.source_ports = splitter.word("the source ports");
    raw.arrow = splitter.word("'->' or '<>'");
    raw.destination = splitter.word("the destination addresses");
    raw.destination_ports = splitter.word("the destination ports");
    raw.options = splitter.options();
  } catch (Refusal& refusal) {
    diagnostics.error(rule.position(refusal.offset), std::move(refusal.message));
    return std::nullopt;
  }
  return raw;
}

}  // namespace warpline::ids
