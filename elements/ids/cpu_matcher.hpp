// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "elements/ids/aho_corasick.hpp"
#include "elements/ids/hyperscan.hpp"
#include "elements/ids/interleaved_scan.hpp"
#include "elements/ids/matcher_choice.hpp"

namespace warpline::ids {

/// The tables for searching on the CPU. Read-only; threads may share them.
struct CpuMatching {
  MatcherPolicy policy = MatcherPolicy::kHyperscan;
  std::shared_ptr<HyperscanDatabase const> database;
  std::shared_ptr<AhoCorasick const> automaton;  ///< null with `MatcherPolicy::kHyperscan`
};

/// The search of one thread on the CPU, by the matcher that its policy chooses for a batch. Both
/// matchers find the same. Allocates nothing while scanning.
class CpuMatcher {
 public:
  explicit CpuMatcher(CpuMatching const& matching, std::shared_ptr<HyperscanScratch> scratch =
                                                       std::make_shared<HyperscanScratch>());

  /// Adds the patterns in `payloads[i]` to `results[i]`.
  void scan(std::span<Bytes const> payloads, Matches* results) noexcept;

  /// The same for one payload, by Hyperscan.
  void scan(Bytes payload, Matches& result) noexcept { hyperscan_.scan(payload, result); }
  /// True if the number of payloads at a time does not matter.
  bool one_at_a_time() const { return !automaton_; }

  /// As `HyperscanScanner::scan_all`.
  void scan_all(Bytes payload, std::vector<PatternId>& ids) { hyperscan_.scan_all(payload, ids); }

 private:
  void scan_by(Matcher matcher, std::span<Bytes const> payloads, Matches* results) noexcept;

  std::shared_ptr<AhoCorasick const> owner_;  // of the tables
  HyperscanScanner hyperscan_;
  std::optional<InterleavedScan> automaton_;
  MatcherChoice choice_;
};

}  // namespace warpline::ids
