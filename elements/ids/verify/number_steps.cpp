// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <bit>

#include "elements/ids/verify/buffer_run.hpp"
#include "elements/ids/verify/numbers.hpp"

/// The keywords that read numbers, and `isdataat`.
namespace warpline::ids {
namespace {

std::uint64_t aligned(std::uint64_t value, std::uint64_t step) {
  return step == 0 ? value : (value + step - 1) / step * step;
}

}  // namespace

BufferProgram::Run::Outcome BufferProgram::Run::step(IsDataAt const& match) const {
  auto const offset = distance(match.offset);
  bool const is_there = match.relative ? cursor + offset <= size() : offset < size();
  return is_there != match.negated ? Outcome::kMatch : Outcome::kFail;
}

BufferProgram::Run::Outcome BufferProgram::Run::step(ByteTest const& test) const {
  using enum ByteTest::Comparison;
  auto const offset = distance(test.offset) + (test.relative ? cursor : 0);
  auto const value = read_number(buffer, offset, number(test.size), test.format);
  if (!value) return Outcome::kFail;
  auto const other = number(test.value);
  bool result = false;
  switch (test.comparison) {
    case kLess:
      result = *value < other;
      break;
    case kGreater:
      result = *value > other;
      break;
    case kEqual:
      result = *value == other;
      break;
    case kLessEqual:
      result = *value <= other;
      break;
    case kGreaterEqual:
      result = *value >= other;
      break;
    case kAnd:
      result = (*value & other) != 0;
      break;
    case kOr:
      result = (*value ^ other) != 0;
      break;
  }
  return result != test.negated ? Outcome::kMatch : Outcome::kFail;
}

BufferProgram::Run::Outcome BufferProgram::Run::step(ByteJump const& jump) {
  auto const offset = distance(jump.offset) + (jump.relative ? cursor : 0);
  auto const bytes = number(jump.size);
  std::uint32_t used = 0;
  std::uint64_t length = 0;
  if (bytes != 0 || jump.format.text) {
    auto const value = read_number(buffer, offset, bytes, jump.format, &used);
    if (!value) return Outcome::kFail;
    length = *value;
  } else if (offset < 0 || offset > size()) {
    return Outcome::kFail;
  }
  length = aligned(length * jump.multiplier, jump.align ? 4 : 0);
  // A jump after the end fails, one before the beginning ends there. Larger ones could overflow.
  constexpr std::uint64_t kMax = std::uint64_t{1} << 32;
  if (length > kMax) return Outcome::kFail;
  auto const from = jump.from_beginning ? 0 : jump.from_end ? size() : offset + used;
  auto const place = from + static_cast<std::int64_t>(length) + jump.post_offset;
  if (place > size()) return Outcome::kFail;
  cursor = std::max<std::int64_t>(place, 0);
  return Outcome::kMatch;
}

BufferProgram::Run::Outcome BufferProgram::Run::step(ByteExtract const& extract) {
  auto const offset = extract.offset + (extract.relative ? cursor : 0);
  std::uint32_t used = 0;
  auto const value = read_number(buffer, offset, extract.size, extract.format, &used);
  if (!value) return Outcome::kFail;
  evaluation.variables[extract.variable] = aligned(*value * extract.multiplier, extract.align);
  cursor = offset + used;
  return Outcome::kMatch;
}

BufferProgram::Run::Outcome BufferProgram::Run::step(ByteMath const& math) {
  using enum ByteMath::Operation;
  auto const offset = math.offset + (math.relative ? cursor : 0);
  auto format = math.format;
  format.mask.reset();  // it applies to the result
  std::uint32_t used = 0;
  auto const value = read_number(buffer, offset, number(math.size), format, &used);
  if (!value) return Outcome::kFail;
  auto result = *value;
  auto const operand = number(math.operand);
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
