// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ipsec/sa_cursor.hpp"

#include <charconv>

#include "core/counted.hpp"

namespace warpline::ipsec {
namespace {

bool has_hex_mark(std::string_view text) {
  return text.starts_with("0x") || text.starts_with("0X");
}

}  // namespace

std::string quoted(std::string_view text) {
  constexpr std::size_t kMost = 60;
  return "'" + std::string(text.substr(0, kMost)) + (text.size() > kMost ? "...'" : "'");
}

std::string alternatives(std::vector<std::string> const& words) {
  std::string all;
  for (std::size_t i = 0; i < words.size(); ++i)
    all += (i == 0 ? "" : i + 1 == words.size() ? " or " : ", ") + words[i];
  return all;
}

void SaCursor::fail(Position position, std::string message) {
  failed_ = true;
  findings_.add(position, std::move(message));
}

Word const* SaCursor::value(Word const& field, std::string const& expected) {
  if (!at_end()) return &take();
  fail(field, "nothing behind " + quoted(field.text) + "; expected " + expected);
  return nullptr;
}

std::optional<std::uint32_t> SaCursor::number(Word const& field, std::string const& expected) {
  auto const* const word = value(field, expected);
  if (word == nullptr) return std::nullopt;
  auto const digits = has_hex_mark(word->text) ? word->text.substr(2) : word->text;
  int const base = has_hex_mark(word->text) ? 16 : 10;
  std::uint32_t parsed = 0;
  auto const* const end = digits.data() + digits.size();
  auto const [stop, error] = std::from_chars(digits.data(), end, parsed, base);
  if (error == std::errc{} && stop == end) return parsed;
  fail(*word, quoted(word->text) + ": expected " + expected);
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
  auto const* const word = value(field, expected);
  if (word == nullptr) return std::nullopt;
  if (empty && (word->text.empty() || word->text == "0x")) return Secret();
  if (!has_hex_mark(word->text) || word->text.size() == 2) {
    fail(*word, "this is not a key; expected " + expected);
    return std::nullopt;
  }
  auto const digits = word->text.substr(2);
  std::size_t bad = 0;
  auto key = Secret::of_hex(digits, bad);
  if (!key && bad < digits.size()) {
    auto at = word->position;
    at.column += static_cast<std::uint32_t>(bad + 2);
    fail(at, "this is not a hexadecimal digit; expected " + expected);
    return std::nullopt;
  }
  for (auto const size : sizes)
    if (key && key->bytes().size() == size) return key;
  fail(*word, "this key has " + counted(digits.size(), "digit") + "; expected " + expected);
  return std::nullopt;
}

}  // namespace warpline::ipsec
