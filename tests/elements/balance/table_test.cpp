// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "tests/elements/balance/table.hpp"

#include <gtest/gtest.h>

#include <cstdio>
#include <functional>

#include "elements/balance/policy/adaptive.hpp"
#include "elements/balance/policy/adaptive_global.hpp"
#include "elements/balance/policy/aimd.hpp"
#include "elements/balance/policy/measure.hpp"
#include "elements/balance/policy/ppc.hpp"
#include "elements/balance/policy/thruput.hpp"

namespace warpline::test {
namespace {

using namespace balance;

struct Contender {
  char const* name;
  std::function<std::unique_ptr<Policy>()> make;
};

std::vector<Contender> contenders() {
  return {
      {"Adaptive",
       [] { return std::make_unique<Adaptive>(Adaptive::Options{.pool_batches = 192}); }},
      {"Thruput", [] { return std::make_unique<Thruput>(Thruput::Options{}, 1); }},
      {"AIMD", [] { return std::make_unique<Aimd>(Aimd::Options{}, 1); }},
      {"AdaptiveGlobal",
       [] {
         return std::make_unique<AdaptiveGlobal>(AdaptiveGlobal::Options{}, 1,
                                                 std::make_shared<std::atomic<double>>(0.5), true);
       }},
      {"PPC", [] { return std::make_unique<Ppc>(Ppc::Options{}); }},
      {"AdaptiveMeasure",
       [] { return std::make_unique<Measure>(Measure::Options{}, [](auto const&, bool) {}); }},
  };
}

// The table of docs/balancers.md: percent of the best fixed share, in the second second and in the
// 30th, all balancers as they come.
TEST(BalancerTable, DISABLED_Print) {
  std::printf("| pair | best fixed own share |");
  for (auto const& contender : contenders()) std::printf(" %s |", contender.name);
  std::printf("\n");
  for (auto const& [name, costs] : pair_cases()) {
    auto const sweep = sweep_of(costs);
    std::printf("| %s | %.2f |", name.c_str(), sweep.best_share);
    for (auto const& contender : contenders()) {
      auto const policy = contender.make();
      SimulatedPair pair(costs, *policy);
      pair.run(1);
      auto const early = pair.run(1).rate();
      pair.run(27);
      std::printf(" %.0f, %.0f |", 100 * early / sweep.best, 100 * pair.run(1).rate() / sweep.best);
      std::fflush(stdout);
    }
    std::printf("\n");
  }
}

}  // namespace
}  // namespace warpline::test
