// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <algorithm>
#include <memory>
#include <string>
#include <utility>

#include "core/base/text.hpp"
#include "elements/ids/rules/keywords.hpp"

namespace warpline::ids {
namespace {

/// The letters that select a buffer.
constexpr std::pair<char, Buffer> kLetters[] = {
    {'U', Buffer::kHttpUri},         {'I', Buffer::kHttpRawUri},
    {'P', Buffer::kHttpRequestBody}, {'Q', Buffer::kFileData},
    {'H', Buffer::kHttpHeader},      {'D', Buffer::kHttpRawHeader},
    {'M', Buffer::kHttpMethod},      {'C', Buffer::kHttpCookie},
    {'S', Buffer::kHttpStatusCode},  {'Y', Buffer::kHttpStatusMessage},
    {'V', Buffer::kHttpUserAgent},   {'W', Buffer::kHttpHost},
    {'Z', Buffer::kHttpRawHost}};

std::optional<Buffer> buffer_of(char letter) {
  for (auto const& [known, buffer] : kLetters)
    if (known == letter) return buffer;
  return std::nullopt;
}

/// Outside of escapes such as `\D` and `\x0D`.
bool has_capital(std::string_view expression) {
  for (std::size_t i = 0; i < expression.size(); ++i) {
    if (expression[i] == '\\')
      i += i + 1 < expression.size() && expression[i + 1] == 'x' ? 3u : 1u;
    else if (expression[i] >= 'A' && expression[i] <= 'Z')
      return true;
  }
  return false;
}

std::string pcre_message(int code) {
  PCRE2_UCHAR text[256];
  if (pcre2_get_error_message(code, text, sizeof text) < 0) return "unknown error";
  return reinterpret_cast<char const*>(text);
}

/// Where the expression ends and its letters begin: at the last slash.
std::size_t end_of(Word const& text) {
  auto const end = text.text.rfind('/');
  if (!text.text.starts_with('/') || end == 0)
    OptionReader::refuse(text, "expected an expression between slashes");
  return end;
}

/// The letters after the expression. Returns the buffer that one of them selects.
std::optional<Buffer> read_letters(Word const& letters, PcreMatch& match) {
  std::optional<Buffer> buffer;
  bool of_packets = false;
  for (std::size_t i = 0; i < letters.text.size(); ++i) {
    char const c = letters.text[i];
    auto const refuse = [&](std::string message) {
      throw OptionError{letters.offset + i, std::move(message)};
    };
    if (auto const selected = buffer_of(c)) {
      if (buffer) refuse("one letter of a buffer stands before this one");
      if (of_packets) refuse("B excludes the letters of buffers");
      buffer = selected;
      continue;
    }
    switch (c) {
      case 'i':
        match.options |= PCRE2_CASELESS;
        break;
      case 's':
        match.options |= PCRE2_DOTALL;
        break;
      case 'm':
        match.options |= PCRE2_MULTILINE;
        break;
      case 'x':
        match.options |= PCRE2_EXTENDED;
        break;
      case 'A':
        match.options |= PCRE2_ANCHORED;
        break;
      case 'E':
        match.options |= PCRE2_DOLLAR_ENDONLY;
        break;
      case 'G':
        match.options |= PCRE2_UNGREEDY;
        break;
      case 'R':
        match.relative = true;
        break;
      case 'B':
        if (buffer) refuse("B excludes the letters of buffers");
        of_packets = true;
        break;
      case 'O':
        break;
      default:
        refuse("expected letters of ismxAEGRBO, or one of UIPQHDMCSYVWZ for a buffer");
    }
  }
  return buffer;
}

bool has_place(Rule const& rule, Buffer buffer) {
  return std::ranges::any_of(rule.buffers, [buffer](BufferMatch const& match) {
    return match.buffer == buffer && (std::holds_alternative<ContentMatch>(match.match) ||
                                      std::holds_alternative<PcreMatch>(match.match));
  });
}

/// Adds the expression to the buffer of its letter.
void add_to_letter(OptionReader& option, Buffer buffer, PcreMatch match, Word const& text) {
  auto const selected = option.state().buffer;
  if (selected == buffer && !option.state().transforms) {
    option.add(std::move(match));
    return;
  }
  if (selected != Buffer::kPayload)
    OptionReader::refuse(text, "the letter is of " + std::string(name_of(buffer)) + ", but " +
                                   std::string(name_of(selected)) +
                                   " is selected; expected pkt_data before");
  if (match.relative && !has_place(option.rule(), buffer))
    OptionReader::refuse(
        text, "R needs a content or pcre of " + std::string(name_of(buffer)) + " before it");
  bool const folds = (match.options & PCRE2_CASELESS) != 0;
  if (buffer == Buffer::kHttpHost && !folds && has_capital(match.expression))
    OptionReader::refuse(text,
                         "http.host is in lower case; expected an expression without capitals");
  option.add_to(buffer, std::move(match));
}

void read_pcre(OptionReader& option) {
  auto word = option.value();
  PcreMatch match;
  if (word.text.starts_with('!')) {
    match.negated = true;
    word = rest_of(word, 1);
  }
  bool const quotes = word.text.size() >= 2 && word.text.front() == '"' && word.text.back() == '"';
  if (!quotes) OptionReader::refuse(word, "expected an expression in double quotes");
  Word const text{word.text.substr(1, word.text.size() - 2), word.offset + 1};
  auto const end = end_of(text);
  Word const letters{text.text.substr(end + 1), text.offset + end + 1};
  auto const buffer = read_letters(letters, match);
  if (buffer) option.use_modifier(*buffer);
  for (std::size_t i = 1; i < end; ++i) {
    bool const semicolon = text.text[i] == '\\' && i + 1 < end && text.text[i + 1] == ';';
    if (!semicolon) match.expression += text.text[i];
  }
  int error = 0;
  std::size_t place = 0;
  std::unique_ptr<pcre2_code, void (*)(pcre2_code*)> const code(
      pcre2_compile(reinterpret_cast<PCRE2_SPTR>(match.expression.data()), match.expression.size(),
                    match.options, &error, &place, nullptr),
      pcre2_code_free);
  if (!code) throw OptionError{text.offset + 1 + place, "bad expression: " + pcre_message(error)};
  if (buffer)
    add_to_letter(option, *buffer, std::move(match), letters);
  else
    option.add(std::move(match));
}

using enum KeywordKind;
using enum KeywordValue;
constexpr Keyword kTable[] = {
    {"pcre", kPayload, kNeeded, "a regular expression", read_pcre},
};

}  // namespace

std::span<Keyword const> pcre_keywords() { return kTable; }

}  // namespace warpline::ids
