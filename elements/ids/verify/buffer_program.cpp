// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ids/verify/buffer_program.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <optional>

#include "elements/ids/verify/numbers.hpp"

namespace warpline::ids {
namespace {

constexpr std::int64_t kNoMatch = -1;

std::uint8_t lower(std::uint8_t c) {
  return c >= 'A' && c <= 'Z' ? static_cast<std::uint8_t>(c + 32) : c;
}

bool equal(std::uint8_t const* data, std::string const& bytes, bool nocase) {
  if (!nocase) return std::memcmp(data, bytes.data(), bytes.size()) == 0;
  for (std::size_t i = 0; i < bytes.size(); ++i)
    if (lower(data[i]) != lower(static_cast<std::uint8_t>(bytes[i]))) return false;
  return true;
}

/// The first of the places from `begin` to `end` where `bytes` are, in either case. The compiler makes
/// vectors of the loop over a block: 64 KiB without the first byte take 4 us instead of 30.
std::int64_t find_nocase(std::uint8_t const* data, std::int64_t begin, std::int64_t end,
                         std::string const& bytes) {
  constexpr std::int64_t kBlock = 64;
  auto const first = lower(static_cast<std::uint8_t>(bytes[0]));
  auto const mask = static_cast<std::uint8_t>(first >= 'a' && first <= 'z' ? 0x20 : 0);
  for (auto at = begin; at < end;) {
    auto const block_end = std::min(at + kBlock, end);
    if (block_end - at == kBlock) {
      std::uint8_t any = 0;
      for (std::int64_t i = 0; i < kBlock; ++i)
        any = static_cast<std::uint8_t>(any | ((data[at + i] | mask) == first));
      if (any == 0) at = block_end;
    }
    for (; at < block_end; ++at)
      if ((data[at] | mask) == first && equal(data + at, bytes, true)) return at;
  }
  return kNoMatch;
}

/// Where the content begins in bytes `begin` to `end`, or `kNoMatch`.
std::int64_t find(Bytes buffer, std::int64_t begin, std::int64_t end, ContentMatch const& content) {
  auto const size = static_cast<std::int64_t>(content.bytes.size());
  if (!content.nocase) {
    if (end - begin < size) return kNoMatch;
    auto const* const place = static_cast<std::uint8_t const*>(
        memmem(buffer.data + begin, static_cast<std::size_t>(end - begin), content.bytes.data(),
               content.bytes.size()));
    return place == nullptr ? kNoMatch : place - buffer.data;
  }
  return find_nocase(buffer.data, begin, end - size + 1, content.bytes);
}

bool is_relative(BufferMatch const& match) {
  return std::visit(
      [](auto const& keyword) {
        using Keyword = std::decay_t<decltype(keyword)>;
        if constexpr (std::is_same_v<Keyword, ContentMatch>)
          return keyword.is_relative();
        else if constexpr (std::is_same_v<Keyword, BufferSize>)
          return false;
        else
          return keyword.relative;
      },
      match.match);
}

std::uint64_t aligned(std::uint64_t value, std::uint64_t step) {
  return step == 0 ? value : (value + step - 1) / step * step;
}

}  // namespace

/// What the last search of a keyword has found, so that retries do not search the same bytes again:
/// 3,000 retries of 64 KiB each would take 60 ms.
struct BufferProgram::Memory {
  std::int64_t begin, end;  // the bytes that were searched; none if `end` is less
  std::int64_t place;       // where the first match in them begins, or `kNoMatch`
  std::int64_t match_end;   // of an expression
  static constexpr Memory none() { return {0, -1, kNoMatch, 0}; }

