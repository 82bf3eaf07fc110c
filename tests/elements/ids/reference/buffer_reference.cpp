// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "tests/elements/ids/reference/buffer_reference.hpp"

#include <algorithm>
#include <bit>
#include <cctype>
#include <stdexcept>

#include "tests/elements/ids/reference/expression.hpp"

namespace warpline::ids::reference {
namespace {

std::string lower(std::string text) {
  for (auto& c : text)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  return text;
}

template <class Keyword>
bool relative(Keyword const& keyword) {
  if constexpr (std::is_same_v<Keyword, ContentMatch>)
    return keyword.distance.has_value() || keyword.within.has_value();
  else if constexpr (std::is_same_v<Keyword, BufferSize>)
    return false;
  else
    return keyword.relative;
}

}  // namespace

std::int64_t BufferReference::value(Operand const& operand) const {
  if (!operand.variable) return operand.value;
  auto const entry = variables_.find(*operand.variable);
  return entry == variables_.end() ? 0 : static_cast<std::int64_t>(entry->second);
}

/// An absolute `isdataat`, `byte_test` or `bsize` between the two changes nothing.
bool BufferReference::next_is_relative(std::size_t index) const {
  for (++index; index < matches_.size(); ++index) {
    auto const& match = matches_[index].match;
    if (std::visit([](auto const& keyword) { return relative(keyword); }, match)) return true;
    if (!std::get_if<IsDataAt>(&match) && !std::get_if<ByteTest>(&match) &&
        !std::get_if<BufferSize>(&match))
      return false;
  }
  return false;
}

BufferReference::Result BufferReference::try_content(ContentMatch const& content, std::size_t index,
                                                     std::int64_t cursor) {
  auto const size = static_cast<std::int64_t>(buffer_.size());
  auto const length = static_cast<std::int64_t>(content.bytes.size());
  auto const offset = content.offset ? value(*content.offset) : 0;
  bool const is_relative = content.distance || content.within;
  std::int64_t first = std::max<std::int64_t>(offset - stream_offset_, 0), end = size;
  if (is_relative) {
    auto const distance = content.distance ? value(*content.distance) : 0;
    first = std::max(first, cursor + distance);
    if (content.within) end = std::min(end, cursor + distance + value(*content.within));
    if (content.depth) end = std::min(end, cursor + offset + value(*content.depth));
  } else if (content.depth) {
    end = std::min(end, offset + value(*content.depth) - stream_offset_);
  }
  auto const text = content.nocase ? lower(buffer_) : buffer_;
  auto const needle = content.nocase ? lower(content.bytes) : content.bytes;
  bool any = false;
  for (auto place = first; place + length <= end; ++place) {
    if (text.compare(static_cast<std::size_t>(place), needle.size(), needle) != 0) continue;
    if (content.ends_with && place + length != size) continue;
    any = true;
    if (content.negated) break;
    ++steps_;
    auto const rest = try_from(index + 1, place + length);
    if (rest != Result::kNoMatch) return rest;
    if (!next_is_relative(index)) return Result::kNoMatch;
  }
  if (content.negated) {
    if (!any) return try_from(index + 1, cursor);
    return !is_relative && !next_is_relative(index) ? Result::kNeverMatches : Result::kNoMatch;
  }
  // All its places were tried: an absolute content has no others, whatever comes before it.
  return is_relative ? Result::kNoMatch : Result::kNeverMatches;
}

std::optional<std::uint64_t> BufferReference::number(std::int64_t offset, std::int64_t size,
                                                     NumberFormat const& format,
                                                     std::int64_t& end) const {
  auto const all = static_cast<std::int64_t>(buffer_.size());
  if (offset < 0 || offset > all) return std::nullopt;
  std::uint64_t result = 0;
  if (format.text) {
    if (size == 0) size = std::min<std::int64_t>(all - offset, 23);
    if (size > 23 || offset + size > all) return std::nullopt;
    auto const text =
        buffer_.substr(static_cast<std::size_t>(offset), static_cast<std::size_t>(size));
    std::size_t used = 0;
    try {
      result = std::stoull(text, &used, format.base);
    } catch (std::exception const&) {
      return std::nullopt;
    }
    end = offset + static_cast<std::int64_t>(used);
  } else {
    if (size < 1 || size > 8 || offset + size > all) return std::nullopt;
    auto bytes = buffer_.substr(static_cast<std::size_t>(offset), static_cast<std::size_t>(size));
    if (format.little_endian) std::reverse(bytes.begin(), bytes.end());
    for (char const byte : bytes) result = result << 8 | static_cast<std::uint8_t>(byte);
    end = offset + size;
  }
  if (format.mask) result = (result & *format.mask) >> std::countr_zero(*format.mask);
  return result;
}

bool BufferReference::test(ByteTest const& test, std::int64_t cursor) const {
  using enum ByteTest::Comparison;
  std::int64_t end = 0;
  auto const number = this->number(value(test.offset) + (test.relative ? cursor : 0),
                                   value(test.size), test.format, end);
  if (!number) return false;
  auto const other = static_cast<std::uint64_t>(value(test.value));
  bool const result = test.comparison == kLess           ? *number < other
                      : test.comparison == kGreater      ? *number > other
                      : test.comparison == kEqual        ? *number == other
                      : test.comparison == kLessEqual    ? *number <= other
                      : test.comparison == kGreaterEqual ? *number >= other
                      : test.comparison == kAnd          ? (*number & other) != 0
                                                         : (*number ^ other) != 0;
  return result != test.negated;
}

/// Sets the variable. Returns where the bytes end that were read.
std::optional<std::int64_t> BufferReference::calculate(ByteMath const& math, std::int64_t cursor) {
  using enum ByteMath::Operation;
  auto format = math.format;
  format.mask.reset();
  std::int64_t end = 0;
  auto const number =
      this->number(math.offset + (math.relative ? cursor : 0), value(math.size), format, end);
  auto const operand = static_cast<std::uint64_t>(value(math.operand));
  if (!number || (math.operation == kDivide && operand == 0)) return std::nullopt;
  auto result = math.operation == kAdd         ? *number + operand
                : math.operation == kSubtract  ? *number - operand
                : math.operation == kMultiply  ? *number * operand
                : math.operation == kDivide    ? *number / operand
                : operand > 63                 ? 0
                : math.operation == kShiftLeft ? *number << operand
                                               : *number >> operand;
  if (math.format.mask)
    result = (result & *math.format.mask) >> std::countr_zero(*math.format.mask);
  variables_[math.variable] = result;
  return end;
}

/// Tries each match of the expression, from the first on. `^` is the beginning of the buffer or,
/// if the expression is relative, the end of the match before.
BufferReference::Result BufferReference::try_pcre(PcreMatch const& match, std::size_t index,
                                                  std::int64_t cursor) {
  auto const begin = match.relative ? static_cast<std::size_t>(cursor) : 0;
  auto const subject = buffer_.substr(begin);
  for (std::size_t start = 0; start <= subject.size();) {
    auto const found = find_expression(match.expression, match.options, subject, start);
    if (match.negated) return found ? Result::kNoMatch : try_from(index + 1, cursor);
    if (!found) return Result::kNoMatch;
    ++steps_;
    auto const rest = try_from(index + 1, static_cast<std::int64_t>(begin + found->second));
    if (rest != Result::kNoMatch) return rest;
    if (!next_is_relative(index)) return Result::kNoMatch;
    start = found->first + 1;
  }
  return Result::kNoMatch;
}

std::optional<std::int64_t> BufferReference::jump(ByteJump const& jump, std::int64_t cursor) const {
  auto const offset = value(jump.offset) + (jump.relative ? cursor : 0);
  auto const size = value(jump.size);
  std::int64_t end = offset;
  std::uint64_t distance = 0;
  if (size != 0 || jump.format.text) {
    auto const number = this->number(offset, size, jump.format, end);
    if (!number) return std::nullopt;
    distance = *number;
  } else if (offset < 0 || offset > static_cast<std::int64_t>(buffer_.size())) {
    return std::nullopt;
  }
  distance *= jump.multiplier;
  if (jump.align) distance = (distance + 3) / 4 * 4;
  if (distance > 0x100000000) return std::nullopt;
  auto place = static_cast<std::int64_t>(distance) + jump.post_offset;
  if (jump.from_end)
    place += static_cast<std::int64_t>(buffer_.size());
  else if (!jump.from_beginning)
    place += end;
  if (place > static_cast<std::int64_t>(buffer_.size())) return std::nullopt;
  return place < 0 ? 0 : place;
}

BufferReference::Result BufferReference::try_from(std::size_t index, std::int64_t cursor) {
  if (index == matches_.size()) return Result::kMatch;
  ++steps_;
  auto const& match = matches_[index].match;
  auto const size = static_cast<std::int64_t>(buffer_.size());
  auto const go_on = [&](bool holds) {
    return holds ? try_from(index + 1, cursor) : Result::kNoMatch;
  };
  if (auto const* content = std::get_if<ContentMatch>(&match))
    return try_content(*content, index, cursor);
  if (auto const* there = std::get_if<IsDataAt>(&match)) {
    auto const offset = value(there->offset);
    bool const is_there = there->relative ? cursor + offset <= size : offset < size;
    return go_on(is_there != there->negated);
  }
  if (auto const* bytes = std::get_if<ByteTest>(&match)) return go_on(test(*bytes, cursor));
  if (auto const* jumped = std::get_if<ByteJump>(&match)) {
    auto const place = jump(*jumped, cursor);
    return place ? try_from(index + 1, *place) : Result::kNoMatch;
  }
  if (auto const* extract = std::get_if<ByteExtract>(&match)) {
    std::int64_t end = 0;
    auto const number = this->number(extract->offset + (extract->relative ? cursor : 0),
                                     extract->size, extract->format, end);
    if (!number) return Result::kNoMatch;
    auto result = *number * extract->multiplier;
    if (extract->align != 0)
      result = (result + extract->align - 1) / extract->align * extract->align;
    variables_[extract->variable] = result;
    return try_from(index + 1, end);
  }
  if (auto const* size_match = std::get_if<BufferSize>(&match)) {
    bool const inside = buffer_.size() >= size_match->min && buffer_.size() <= size_match->max;
    return inside != size_match->negated ? try_from(index + 1, cursor) : Result::kNeverMatches;
  }
  if (auto const* math = std::get_if<ByteMath>(&match)) {
    auto const end = calculate(*math, cursor);
    return end ? try_from(index + 1, *end) : Result::kNoMatch;
  }
  return try_pcre(std::get<PcreMatch>(match), index, cursor);
}

}  // namespace warpline::ids::reference
