// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>

#include "elements/ids/verify/buffer_program.hpp"

/// The state of a run of a `BufferProgram`. Only the sources of `BufferProgram` include this file.
namespace warpline::ids {

/// The place of a match that does not exist.
inline constexpr std::int64_t kNoMatch = -1;

/// The result of a keyword's last search. With it, retries do not search the same bytes again: 3,000
/// retries of 64 KiB each would take 60 ms.
struct BufferProgram::LastSearch {
  std::int64_t begin, end;  // the bytes that were searched; none if `end` is less
  std::int64_t place;       // where the first match in them begins, or `kNoMatch`
  std::int64_t match_end;   // of an expression
  static constexpr LastSearch none() { return {0, -1, kNoMatch, 0}; }

  /// True if a search from `first` on finds the same match, or none in the bytes searched before.
  bool covers(std::int64_t first) const {
    return end >= 0 && first >= begin && (place == kNoMatch || first <= place);
  }
  /// Where the content begins in bytes `first` to `last`, or `kNoMatch`.
  std::int64_t find_again(Bytes buffer, std::int64_t first, std::int64_t last,
                          ContentMatch const& content);
};

/// One evaluation: a keyword after the other. If one fails, the last one that can match at a later place
/// is tried there.
struct BufferProgram::Run {
  enum class Outcome { kMatch, kFail, kEnd };  ///< kEnd: no later place can help

  Bytes buffer;
  Evaluation& evaluation;
  std::int64_t stream_offset;         // of the buffer
  std::int64_t cursor = 0;            // the end of the match before
  std::int64_t retry = 0;             // where the keyword may match next; 0: not tried before
  LastSearch* last_search = nullptr;  // of the keyword; null before the first retry
  std::int64_t expression_bytes = 0;  // that regular expressions have searched

  /// A number to compare or to compute with.
  std::uint64_t number(Operand const& operand) const {
    return operand.variable ? evaluation.variables[*operand.variable]
                            : static_cast<std::uint64_t>(operand.value);
  }
  /// Bytes from a place in the buffer. Variables of 64 bits are cut to what is outside of any buffer,
  /// so that sums of several cannot overflow.
  std::int64_t distance(Operand const& operand) const {
    constexpr std::int64_t kMax = std::int64_t{1} << 33;
    return std::clamp(static_cast<std::int64_t>(number(operand)), -kMax, kMax);
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
    return match.matches(buffer.size) ? Outcome::kMatch : Outcome::kEnd;
  }
};

}  // namespace warpline::ids
