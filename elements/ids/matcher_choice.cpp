// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ids/matcher_choice.hpp"

#include <algorithm>
#include <utility>

namespace warpline::ids {
namespace {

constexpr double kTie = 1.05, kMinGain = 0.9, kMuchSlower = 2;

Matcher other_than(Matcher matcher) {
  return matcher == Matcher::kHyperscan ? Matcher::kAutomaton : Matcher::kHyperscan;
}

}  // namespace

MatcherPolicy policy_for(std::span<MatcherCosts const> kinds) {
  bool const automaton = std::all_of(kinds.begin(), kinds.end(), [](MatcherCosts const& costs) {
    return costs.automaton <= costs.hyperscan * kTie;
  });
  bool const hyperscan = std::all_of(kinds.begin(), kinds.end(), [](MatcherCosts const& costs) {
    return costs.hyperscan <= costs.automaton * kTie;
  });
  if (hyperscan) return MatcherPolicy::kHyperscan;
  return automaton ? MatcherPolicy::kAutomaton : MatcherPolicy::kByTraffic;
}

MatcherChoice::MatcherChoice(MatcherPolicy policy) noexcept
    : current_(policy == MatcherPolicy::kAutomaton ? Matcher::kAutomaton : Matcher::kHyperscan),
      fixed_(policy != MatcherPolicy::kByTraffic) {}

MatcherChoice::Turn MatcherChoice::next(std::uint64_t units) noexcept {
  if (fixed_) return {current_, false};
  position_ += units;
  return {trying_ ? other_than(current_) : current_, position_ + kMeasured >= length()};
}

void MatcherChoice::add(double cost) noexcept {
  (trying_ ? other_ : in_use_)[samples_++ % kSamples] = cost;
  if (position_ < length() || samples_ < kSamples) return;
  if (trying_) decide();
  trying_ = !trying_;
  position_ = samples_ = 0;
}

void MatcherChoice::decide() noexcept {
  auto fast = median(in_use_), slow = median(other_);
  if (slow < fast * kMinGain) {
    current_ = other_than(current_);
    std::swap(fast, slow);
  }
  period_ = slow > fast * kMuchSlower ? kLongPeriod : kPeriod;
}

double MatcherChoice::median(Samples const& samples) noexcept {
  auto const [low, high] = std::minmax(samples[0], samples[1]);
  return std::max(low, std::min(high, samples[2]));
}

}  // namespace warpline::ids
