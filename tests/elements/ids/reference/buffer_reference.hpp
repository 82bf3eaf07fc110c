// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>

#include "elements/ids/rules/rule.hpp"

/// The meaning of keywords that look at a buffer, written for clarity: one function a keyword, and
/// recursion for what can match at several places. It uses the parser's structures and nothing else
/// of the engine.
namespace warpline::ids::reference {

class BufferReference {
 public:
  /// `stream_offset`: bytes of a stream before the buffer; offset and depth count them.
  BufferReference(std::span<BufferMatch const> matches, std::string_view buffer,
                  std::int64_t stream_offset = 0)
      : matches_(matches), buffer_(buffer), stream_offset_(stream_offset) {}

  bool matches() { return try_from(0, 0) == Result::kMatch; }
  /// False if the evaluation took more steps than the engine may take: then they may differ.
  bool within_steps(unsigned max) const { return steps_ <= max; }

 private:
  enum class Result { kMatch, kNoMatch, kNeverMatches };

  /// Do keywords `index` and after match if the match before `index` ended at `cursor`?
  Result try_from(std::size_t index, std::int64_t cursor);
  Result try_content(ContentMatch const& content, std::size_t index, std::int64_t cursor);
  bool next_is_relative(std::size_t index) const;
  std::int64_t value(Operand const& operand) const;
  std::optional<std::uint64_t> number(std::int64_t offset, std::int64_t size,
                                      NumberFormat const& format, std::int64_t& end) const;
  std::optional<std::int64_t> jump(ByteJump const& jump, std::int64_t cursor) const;
  std::optional<std::int64_t> calculate(ByteMath const& math, std::int64_t cursor);
  Result try_pcre(PcreMatch const& match, std::size_t index, std::int64_t cursor);
  bool test(ByteTest const& test, std::int64_t cursor) const;

  std::span<BufferMatch const> matches_;
  std::string buffer_;
  std::int64_t stream_offset_;
  std::map<std::uint8_t, std::uint64_t> variables_;
  unsigned steps_ = 0;
};

}  // namespace warpline::ids::reference
