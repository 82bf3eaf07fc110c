// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "elements/ids/cpu_matcher.hpp"

namespace warpline::ids {

/// The searches of one thread on the CPU for several sets of patterns. Allocates nothing while
/// scanning.
class GroupMatcher {
 public:
  /// Payloads of a batch.
  static constexpr std::size_t kMaxPayloads = 256;

  /// `searches`: those with the numbers from 1.
  explicit GroupMatcher(std::span<CpuMatching const> searches);

  /// Adds the patterns of search `searches[i]` in `payloads[i]` to `results[i]`; 0 searches nothing.
  /// At most `kMaxPayloads`.
  void scan(std::span<Bytes const> payloads, std::uint16_t const* searches,
            Matches* results) noexcept;

  /// As `HyperscanScanner::scan_all`. Nothing for search 0.
  void scan_all(std::uint16_t search, Bytes payload, std::vector<PatternId>& ids);

  /// Processor cycles (TSC) of all searches so far.
  std::uint64_t search_cycles() const { return cycles_; }
  /// Adds those of the matcher of the rules before.
  void add_search_cycles(std::uint64_t cycles) { cycles_ += cycles; }
  std::size_t scratch_bytes() const { return scratch_->bytes(); }

 private:
  void scan_each(std::span<Bytes const> payloads, std::uint16_t const* searches,
                 Matches* results) noexcept;
  void scan_together(std::uint16_t search, std::span<Bytes const> payloads,
                     std::uint16_t const* searches, Matches* results) noexcept;

  std::shared_ptr<HyperscanScratch> scratch_;
  std::vector<CpuMatcher> matchers_;
  // Payloads of one search.
  std::vector<Bytes> payloads_;
  std::vector<std::uint16_t> places_;
  std::vector<Matches> results_;
  std::vector<bool> done_;  // by search
  std::uint64_t cycles_ = 0;
};

}  // namespace warpline::ids
