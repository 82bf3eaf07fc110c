// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <memory>
#include <string>
#include <utility>

#include "elements/ids/rules/keywords.hpp"

/// Keywords that change the bytes of the selected buffer before others look at them.
namespace warpline::ids {
namespace {

/// After a keyword that looks at the buffer, transforms begin again with the buffer's own bytes.
void add(OptionReader& option, Transform transform) {
  auto& state = option.state();
  if (state.buffer == Buffer::kPayload)
    option.refuse(std::string(option.keyword()) + " needs a buffer such as http.uri before it");
  Transforms transforms;
  if (state.unused_buffer && state.transforms) transforms = *state.transforms;
  transforms.push_back(std::move(transform));
  state.transforms = std::make_shared<Transforms const>(std::move(transforms));
  state.unused_buffer = option.name();
  state.content.reset();
}

void read_transform(OptionReader& option) {
  using enum Transform::Kind;
  constexpr std::pair<std::string_view, Transform::Kind> kNames[] = {
      {"dotprefix", kDotPrefix},
      {"strip_whitespace", kStripWhitespace},
      {"compress_whitespace", kCompressWhitespace},
      {"to_lowercase", kToLowercase},
      {"to_uppercase", kToUppercase},
      {"url_decode", kUrlDecode},
      {"to_md5", kMd5},
      {"to_sha1", kSha1},
      {"to_sha256", kSha256}};
  add(option, {value_of(kNames, option.keyword()).value()});
}

/// An expression with one group.
void read_pcrexform(OptionReader& option) {
  auto const word = option.value();
  auto const& text = word.text;
  if (text.size() < 3 || text.front() != '"' || text.back() != '"')
    option.refuse("expected an expression in double quotes");
  std::string expression;
  for (std::size_t i = 1; i + 1 < text.size(); ++i)
    if (text[i] != '\\' || text[i + 1] != ';') expression += text[i];
  int error = 0;
  std::size_t place = 0;
  std::unique_ptr<pcre2_code, void (*)(pcre2_code*)> const code(
      pcre2_compile(reinterpret_cast<PCRE2_SPTR>(expression.data()), expression.size(), 0, &error,
                    &place, nullptr),
      pcre2_code_free);
  if (!code) {
    PCRE2_UCHAR message[256]{};
    pcre2_get_error_message(error, message, sizeof message);
    throw OptionError{word.offset + 1 + place,
                      std::string("bad expression: ") + reinterpret_cast<char const*>(message)};
  }
  std::uint32_t groups = 0;
  pcre2_pattern_info(code.get(), PCRE2_INFO_CAPTURECOUNT, &groups);
  if (groups != 1)
    option.refuse("the expression has " + std::to_string(groups) +
                  " groups; expected one, which selects the bytes");
  add(option, {Transform::Kind::kExpression, std::move(expression)});
}

using enum KeywordKind;
using enum KeywordValue;
constexpr Keyword kTable[] = {
    {"dotprefix", kTransform, kNone, "a dot before the bytes", read_transform},
    {"strip_whitespace", kTransform, kNone, "without white space", read_transform},
    {"compress_whitespace", kTransform, kNone, "one for white space in a row", read_transform},
    {"to_lowercase", kTransform, kNone, "letters in lower case", read_transform},
    {"to_uppercase", kTransform, kNone, "letters in upper case", read_transform},
    {"url_decode", kTransform, kNone, "%XX and + decoded", read_transform},
    {"to_md5", kTransform, kNone, "the digest's bytes", read_transform},
    {"to_sha1", kTransform, kNone, "the digest's bytes", read_transform},
    {"to_sha256", kTransform, kNone, "the digest's bytes", read_transform},
    {"pcrexform", kTransform, kNeeded, "the bytes that a group matches", read_pcrexform},
};

}  // namespace

std::span<Keyword const> transform_keywords() { return kTable; }

}  // namespace warpline::ids
