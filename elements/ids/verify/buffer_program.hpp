// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/base/bytes.hpp"
#include "elements/ids/rules/rule.hpp"
#include "elements/ids/verify/expression.hpp"

namespace warpline::ids {

/// The keywords of one rule that look at one buffer, ready to run. Read-only after construction;
/// any number of threads may run it, each with its own `Evaluation`.
class BufferProgram {
 public:
  /// `matches`: of one buffer, in the order of the rule.
  explicit BufferProgram(std::span<BufferMatch const> matches);
  BufferProgram(BufferProgram&&) = default;
  BufferProgram& operator=(BufferProgram&&) = default;

  /// Steps of an evaluation after which it gives up (Suricata's inspection-recursion-limit).
  static constexpr unsigned kMaxSteps = 3000;
  static constexpr unsigned kMaxVariables = 256;
  /// Keywords that can be tried again at a later place at the same time.
  static constexpr unsigned kMaxRetries = 64;
  /// Bytes of the regular expressions of an evaluation, after which it gives up.
  static constexpr std::int64_t kMaxExpressionBytes = 16 << 20;

  /// What one thread needs to run programs. Allocates nothing while it runs.
  struct Evaluation {
    std::array<std::uint64_t, kMaxVariables> variables{};
    ExpressionMatcher expressions;
    std::uint64_t step_limits = 0;  ///< evaluations that gave up

    /// Continues the counters of `old`.
    void take_counters(Evaluation const& old) {
      step_limits = old.step_limits;
      expressions.take_counters(old.expressions);
    }
  };

  /// Returns whether the buffer matches. Variables of earlier buffers of the rule are in
  /// `evaluation`. `stream_offset`: bytes of a stream before the buffer; offset and depth count from
  /// the stream's beginning.
  bool matches(Bytes buffer, Evaluation& evaluation, std::uint32_t stream_offset = 0) const;

 private:
  struct Instruction {
    BufferMatch const* match;
    bool relative_next = false;  // the next keyword with a place begins at this one's end
  };
  struct Run;
  struct LastSearch;

  std::vector<BufferMatch> matches_;
  std::vector<Instruction> instructions_;
  std::vector<std::shared_ptr<Expression const>> expressions_;  // by instruction; null: none
};

}  // namespace warpline::ids
