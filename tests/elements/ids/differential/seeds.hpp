// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "tests/elements/ids/differential/conversation.hpp"
#include "tests/elements/ids/differential/engine_run.hpp"

namespace warpline::ids::differential {

/// All that a seed decides.
struct Case {
  std::uint32_t seed = 0;
  Conversation conversation;
  std::string rules;
  reference::Options options;
};
/// What a case is for.
enum class SeedUse {
  kOneWorker,
  kSeveralWorkers,  ///< no rules whose matches depend on the order of packets of different flows
  kSuricata,        ///< nothing that Suricata 7.0.10 lacks, or is known to see differently
};
/// Applications and their rules.
Case make_app_case(std::uint32_t seed, SeedUse use = SeedUse::kOneWorker);
Case make_case(std::uint32_t seed, SeedUse use = SeedUse::kOneWorker);

/// The number of seeds: `usual`, or that of the variable WARPLINE_SEEDS.
std::uint32_t seed_count(std::uint32_t usual);
/// The first seed: 1, or that of the variable WARPLINE_FIRST_SEED.
std::uint32_t first_seed();

/// A line for each alert, then the verdicts.
std::string describe(RunResult const& result);

/// The rules and frames that are needed for a search to differ from the reference, and how.
/// `keep_frames`: all of these, because the reference knows no gaps in applications.
std::string explain(Case const& all, Search search, bool keep_frames = false);

}  // namespace warpline::ids::differential
