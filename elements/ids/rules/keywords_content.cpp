// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <string>

#include "core/base/hex.hpp"
#include "core/base/text.hpp"
#include "elements/ids/rules/keywords.hpp"
#include "elements/ids/rules/size_range.hpp"

namespace warpline::ids {
namespace {

constexpr std::int64_t kMaxOffset = 65535;
constexpr std::size_t kMaxContent = 65535;

/// The bytes of a content: text with escapes, and `|0d 0a|` in hex.
std::string content_bytes(Word const& quoted_text) {
  auto const& text = quoted_text.text;
  if (text.size() < 2 || text.front() != '"' || text.back() != '"')
    OptionReader::refuse(quoted_text, "expected the content in double quotes");
  auto const refuse = [&](std::size_t offset, std::string message) {
    throw OptionError{quoted_text.offset + offset, std::move(message)};
  };
  std::string bytes;
  std::size_t bar = 0;  // where the hex bytes began; 0: none
  auto const end = text.size() - 1;
  for (std::size_t i = 1; i < end; ++i) {
    char const c = text[i];
    if (c == '|') {
      bar = bar == 0 ? i : 0;
    } else if (bar != 0) {
      if (c == ' ') continue;
      auto const high = hex_value(c), low = i + 1 < end ? hex_value(text[i + 1]) : -1;
      if (high < 0) refuse(i, "expected two hex digits for a byte, or '|'");
      if (low < 0) refuse(i + 1, "expected the second hex digit of a byte");
      bytes += static_cast<char>(high * 16 + low);
      ++i;
    } else if (c == '\\') {
      if (i + 1 >= end) refuse(i, "expected a character after the backslash");
      bytes += text[++i];
    } else if (c == '"') {
      refuse(i, "expected '\\\"' for a quote within the content");
    } else {
      bytes += c;
    }
  }
  if (bar != 0) refuse(bar, "the hex bytes are not closed; expected '|'");
  if (bytes.empty()) refuse(0, "the content is empty; expected at least one byte");
  if (bytes.size() > kMaxContent)
    refuse(0, "the content has " + std::to_string(bytes.size()) + " bytes; expected at most " +
                  std::to_string(kMaxContent));
  return bytes;
}

/// Removes a leading `!` and the blanks after it; returns whether there was one.
bool negation(Word& word) {
  if (!word.text.starts_with('!')) return false;
  word.text.remove_prefix(1);
  ++word.offset;
  word = trimmed(word);
  return true;
}

ContentMatch content_of(OptionReader& option) {
  auto word = option.value();
  ContentMatch content;
  content.negated = negation(word);
  content.bytes = content_bytes(word);
  return content;
}

void read_content(OptionReader& option) {
  option.add(content_of(option));
  option.state().content = option.rule().buffers.size() - 1;
}

void read_uricontent(OptionReader& option) {
  if (option.state().buffer != Buffer::kPayload)
    option.refuse("uricontent is of http.uri, but another buffer is selected; expected pkt_data");
  option.use_application(Buffer::kHttpUri);
  option.add_to(Buffer::kHttpUri, content_of(option));
  option.state().content = option.rule().buffers.size() - 1;
}

void refuse_twice(OptionReader& option, bool twice) {
  if (twice) option.refuse(std::string(option.keyword()) + " is given twice for this content");
}

void read_nocase(OptionReader& option) { option.content().nocase = true; }
void read_rawbytes(OptionReader& option) { option.content(); }

void read_offset(OptionReader& option) {
  auto& content = option.content();
  refuse_twice(option, content.offset.has_value());
  content.offset = option.operand(option.value(), 0, kMaxOffset);
}

void read_depth(OptionReader& option) {
  auto& content = option.content();
  refuse_twice(option, content.depth.has_value());
  content.depth = option.operand(option.value(), 0, kMaxOffset);
  bool const short_depth = !content.depth->variable &&
                           content.depth->value < static_cast<std::int64_t>(content.bytes.size());
  if (short_depth)
    option.refuse("the depth is less than the " + counted(content.bytes.size(), "byte") +
                  " of the content");
}

void read_distance(OptionReader& option) {
  auto& content = option.content();
  refuse_twice(option, content.distance.has_value());
  content.distance = option.operand(option.value(), -kMaxOffset, kMaxOffset);
}

void read_within(OptionReader& option) {
  auto& content = option.content();
  refuse_twice(option, content.within.has_value());
  content.within = option.operand(option.value(), 0, kMaxOffset);
  bool const too_short = !content.within->variable &&
                         content.within->value < static_cast<std::int64_t>(content.bytes.size());
  if (too_short)
    option.refuse("`within` is less than the " + counted(content.bytes.size(), "byte") +
                  " of the content");
}

void read_startswith(OptionReader& option) {
  auto& content = option.content();
  if (content.offset || content.depth || content.is_relative())
    option.refuse("startswith excludes offset, depth, distance and within");
  content.starts_with = true;
  content.offset = Operand{0};
  content.depth = Operand{static_cast<std::int64_t>(content.bytes.size())};
}

void read_endswith(OptionReader& option) {
  auto& content = option.content();
  if (content.ends_with) option.refuse("endswith is given twice for this content");
  content.ends_with = true;
}

void read_fast_pattern(OptionReader& option) {
  auto& content = option.content();
  auto const parts = option.parts();
  for (auto const& match : option.rule().buffers) {
    if (match.buffer != Buffer::kPayload || option.state().buffer != Buffer::kPayload) continue;
    auto const* const other = std::get_if<ContentMatch>(&match.match);
    if (other != nullptr && other->fast.use != FastPattern::Use::kIfBest)
      option.refuse("the rule has two fast patterns");
  }
  auto const size = static_cast<std::uint16_t>(content.bytes.size());
  if (option.value().text.empty()) {
    content.fast.use = FastPattern::Use::kYes;
  } else if (parts.size() == 1 && parts[0].text == "only") {
    if (content.negated || content.is_relative() || content.offset || content.depth)
      option.refuse("fast_pattern:only excludes '!', offset, depth, distance and within");
    content.fast.use = FastPattern::Use::kOnly;
  } else if (parts.size() == 2) {
    content.fast = {FastPattern::Use::kPart, number<std::uint16_t>(parts[0], 0, size),
                    number<std::uint16_t>(parts[1], 1, size)};
    if (content.fast.offset + content.fast.length > size)
      option.refuse("the fast pattern ends after the content's " + counted(size, "byte"));
  } else {
    option.refuse("expected nothing, 'only', or an offset and a length");
  }
}

void read_isdataat(OptionReader& option) {
  auto word = option.value();
  IsDataAt match;
  match.negated = negation(word);
  auto const parts = option.parts();
  auto first = parts[0];
  negation(first);
  match.offset = option.operand(first, 0, kMaxOffset);
  for (std::size_t i = 1; i < parts.size(); ++i) {
    if (parts[i].text == "relative")
      match.relative = true;
    else if (parts[i].text != "rawbytes")
      OptionReader::refuse(parts[i], "expected relative or rawbytes");
  }
  bool const ends = match.negated && match.relative && parts.size() == 2 &&
                    match.offset == Operand{1};  // then it is `endswith`, as in Suricata
  auto* const before = ends ? option.last_content() : nullptr;
  if (before != nullptr)
    before->ends_with = true;
  else
    option.add_relative(match);
}

void read_bsize(OptionReader& option) { option.add(read_size_range(option.value(), 0xffffffff)); }

void select_buffer(OptionReader& option) {
  for (auto const& keyword : kBufferKeywords)
    if (keyword.name == option.keyword()) option.select(keyword.buffer);
}

using enum KeywordKind;
using enum KeywordValue;
constexpr Keyword kTable[] = {
    {"content", kPayload, kNeeded, "bytes that must occur, or with ! must not", read_content},
    {"uricontent", kPayload, kNeeded, "a content of http.uri", read_uricontent},
    {"nocase", kPayload, kNone, "letters of the content match in both cases", read_nocase},
    {"rawbytes", kPayload, kNone, "no effect", read_rawbytes},
    {"offset", kPayload, kNeeded, "where the content may begin", read_offset},
    {"depth", kPayload, kNeeded, "how far the content is searched", read_depth},
    {"distance", kPayload, kNeeded, "bytes after the match before", read_distance},
    {"within", kPayload, kNeeded, "bytes after it in which the content ends", read_within},
    {"startswith", kPayload, kNone, "the buffer begins with the content", read_startswith},
    {"endswith", kPayload, kNone, "the buffer ends with the content", read_endswith},
    {"fast_pattern", kPayload, kOptional, "this content selects the rule", read_fast_pattern},
    {"isdataat", kPayload, kNeeded, "the buffer has a byte there", read_isdataat},
    {"bsize", kPayload, kNeeded, "size of the buffer", read_bsize},
    {"pkt_data", kBuffer, kNone, "the payload", select_buffer},
    {"ipv4.hdr", kBuffer, kNone, "the IPv4 header with options", select_buffer},
    {"ipv6.hdr", kBuffer, kNone, "the IPv6 header", select_buffer},
    {"tcp.hdr", kBuffer, kNone, "the TCP header with options", select_buffer},
    {"udp.hdr", kBuffer, kNone, "the UDP header", select_buffer},
    {"icmpv4.hdr", kBuffer, kNone, "the ICMP header", select_buffer},
    {"icmpv6.hdr", kBuffer, kNone, "the ICMPv6 header", select_buffer},
    {"ip.src", kBuffer, kNone, "the source address", select_buffer},
    {"ip.dst", kBuffer, kNone, "the destination address", select_buffer},
};

}  // namespace

std::span<Keyword const> content_keywords() { return kTable; }

}  // namespace warpline::ids