  /// True if a search from `first` on would find the same, unless that is nothing.
  bool covers(std::int64_t first) const {
    return end >= 0 && first >= begin && (place == kNoMatch || first <= place);
  }
  /// As `find`.
  std::int64_t find_again(Bytes buffer, std::int64_t first, std::int64_t last,
                          ContentMatch const& content) {
    auto const size = static_cast<std::int64_t>(content.bytes.size());
    if (covers(first)) {
      if (place != kNoMatch) return place + size <= last ? place : kNoMatch;
      if (last <= end) return kNoMatch;
      begin = std::max(first, end - size + 1);
    } else {
      begin = first;
    }
    end = last;
    return place = find(buffer, begin, end, content);
  }
};

/// One evaluation: a keyword after the other; where one fails, the last one that can match at a later
/// place is tried there.
struct BufferProgram::Run {
  enum class Outcome { kMatch, kFail, kEnd };  ///< kEnd: no later place can help

  Bytes buffer;
  Evaluation& evaluation;
  std::int64_t stream_offset;  // of the buffer
  std::int64_t cursor = 0;     // the end of the match before
  std::int64_t retry = 0;      // where the keyword may match next; 0: not tried before
  Memory* memory = nullptr;    // of the keyword; null: of none, before the first retry
  std::int64_t expression_bytes = 0;

  std::int64_t value(Operand const& operand) const {
    return operand.variable ? static_cast<std::int64_t>(evaluation.variables[*operand.variable])
                            : operand.value;
  }
  std::int64_t size() const { return buffer.size; }

  /// The bytes in which the content may lie.
  struct Window {
    std::int64_t begin, end;
  };
  Window window(ContentMatch const& content) const;

