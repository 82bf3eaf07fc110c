// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/standard/byte_clause.hpp"

#include "core/base/hex.hpp"
#include "core/base/numbers.hpp"

namespace warpline {
namespace {

constexpr std::uint32_t kMaxOffset = 65535;

/// Reads one clause; every error points at its word.
class ClauseReader {
 public:
  ClauseReader(Args const& args, Word const& word) : args_(args), word_(word) {}

  ByteClause read() {
    std::string_view text = word_.text;
    ByteClause clause;
    clause.negated = text.starts_with('!');
    if (clause.negated) text.remove_prefix(1);
    auto const slash = text.find('/');
    if (slash == std::string_view::npos) throw wrong("expected OFFSET/VALUE");
    clause.offset = offset(text.substr(0, slash));
    text.remove_prefix(slash + 1);
    auto const percent = text.find('%');
    auto const value = text.substr(0, percent);
    bytes(value, "value", clause.value, clause.mask);
    if (percent != std::string_view::npos) {
      auto const mask = text.substr(percent + 1);
      if (mask.size() != value.size())
        throw wrong("value and mask must have the same number of digits");
      if (mask.find('?') != std::string_view::npos) throw wrong("a mask has no '?'");
      std::vector<std::uint8_t> values, all;
      bytes(mask, "mask", values, all);
      for (std::size_t i = 0; i < values.size(); ++i) clause.mask[i] &= values[i];
    }
    for (std::size_t i = 0; i < clause.mask.size(); ++i) clause.value[i] &= clause.mask[i];
    if (clause.offset + clause.value.size() > kMaxOffset) throw wrong("frames are shorter");
    return clause;
  }

 private:
  [[nodiscard]] ConfigError wrong(std::string const& what) const {
    return args_.error_at(word_, "'" + word_.text + "': " + what);
  }

  std::uint32_t offset(std::string_view text) const {
    auto const number = to_number<std::uint32_t>(text);
    if (!number || *number > kMaxOffset)
      throw wrong("the offset must be a number from 0 to " + std::to_string(kMaxOffset));
    return *number;
  }

  void bytes(std::string_view text, std::string const& what, std::vector<std::uint8_t>& value,
             std::vector<std::uint8_t>& mask) const {
    if (text.empty() || text.size() % 2 != 0)
      throw wrong("the " + what + " must have two hex digits for each byte");
    for (std::size_t i = 0; i < text.size(); ++i) {
      auto const number = hex_value(text[i]);
      if (number < 0 && text[i] != '?')
        throw wrong(std::string("'") + text[i] + "' is no hex digit");
      if (i % 2 == 0) value.push_back(0), mask.push_back(0);
      value.back() = static_cast<std::uint8_t>(value.back() << 4 | (number < 0 ? 0 : number));
      mask.back() = static_cast<std::uint8_t>(mask.back() << 4 | (number < 0 ? 0 : 15));
    }
  }

  Args const& args_;
  Word const& word_;
};

}  // namespace

std::vector<ByteClause> parse_pattern(Args const& args, Argument const& pattern) {
  std::vector<ByteClause> clauses;
  for (auto const& word : pattern.words) {
    if (word.text != "-")
      clauses.push_back(ClauseReader(args, word).read());
    else if (pattern.words.size() > 1)
      throw args.error_at(word, "'-' matches every packet and stands alone");
  }
  return clauses;
}

}  // namespace warpline
