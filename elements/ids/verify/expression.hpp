// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "core/base/bytes.hpp"

struct pcre2_real_code_8;
struct pcre2_real_match_data_8;
struct pcre2_real_match_context_8;

namespace warpline::ids {

/// A compiled regular expression of PCRE2. Read-only; any thread may match with it.
class Expression {
 public:
  /// `options`: of `pcre2_compile`. Throws `ConfigError` with PCRE2's message.
  Expression(std::string const& text, std::uint32_t options);
  ~Expression();
  Expression(Expression const&) = delete;
  Expression& operator=(Expression const&) = delete;

  /// True if a match depends only on its own bytes and on those after it: a search that begins later
  /// finds the same matches. Some expressions for which that holds are not recognized.
  bool looks_forward() const { return looks_forward_; }

 private:
  friend class ExpressionMatcher;
  pcre2_real_code_8* code_;
  bool looks_forward_;
};

/// The memory of one thread's matching. Allocates nothing after construction.
class ExpressionMatcher {
 public:
  /// Limits of PCRE2 for one match (Suricata's pcre.match-limit and its recursion limit).
  static constexpr std::uint32_t kMatchLimit = 3500, kDepthLimit = 1500;

  ExpressionMatcher();
  ~ExpressionMatcher();
  ExpressionMatcher(ExpressionMatcher const&) = delete;
  ExpressionMatcher& operator=(ExpressionMatcher const&) = delete;

  struct Found {
    std::uint32_t begin, end;
  };
  /// The first match at or after byte `first`. `^` is byte `begin`, and bytes before that do not
  /// exist. Empty if there is none, or a limit was reached.
  std::optional<Found> find(Expression const& expression, Bytes buffer, std::uint32_t begin,
                            std::uint32_t first);

  /// What the first group of the first match matches. Empty if there is no match, if the group is
  /// not part of it, or if a limit was reached.
  std::optional<Found> first_group(Expression const& expression, Bytes buffer);

  std::uint64_t limits_reached() const { return limits_reached_; }
  /// Continues the counter of `old`.
  void take_counters(ExpressionMatcher const& old) { limits_reached_ = old.limits_reached_; }

 private:
  bool match(Expression const& expression, Bytes buffer, std::uint32_t first);

  pcre2_real_match_data_8* data_;
  pcre2_real_match_context_8* context_;
  std::uint64_t limits_reached_ = 0;
};

}  // namespace warpline::ids