  Outcome step(ContentMatch const& content, Instruction const& instruction);
  Outcome step(PcreMatch const& match, Expression const& expression);
  Outcome step(IsDataAt const& match) const;
  Outcome step(ByteTest const& test) const;
  Outcome step(ByteJump const& jump);
  Outcome step(ByteExtract const& extract);
  Outcome step(ByteMath const& math);
  Outcome step(BufferSize const& match) const {
    return buffer.size >= match.min && buffer.size <= match.max ? Outcome::kMatch : Outcome::kEnd;
  }
};

BufferProgram::BufferProgram(std::span<BufferMatch const> matches)
    : matches_(matches.begin(), matches.end()) {
  for (std::size_t i = 0; i < matches_.size(); ++i) {
    bool const relative_next = i + 1 < matches_.size() && is_relative(matches_[i + 1]);
    instructions_.push_back({&matches_[i], relative_next});
    auto const* const pcre = std::get_if<PcreMatch>(&matches_[i].match);
    expressions_.push_back(
        pcre == nullptr ? nullptr
                        : std::make_shared<Expression const>(pcre->expression, pcre->options));
  }
}

bool BufferProgram::matches(Bytes buffer, Evaluation& evaluation,
                            std::uint32_t stream_offset) const {
  struct Retry {
    std::size_t index;
    std::int64_t cursor, place;
  };
  std::array<Retry, kMaxRetries> retries;
  std::array<Memory, kMaxRetries> memories;  // after the first retry
  bool remembers = false;
  std::size_t retry_count = 0, index = 0;
  Run run{buffer, evaluation, stream_offset};
  for (unsigned steps = 0; index < instructions_.size(); ++steps) {
    if (steps == kMaxSteps) {
      ++evaluation.step_limits;
      return false;
    }
    auto const& instruction = instructions_[index];
    if (remembers) run.memory = index < kMaxRetries ? &memories[index] : nullptr;
    auto const before = run.cursor;
    auto const outcome = std::visit(
        [&](auto const& keyword) {
          using Keyword = std::decay_t<decltype(keyword)>;
          if constexpr (std::is_same_v<Keyword, ContentMatch>)
            return run.step(keyword, instruction);
          else if constexpr (std::is_same_v<Keyword, PcreMatch>)
            return run.step(keyword, *expressions_[index]);
          else
            return run.step(keyword);
        },
        instruction.match->match);
    if (outcome == Run::Outcome::kEnd) return false;
    if (outcome == Run::Outcome::kMatch) {
      if (run.retry != 0 && instruction.relative_next && retry_count < kMaxRetries)
        retries[retry_count++] = {index, before, run.retry};
      run.retry = 0;
      ++index;
      continue;
    }
    if (retry_count == 0) return false;
    if (!remembers) {
      remembers = true;
      std::fill_n(memories.begin(), std::min<std::size_t>(instructions_.size(), kMaxRetries),
                  Memory::none());
    }
    auto const& last = retries[--retry_count];
    index = last.index;
    run.cursor = last.cursor;
    run.retry = last.place;
  }
  return true;
}

BufferProgram::Run::Window BufferProgram::Run::window(ContentMatch const& content) const {
  auto offset = content.offset ? value(*content.offset) : 0;
  std::optional<std::int64_t> depth;
  if (content.depth) depth = value(*content.depth) + offset;
  if (depth && !content.is_relative()) *depth -= stream_offset;
  offset = std::max<std::int64_t>(offset - stream_offset, 0);
  Window window{offset, depth.value_or(size())};
  if (content.is_relative()) {
    auto const distance = content.distance ? value(*content.distance) : 0;
    window.begin = std::max<std::int64_t>(cursor + distance, 0);
    window.end = size();
    if (content.within)
      window.end = std::min(window.end, cursor + distance + value(*content.within));
    if (depth) window.end = std::min(window.end, cursor + *depth);
    window.begin = std::max(window.begin, offset);
  }
  window.end = std::min(window.end, size());
  if (retry != 0) window.begin = retry;
  return window;
}

BufferProgram::Run::Outcome BufferProgram::Run::step(ContentMatch const& content,
                                                     Instruction const& instruction) {
  auto const [begin, end] = window(content);
  auto const length = static_cast<std::int64_t>(content.bytes.size());
  auto place = kNoMatch;
  if (begin <= end) {
    if (!content.ends_with) {
      place = memory != nullptr ? memory->find_again(buffer, begin, end, content)
                                : find(buffer, begin, end, content);
    } else if (end == size() && size() - length >= begin &&
               equal(buffer.data + size() - length, content.bytes, content.nocase)) {
      place = size() - length;
    }
  }
  retry = 0;
  if (content.negated) {
    if (place == kNoMatch) return Outcome::kMatch;
    bool const alone = !content.is_relative() && !instruction.relative_next;
    return alone ? Outcome::kEnd : Outcome::kFail;
  }
  if (place == kNoMatch) return content.is_relative() ? Outcome::kFail : Outcome::kEnd;
  cursor = place + length;
  retry = place + 1;
  return Outcome::kMatch;
}

BufferProgram::Run::Outcome BufferProgram::Run::step(PcreMatch const& match,
                                                     Expression const& expression) {
  auto const begin = match.relative ? cursor : 0;
  auto const first = std::max(begin, retry);
  retry = 0;
  auto* const remembered = expression.looks_forward() ? memory : nullptr;
  std::optional<ExpressionMatcher::Found> found;
  if (remembered != nullptr && remembered->covers(first)) {
    if (remembered->place != kNoMatch)
      found = {static_cast<std::uint32_t>(remembered->place),
               static_cast<std::uint32_t>(remembered->match_end)};
  } else {
    auto const limits = evaluation.expressions.limits_reached();
    found = evaluation.expressions.find(expression, buffer, static_cast<std::uint32_t>(begin),
                                        static_cast<std::uint32_t>(first));
    if (evaluation.expressions.limits_reached() != limits) return Outcome::kEnd;
    expression_bytes += (found ? found->end : size()) - first;
    if (expression_bytes > kMaxExpressionBytes) {
      ++evaluation.step_limits;
      return Outcome::kEnd;
    }
    if (remembered != nullptr)
      *remembered = {first, size(), found ? found->begin : kNoMatch, found ? found->end : 0};
  }
  if (match.negated) return found ? Outcome::kFail : Outcome::kMatch;
  if (!found) return Outcome::kFail;
  cursor = found->end;
  retry = found->begin + 1;
  return Outcome::kMatch;
}

BufferProgram::Run::Outcome BufferProgram::Run::step(IsDataAt const& match) const {
  auto const offset = value(match.offset);
  bool const is_there = match.relative ? cursor + offset <= size() : offset < size();
  return is_there != match.negated ? Outcome::kMatch : Outcome::kFail;
}

BufferProgram::Run::Outcome BufferProgram::Run::step(ByteTest const& test) const {
  using enum ByteTest::Comparison;
  auto const offset = value(test.offset) + (test.relative ? cursor : 0);
  auto const number =
      read_number(buffer, offset, static_cast<std::uint64_t>(value(test.size)), test.format);
  if (!number) return Outcome::kFail;
  auto const other = static_cast<std::uint64_t>(value(test.value));
  bool result = false;
  switch (test.comparison) {
    case kLess:
      result = *number < other;
      break;
    case kGreater:
      result = *number > other;
      break;
    case kEqual:
      result = *number == other;
      break;
    case kLessEqual:
      result = *number <= other;
      break;
    case kGreaterEqual:
      result = *number >= other;
      break;
    case kAnd:
      result = (*number & other) != 0;
      break;
    case kOr:
      result = (*number ^ other) != 0;
      break;
  }
  return result != test.negated ? Outcome::kMatch : Outcome::kFail;
}

BufferProgram::Run::Outcome BufferProgram::Run::step(ByteJump const& jump) {
  auto const offset = value(jump.offset) + (jump.relative ? cursor : 0);
  auto const bytes = static_cast<std::uint64_t>(value(jump.size));
  std::uint32_t used = 0;
  std::uint64_t distance = 0;
  if (bytes != 0 || jump.format.text) {
    auto const number = read_number(buffer, offset, bytes, jump.format, &used);
    if (!number) return Outcome::kFail;
    distance = *number;
  } else if (offset < 0 || offset > size()) {
    return Outcome::kFail;
  }
  distance = aligned(distance * jump.multiplier, jump.align ? 4 : 0);
  // A jump after the end fails, one before the beginning ends there. Larger ones could overflow.
  constexpr std::uint64_t kMax = std::uint64_t{1} << 32;
  if (distance > kMax) return Outcome::kFail;
  auto const from = jump.from_beginning ? 0 : jump.from_end ? size() : offset + used;
  auto const place = from + static_cast<std::int64_t>(distance) + jump.post_offset;
  if (place > size()) return Outcome::kFail;
  cursor = std::max<std::int64_t>(place, 0);
  return Outcome::kMatch;
}

BufferProgram::Run::Outcome BufferProgram::Run::step(ByteExtract const& extract) {
  auto const offset = extract.offset + (extract.relative ? cursor : 0);
  std::uint32_t used = 0;
  auto const number = read_number(buffer, offset, extract.size, extract.format, &used);
  if (!number) return Outcome::kFail;
  evaluation.variables[extract.variable] = aligned(*number * extract.multiplier, extract.align);
  cursor = offset + used;
  return Outcome::kMatch;
}

BufferProgram::Run::Outcome BufferProgram::Run::step(ByteMath const& math) {
  using enum ByteMath::Operation;
  auto const offset = math.offset + (math.relative ? cursor : 0);
  auto format = math.format;
  format.mask.reset();  // it applies to the result
  std::uint32_t used = 0;
  auto const number =
      read_number(buffer, offset, static_cast<std::uint64_t>(value(math.size)), format, &used);
  if (!number) return Outcome::kFail;
  auto result = *number;
  auto const operand = static_cast<std::uint64_t>(value(math.operand));
  switch (math.operation) {
    case kAdd:
      result += operand;
      break;
    case kSubtract:
      result -= operand;
      break;
    case kMultiply:
      result *= operand;
      break;
    case kDivide:
      if (operand == 0) return Outcome::kFail;
      result /= operand;
      break;
    case kShiftLeft:
      result = operand < 64 ? result << operand : 0;
      break;
    case kShiftRight:
      result = operand < 64 ? result >> operand : 0;
      break;
  }
  if (math.format.mask)
    result = (result & *math.format.mask) >> std::countr_zero(*math.format.mask);
  evaluation.variables[math.variable] = result;
  cursor = offset + used;
  return Outcome::kMatch;
}

}  // namespace warpline::ids
