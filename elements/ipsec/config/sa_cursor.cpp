// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ipsec/config/sa_cursor.hpp"

#include "core/base/mask_keys.hpp"
#include "core/base/numbers.hpp"
#include "core/base/text.hpp"

namespace warpline::ipsec {
namespace {

bool has_hex_mark(std::string_view text) {
  return text.starts_with("0x") || text.starts_with("0X");
}

}  // namespace

std::string quoted(std::string_view text) { return warpline::quoted(mask_keys(text)); }

std::optional<std::uint32_t> parse_number(std::string_view text) {
  bool const hexadecimal = has_hex_mark(text);
  if (hexadecimal) text.remove_prefix(2);
  if (!hexadecimal && text.size() > 1 && text[0] == '0') return std::nullopt;
  return to_number<std::uint32_t>(text, hexadecimal ? 16 : 10);
}

void SaCursor::fail(Position position, std::string message) {
  failed_ = true;
  diagnostics_.error(position, std::move(message));
}

void SaCursor::skip_row() {
  auto const row = last().row;
  while (!at_end() && peek().row == row) take();
}

Word const* SaCursor::value(Word const& field, std::string const& expected) {
  if (!at_end()) return &take();
  fail(field, "nothing after " + quoted(field.text) + "; expected " + expected);
  return nullptr;
}

std::optional<std::uint32_t> SaCursor::number(Word const& field, std::string const& expected) {
  auto const* const word = value(field, expected);
  if (word == nullptr) return std::nullopt;
  auto text = word->text;
  if (auto const repeated = text.find('('); repeated != 0 && text.ends_with(')'))
    text = text.substr(0, repeated);
  if (auto const parsed = parse_number(text)) return parsed;
  bool const octal = text.size() > 1 && text[0] == '0' && !has_hex_mark(text) &&
                     text.find_first_not_of("0123456789") == std::string_view::npos;
  fail(*word, quoted(word->text) + ": expected " + expected +
                  (octal ? ", without a leading 0 ('ip' takes it for octal)" : ""));
  return std::nullopt;
}

std::optional<Secret> SaCursor::key(Word const& field, std::span<unsigned const> sizes,
                                    std::string const& parts) {
  std::vector<std::string> counts;
  for (auto const size : sizes) counts.push_back(std::to_string(2 * size));
  bool const empty = sizes.size() == 1 && sizes[0] == 0;
  auto const expected =
      empty ? "'0x' (" + parts + ")"
            : "0x and " + alternatives(counts) + " hexadecimal digits (" + parts + ")";
  if (empty && (at_end() || (!peek().text.empty() && !has_hex_mark(peek().text)))) return Secret();
  auto const* const word = value(field, expected);
  if (word == nullptr) return std::nullopt;
  if (empty && (word->text.empty() || word->text == "0x")) return Secret();
  if (word->text == "<<Keys") {
    fail(*word, "the keys are hidden; expected what 'ip xfrm state' prints without 'nokeys'");
    skip_row();
    return std::nullopt;
  }
  if (!has_hex_mark(word->text) || word->text.size() == 2) {
    fail(*word, "this is not a key; expected " + expected);
    return std::nullopt;
  }
  auto const digits = word->text.substr(2);
  std::size_t bad = 0;
  auto key = Secret::of_hex(digits, bad);
  if (!key && bad < digits.size()) {
    auto position = word->position;
    position.column += static_cast<std::uint32_t>(bad + 2);
    fail(position, "this is not a hexadecimal digit; expected " + expected);
    return std::nullopt;
  }
  for (auto const size : sizes)
    if (key && key->bytes().size() == size) {
      if (!at_end() && peek().text.starts_with('('))
        while (!take().text.ends_with(')') && !at_end() && peek().row == word->row) {
        }
      return key;
    }
  fail(*word, "this key has " + counted(digits.size(), "digit") + "; expected " + expected);
  return std::nullopt;
}

}  // namespace warpline::ipsec
