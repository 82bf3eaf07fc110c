// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cstdio>
#include <set>

#include "tests/elements/ids/differential/random_rules.hpp"
#include "tests/elements/ids/differential/seeds.hpp"
#include "tests/elements/ids/differential/tcp_talk.hpp"

namespace warpline::ids::differential {
namespace {

/// Random rules on random conversations: the engine, however it searches, gives what the reference
/// gives. WARPLINE_SEEDS and WARPLINE_FIRST_SEED choose the seeds.
TEST(IdsDifferential, EverySearchGivesWhatTheReferenceGives) {
  std::size_t pairs = 0, matched = 0, differences = 0;
  auto const first = first_seed();
  for (auto seed = first; seed < first + seed_count(300); ++seed) {
    auto const one = make_case(seed);
    auto const& frames = one.conversation.frames;
    auto const expected = run_reference(one.rules, frames, one.options);
    Engine const engine(one.rules);
    for (auto const search : kSearches) {
      if (engine.run(frames, one.options, search) == expected) continue;
      ADD_FAILURE() << explain(one, search);
      ++differences;
      break;
    }
    ASSERT_LT(differences, 5u) << "enough of them";
    pairs += parsed(one.rules).size();
    std::set<std::uint32_t> sids;
    for (auto const& alert : expected.alerts) sids.insert(alert.sid);
    matched += sids.size();
  }
  EXPECT_GT(matched * 100, pairs * 5) << "rules that never match prove nothing";
  EXPECT_LT(matched * 100, pairs * 60);
  std::printf("%zu of %zu rules matched (%zu %%)\n", matched, pairs, matched * 100 / pairs);
}

}  // namespace
}  // namespace warpline::ids::differential
