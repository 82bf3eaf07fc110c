// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <span>

namespace warpline::ids {

/// The ways to search payloads on the CPU.
enum class Matcher : std::uint8_t { kHyperscan, kAutomaton };

/// The choice of the matcher of a set of patterns on the CPU.
enum class MatcherPolicy : std::uint8_t {
  kHyperscan,  ///< whatever the traffic
  kAutomaton,  ///< whatever the traffic
  kByTraffic   ///< each is the faster one on some traffic: the worker tries both now and then
};

/// CPU time of each matcher for the same payloads, in any unit.
struct MatcherCosts {
  double hyperscan = 0, automaton = 0;
};

/// The policy for these costs on several kinds of payload, at least one: a matcher that is never
/// slower by more than 5 % gets all traffic.
MatcherPolicy policy_for(std::span<MatcherCosts const> kinds);

/// Chooses the matcher of each batch by the costs of the last ones. One thread at a time.
///
/// With `kByTraffic` the unused matcher gets 256 KiB of each 16 MiB; of each 64 MiB if it takes
/// more than twice as long. The end of such a trial is timed, when the matcher's tables are in the
/// caches (before, it may take four times as long), and so is the end of the period before it. The
/// matchers are exchanged if the median of three costs is lower by 10 %. It is a median because a
/// worker may be interrupted while it measures.
class MatcherChoice {
 public:
  /// The next batch's matcher, and whether `add` needs its cost.
  struct Turn {
    Matcher matcher;
    bool measured;
  };

  explicit MatcherChoice(MatcherPolicy policy) noexcept;

  /// `units`: bytes of the batch's payloads, with something for each payload.
  Turn next(std::uint64_t units) noexcept;
  /// The cost of a unit of the batch that `next` asked for last, e.g. in cycles.
  void add(double cost) noexcept;

  /// Minimum number of units that a matcher gets before its cost is compared.
  static constexpr std::uint64_t kTrial = 256 << 10;
  /// Units between two trials.
  static constexpr std::uint64_t kPeriod = 16 << 20, kLongPeriod = 64 << 20;

 private:
  static constexpr unsigned kSamples = 3;
  static constexpr std::uint64_t kMeasured = 32 << 10;  // units at the end of a trial

  using Samples = std::array<double, kSamples>;
  static double median(Samples const& samples) noexcept;
  std::uint64_t length() const noexcept { return trying_ ? kTrial : period_; }
  void decide() noexcept;

  Matcher current_;
  bool fixed_;
  bool trying_ = false;            // the matcher that is not in use
  std::uint64_t period_ = kTrial;  // at first, both get the same
  std::uint64_t position_ = 0;     // units since `trying_` changed
  unsigned samples_ = 0;
  Samples in_use_{}, other_{};
};

}  // namespace warpline::ids
