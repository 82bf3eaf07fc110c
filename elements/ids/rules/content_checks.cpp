// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ids/rules/content_checks.hpp"

#include <algorithm>
#include <cctype>
#include <string>

#include "core/base/text.hpp"

namespace warpline::ids {
namespace {

constexpr std::size_t kFingerprintSize = 59, kJa3Size = 32;

bool is_capital(char c) { return c >= 'A' && c <= 'Z'; }
bool is_small(char c) { return c >= 'a' && c <= 'z'; }
bool is_blank(char c) { return c == ' ' || c == '\t'; }
bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

bool has(std::string const& bytes, bool (*is)(char)) {
  return std::any_of(bytes.begin(), bytes.end(), is);
}

/// Why no bytes that the transform makes have this content; empty if they may.
std::string misfit(std::string const& bytes, Transform const& transform) {
  using enum Transform::Kind;
  auto const both_spaces = [](char a, char b) { return is_space(a) && is_space(b); };
  if (transform.kind == kToLowercase && has(bytes, is_capital))
    return "the content has capitals; expected none after to_lowercase";
  if (transform.kind == kToUppercase && has(bytes, is_small))
    return "the content has small letters; expected none after to_uppercase";
  if (transform.kind == kStripWhitespace && has(bytes, is_space))
    return "the content has white space; expected none after strip_whitespace";
  if (transform.kind == kCompressWhitespace &&
      std::adjacent_find(bytes.begin(), bytes.end(), both_spaces) != bytes.end())
    return "the content has white space in a row; expected none after compress_whitespace";
  return {};
}

/// The same for the buffer itself.
std::string misfit(ContentMatch const& content, Buffer buffer) {
  auto const& bytes = content.bytes;
  auto const expected = [](std::size_t size, std::string_view what) {
    return "expected the " + std::to_string(size) + " characters of a " + std::string(what);
  };
  if (buffer == Buffer::kHttpHost && (content.nocase || has(bytes, is_capital)))
    return "http.host is in lower case; expected a content without capitals and nocase";
  if (buffer == Buffer::kHttpMethod && (is_blank(bytes.front()) || is_blank(bytes.back())))
    return "http.method has no blanks; expected a content without";
  bool const ja3 = buffer == Buffer::kJa3Hash || buffer == Buffer::kJa3sHash;
  if (ja3 && bytes.size() != kJa3Size) return expected(kJa3Size, "JA3 hash");
  if (buffer == Buffer::kTlsCertFingerprint && bytes.size() != kFingerprintSize)
    return expected(kFingerprintSize, "SHA-1 fingerprint with colons");
  if (buffer == Buffer::kTlsCertSerial && bytes.size() > 2 && bytes.find(':') == std::string::npos)
    return "expected ':' between the bytes of the serial number";
  return {};
}

char lower(char c) { return is_capital(c) ? static_cast<char>(c - 'A' + 'a') : c; }
char upper(char c) { return is_small(c) ? static_cast<char>(c - 'a' + 'A') : c; }

}  // namespace

void check_sizes(Rule const& rule, Diagnostics& diagnostics) {
  for (auto const& match : rule.buffers) {
    auto const* const size = std::get_if<BufferSize>(&match.match);
    if (size == nullptr || size->negated || !is_of_application(match.buffer)) continue;
    for (auto const& other : rule.buffers) {
      auto const* const content = std::get_if<ContentMatch>(&other.match);
      if (content == nullptr || !is_same_buffer(match, other)) continue;
      std::uint64_t needed = content->bytes.size();
      bool const at_offset = content->offset && !content->offset->variable;
      if (at_offset) needed += static_cast<std::uint64_t>(content->offset->value);
      if (needed <= size->max) continue;
      diagnostics.error(other.position, "the content ends at byte " + with_commas(needed) +
                                            " of the buffer or later, but the size is at most " +
                                            with_commas(size->max));
    }
  }
}

void check_content(BufferMatch& match, Diagnostics& diagnostics) {
  auto* const content = std::get_if<ContentMatch>(&match.match);
  if (content == nullptr) return;
  std::string message;
  if (match.transforms) {
    for (auto const& transform : *match.transforms)
      if (message.empty() && !content->negated) message = misfit(content->bytes, transform);
  } else {
    message = misfit(*content, match.buffer);
    auto& bytes = content->bytes;
    if (match.buffer == Buffer::kTlsCertSerial)
      std::transform(bytes.begin(), bytes.end(), bytes.begin(), upper);
    if (match.buffer == Buffer::kTlsCertFingerprint || match.buffer == Buffer::kJa3Hash ||
        match.buffer == Buffer::kJa3sHash)
      std::transform(bytes.begin(), bytes.end(), bytes.begin(), lower);
  }
  if (!message.empty()) diagnostics.error(match.position, std::move(message));
}

}  // namespace warpline::ids
