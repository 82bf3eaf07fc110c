// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cstdio>
#include <set>

#include "tests/elements/ids/differential/seeds.hpp"

namespace warpline::ids::differential {
namespace {

/// Random rules of HTTP and DNS on random conversations: the engine gives what the reference gives, in
/// the same transactions of the same packets. WARPLINE_SEEDS and WARPLINE_FIRST_SEED choose the seeds.
TEST(IdsAppDifferential, EverySearchGivesWhatTheReferenceGives) {
  std::size_t pairs = 0, matched = 0, differences = 0, compared = 0;
  auto const first = first_seed();
  for (auto seed = first; seed < first + seed_count(200); ++seed) {
    auto const one = make_app_case(seed);
    if (one.rules.empty()) continue;
    auto const& frames = one.conversation.frames;
    auto const expected = run_reference(one.rules, frames, one.options);
    if (!expected) continue;
    ++compared;
    Engine const engine(one.rules);
    for (auto const search : {Search::kHyperscan, Search::kGivenBody}) {
      if (engine.run(frames, one.options, search) == *expected) continue;
      ADD_FAILURE() << explain(one, search, true);
      ++differences;
      break;
    }
    ASSERT_LT(differences, 5u) << "enough of them";
    pairs += parsed(one.rules).size();
    std::set<std::uint32_t> sids;
    for (auto const& alert : expected->alerts) sids.insert(alert.sid);
    matched += sids.size();
  }
  EXPECT_GE(compared * 100, seed_count(200) * 95);
  EXPECT_GT(matched * 100, pairs * 5) << "rules that never match prove nothing";
  EXPECT_LT(matched * 100, pairs * 60);
  std::printf("%zu seeds compared, %zu of %zu rules matched (%zu %%)\n", compared, matched, pairs,
              matched * 100 / pairs);
}

/// Workers that get whole flows find together what one finds.
TEST(IdsAppDifferential, SeveralWorkersGiveWhatTheReferenceGives) {
  auto const first = first_seed();
  for (auto seed = first; seed < first + seed_count(50); ++seed) {
    auto const one = make_app_case(seed, SeedUse::kSeveralWorkers);
    auto const& frames = one.conversation.frames;
    auto const expected = run_reference(one.rules, frames, one.options);
    if (!expected || one.rules.empty()) continue;
    Engine const engine(one.rules);
    for (auto const workers : {2u, 5u}) {
      auto const found = engine.run(frames, one.options, Search::kHyperscan, workers);
      ASSERT_EQ(describe(found), describe(*expected))
          << "seed " << seed << ", " << workers << " workers\n"
          << one.rules;
    }
  }
}

}  // namespace
}  // namespace warpline::ids::differential
