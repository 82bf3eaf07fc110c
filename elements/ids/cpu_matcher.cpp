// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ids/cpu_matcher.hpp"

#include <utility>

#include "core/base/clock.hpp"

namespace warpline::ids {
namespace {

// With fewer payloads the automaton has too little work while it waits for a row.
constexpr std::size_t kMinInterleaved = InterleavedScan::kLanes / 2;

/// The work in a batch, about: a payload costs as much as some bytes even if it is empty.
std::uint64_t units_of(std::span<Bytes const> payloads) {
  constexpr std::uint64_t kBytesPerPayload = 16;
  auto units = payloads.size() * kBytesPerPayload;
  for (auto const& payload : payloads) units += payload.size;
  return units;
}

}  // namespace

CpuMatcher::CpuMatcher(CpuMatching const& matching, std::shared_ptr<HyperscanScratch> scratch)
    : owner_(matching.automaton),
      hyperscan_(matching.database, std::move(scratch)),
      choice_(matching.policy) {
  if (owner_) automaton_.emplace(owner_->view());
}

void CpuMatcher::scan(std::span<Bytes const> payloads, Matches* results) noexcept {
  if (!automaton_ || payloads.size() < kMinInterleaved)
    return scan_by(Matcher::kHyperscan, payloads, results);
  auto const units = units_of(payloads);
  auto const turn = choice_.next(units);
  if (!turn.measured) return scan_by(turn.matcher, payloads, results);
  auto const begin = cycles();
  scan_by(turn.matcher, payloads, results);
  choice_.add(static_cast<double>(cycles() - begin) / static_cast<double>(units));
}

void CpuMatcher::scan_by(Matcher matcher, std::span<Bytes const> payloads,
                         Matches* results) noexcept {
  if (matcher == Matcher::kAutomaton) return automaton_->scan(payloads, results);
  for (auto const& payload : payloads) hyperscan_.scan(payload, *results++);
}

}  // namespace warpline::ids
