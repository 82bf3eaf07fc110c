// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ids/prefilter/group_matcher.hpp"

#include <algorithm>

#include "core/base/clock.hpp"

namespace warpline::ids {

GroupMatcher::GroupMatcher(std::span<CpuMatching const> searches)
    : scratch_(std::make_shared<HyperscanScratch>()), done_(searches.size() + 1) {
  matchers_.reserve(searches.size());
  for (auto const& matching : searches) matchers_.emplace_back(matching, scratch_);
  payloads_.reserve(kMaxPayloads);
  places_.reserve(kMaxPayloads);
  results_.reserve(kMaxPayloads);
}

void GroupMatcher::scan(std::span<Bytes const> payloads, std::uint16_t const* searches,
                        Matches* results) noexcept {
  auto const begin = cycles();
  scan_each(payloads, searches, results);
  cycles_ += cycles() - begin;
}

void GroupMatcher::scan_each(std::span<Bytes const> payloads, std::uint16_t const* searches,
                             Matches* results) noexcept {
  bool together = false;
  for (std::size_t i = 0; i < payloads.size(); ++i) {
    if (searches[i] == 0 || payloads[i].size == 0) continue;
    auto& matcher = matchers_[searches[i] - 1u];
    if (matcher.one_at_a_time())
      matcher.scan(payloads[i], results[i]);
    else
      together = true;
  }
  if (!together) return;
  std::fill(done_.begin(), done_.end(), false);
  for (std::size_t i = 0; i < payloads.size(); ++i) {
    if (searches[i] == 0 || payloads[i].size == 0 || done_[searches[i]]) continue;
    done_[searches[i]] = true;
    if (!matchers_[searches[i] - 1u].one_at_a_time())
      scan_together(searches[i], payloads.subspan(i), searches + i, results + i);
  }
}

/// The automaton is fast if it has several payloads at a time.
void GroupMatcher::scan_together(std::uint16_t search, std::span<Bytes const> payloads,
                                 std::uint16_t const* searches, Matches* results) noexcept {
  payloads_.clear();
  places_.clear();
  results_.clear();
  for (std::size_t i = 0; i < payloads.size(); ++i) {
    if (searches[i] != search || payloads[i].size == 0) continue;
    payloads_.push_back(payloads[i]);
    places_.push_back(static_cast<std::uint16_t>(i));
    results_.push_back(results[i]);
  }
  matchers_[search - 1u].scan(payloads_, results_.data());
  for (std::size_t i = 0; i < places_.size(); ++i) results[places_[i]] = results_[i];
}

void GroupMatcher::scan_all(std::uint16_t search, Bytes payload, std::vector<PatternId>& ids) {
  if (search == 0) return ids.clear();
  auto const begin = cycles();
  matchers_[search - 1u].scan_all(payload, ids);
  cycles_ += cycles() - begin;
}

}  // namespace warpline::ids
