// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ids/matcher_choice.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <vector>

namespace warpline::ids {
namespace {

MatcherPolicy policy_of(std::vector<MatcherCosts> const& kinds) { return policy_for(kinds); }

TEST(MatcherPolicy, GivesAllTrafficToAMatcherThatIsNeverSlower) {
  EXPECT_EQ(policy_of({{1, 2}, {3, 4}}), MatcherPolicy::kHyperscan);
  EXPECT_EQ(policy_of({{2, 1}, {4, 3}}), MatcherPolicy::kAutomaton);
  EXPECT_EQ(policy_of({{2, 1}, {1, 1.04}}), MatcherPolicy::kAutomaton) << "4 % is a tie";
  EXPECT_EQ(policy_of({{1, 1}, {1, 1}}), MatcherPolicy::kHyperscan) << "it needs less memory";
}

TEST(MatcherPolicy, LeavesItToTheTrafficWhereEachIsFasterOnSome) {
  EXPECT_EQ(policy_of({{4, 1}, {1, 2}}), MatcherPolicy::kByTraffic);
}

/// What batches of one size went to, with made-up costs.
struct Worker {
  explicit Worker(MatcherPolicy policy) : choice(policy) {}

  void batches(unsigned count, std::uint64_t units,
               std::function<double(Matcher, unsigned batch)> const& cost) {
    by_automaton = measured = 0;
    for (unsigned batch = 0; batch < count; ++batch) {
      auto const turn = choice.next(units);
      by_automaton += turn.matcher == Matcher::kAutomaton;
      measured += turn.measured;
      if (turn.measured) choice.add(cost(turn.matcher, batch));
    }
  }

  MatcherChoice choice;
  unsigned by_automaton = 0, measured = 0;
};

auto constexpr kText = [](Matcher matcher, unsigned) {
  return matcher == Matcher::kAutomaton ? 1.0 : 4.0;
};
auto constexpr kRandom = [](Matcher matcher, unsigned) {
  return matcher == Matcher::kAutomaton ? 1.5 : 1.0;
};
constexpr std::uint64_t kUnits = 4096;
constexpr unsigned kTrial = MatcherChoice::kTrial / kUnits,
                   kPeriod = MatcherChoice::kPeriod / kUnits,
                   kLongPeriod = MatcherChoice::kLongPeriod / kUnits;

TEST(MatcherChoice, NeverTriesAnotherWhereThePolicyNamesOne) {
  Worker hyperscan(MatcherPolicy::kHyperscan), automaton(MatcherPolicy::kAutomaton);
  hyperscan.batches(kPeriod, kUnits, kText);
  automaton.batches(kPeriod, kUnits, kRandom);
  EXPECT_EQ(hyperscan.by_automaton, 0u);
  EXPECT_EQ(automaton.by_automaton, kPeriod);
  EXPECT_EQ(hyperscan.measured + automaton.measured, 0u);
}

TEST(MatcherChoice, FindsTheFasterOneAfterOneTrialOfEach) {
  Worker text(MatcherPolicy::kByTraffic), random(MatcherPolicy::kByTraffic);
  text.batches(2 * kTrial, kUnits, kText);
  EXPECT_EQ(text.by_automaton, kTrial);
  text.batches(1000, kUnits, kText);
  EXPECT_EQ(text.by_automaton, 1000u);
  random.batches(2 * kTrial, kUnits, kRandom);
  EXPECT_EQ(random.by_automaton, kTrial);
  random.batches(1000, kUnits, kRandom);
  EXPECT_EQ(random.by_automaton, 0u);
}

TEST(MatcherChoice, TriesTheOtherOneSeldomAndMoreSeldomIfItIsMuchSlower) {
  Worker worker(MatcherPolicy::kByTraffic);
  worker.batches(2 * kTrial, kUnits, kRandom);  // 1.5 times as slow
  worker.batches(10 * (kPeriod + kTrial), kUnits, kRandom);
  EXPECT_EQ(worker.by_automaton, 10 * kTrial);
  worker.batches(kPeriod + kTrial, kUnits, kText);  // changes over; the other is 4 times as slow
  worker.batches(10 * (kLongPeriod + kTrial), kUnits, kText);
  EXPECT_EQ(worker.by_automaton, 10 * kLongPeriod);
  EXPECT_LT(worker.measured, 10 * kTrial);
}

TEST(MatcherChoice, FollowsTheTraffic) {
  Worker worker(MatcherPolicy::kByTraffic);
  worker.batches(2 * kTrial, kUnits, kText);
  worker.batches(kLongPeriod + kTrial, kUnits, kRandom);
  worker.batches(kPeriod, kUnits, kRandom);
  EXPECT_EQ(worker.by_automaton, 0u);
}

TEST(MatcherChoice, IsNotMisledByOneInterruptedBatchOfATrial) {
  Worker worker(MatcherPolicy::kByTraffic);
  worker.batches(2 * kTrial, kUnits, [](Matcher matcher, unsigned batch) {
    return batch == kTrial - 1 ? 1000 : kRandom(matcher, batch);
  });
  worker.batches(kPeriod, kUnits, kRandom);
  EXPECT_EQ(worker.by_automaton, 0u);
}

TEST(MatcherChoice, TimesThreeBatchesEvenIfOneIsLargerThanATrial) {
  Worker worker(MatcherPolicy::kByTraffic);
  worker.batches(6, 2 * MatcherChoice::kTrial, kText);
  EXPECT_EQ(worker.by_automaton, 3u);
  EXPECT_EQ(worker.measured, 6u);
  worker.batches(10, 2 * MatcherChoice::kTrial, kText);
  EXPECT_EQ(worker.by_automaton, 10u);
}

}  // namespace
}  // namespace warpline::ids
