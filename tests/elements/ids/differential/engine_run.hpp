// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "elements/ids/rules/rule.hpp"
#include "tests/elements/ids/reference/detector_reference.hpp"

namespace warpline::ids::differential {

/// How patterns are searched.
enum class Search {
  kHyperscan,       ///< by the detector itself
  kGivenHyperscan,  ///< before, with Hyperscan, a batch of packets at a time
  kGivenAutomaton,  ///< before, with the automaton for the CPU, a batch at a time
  kGivenBody,       ///< before, with the body of the kernel
  kGivenTeam,       ///< before, with the form for teams of threads
  kGivenOverflow,   ///< before, and there were too many
};
inline constexpr Search kSearches[] = {Search::kHyperscan,      Search::kGivenHyperscan,
                                       Search::kGivenAutomaton, Search::kGivenBody,
                                       Search::kGivenTeam,      Search::kGivenOverflow};
std::string name_of(Search search);

/// What a run gives.
struct RunResult {
  std::vector<reference::Alert> alerts;  ///< sorted
  std::vector<reference::Verdict> verdicts;
  bool operator==(RunResult const&) const = default;
};

/// The worker for a frame: the same for all packets between two hosts.
std::size_t worker_of(std::string const& frame, std::size_t workers);

/// Parses rules. Throws if one is not loaded.
std::vector<Rule> parsed(std::string const& rules);

/// The rules, compiled once for several runs.
class Engine {
 public:
  explicit Engine(std::string const& rules);
  ~Engine();
  /// `workers`: detectors, which share what workers share. Each gets whole flows.
  RunResult run(std::vector<reference::Frame> const& frames, reference::Options const& options,
                Search search, std::size_t workers = 1) const;

 private:
  struct Compiled;
  std::unique_ptr<Compiled> compiled_;
};

/// Empty if a rule needs more steps than the engine takes.
std::optional<RunResult> run_reference(std::string const& rules,
                                       std::vector<reference::Frame> const& frames,
                                       reference::Options const& options);

}  // namespace warpline::ids::differential
