// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <filesystem>
#include <mutex>
#include <optional>

#include "app/bench/options.hpp"
#include "app/bench/workload.hpp"
#include "core/net/layers.hpp"
#include "elements/ids/pattern_file.hpp"
#include "elements/ids/synthetic_patterns.hpp"
#include "elements/ids/tables.hpp"
#include "measure/ceilings/ids.hpp"
#include "measure/traffic.hpp"

namespace warpline::bench {
namespace {

constexpr unsigned kPatterns = 3000;

/// Both matchers for one set of patterns, built when a case is first measured, once for all cases.
class Matchers {
 public:
  explicit Matchers(ids::PatternSet patterns) : patterns_(std::move(patterns)) {}

  std::shared_ptr<ids::HyperscanDatabase const> database() {
    std::scoped_lock const lock(mutex_);
    if (!database_) database_ = std::make_shared<ids::HyperscanDatabase>(patterns_);
    return database_;
  }
  /// Null if it would be larger than `IDSMatch` allows on the CPU.
  std::shared_ptr<ids::AhoCorasick const> automaton() {
    std::scoped_lock const lock(mutex_);
    if (automaton_ || too_large_) return automaton_;
    try {
      automaton_ =
          std::make_shared<ids::AhoCorasick>(patterns_.patterns, ids::Tables::kMaxCpuStates);
    } catch (ConfigError const&) {
      too_large_ = true;
    }
    return automaton_;
  }

 private:
  ids::PatternSet patterns_;
  std::mutex mutex_;
  std::shared_ptr<ids::HyperscanDatabase const> database_;
  std::shared_ptr<ids::AhoCorasick const> automaton_;
  bool too_large_ = false;
};

/// The matchers that `IDSMatch` chooses from on the CPU, on the payloads of the same frames.
class IdsCeiling final : public Ceiling {
 public:
  IdsCeiling(Matchers& matchers, Frames const& frames)
      : hyperscan_(matchers.database()), tables_(matchers.automaton()) {
    if (tables_) automaton_.emplace(tables_->view());
    for (auto const& frame : frames)
      payloads_.push_back(
          walk_layers({frame.data(), static_cast<std::uint32_t>(frame.size())}).payload);
  }

  std::vector<std::string> names() const override {
    std::vector<std::string> names = {"Hyperscan, hs_scan of the same payloads"};
    if (automaton_)
      names.push_back("automaton, " + std::to_string(ids::InterleavedScan::kLanes) +
                      " of the same payloads at a time");
    return names;
  }

  std::vector<double> measure(std::chrono::nanoseconds at_least) override {
    if (!automaton_) return {hyperscan_.measure(payloads_, at_least).packets_per_second};
    return {hyperscan_.measure(payloads_, at_least / 2).packets_per_second,
            automaton_->measure(payloads_, at_least / 2).packets_per_second};
  }

 private:
  ceilings::RawHyperscan hyperscan_;
  std::shared_ptr<ids::AhoCorasick const> tables_;
  std::optional<ceilings::RawAutomaton> automaton_;
  std::vector<Bytes> payloads_;  // into the frames
};

}  // namespace

std::vector<Case> ids_cases(Options const& options) {
  auto const matchers =
      std::make_shared<Matchers>(options.patterns.empty() ? ids::synthetic_patterns(1, kPatterns)
                                                          : ids::load_patterns(options.patterns));
  auto const patterns =
      options.patterns.empty()
          ? "SYNTHETIC " + std::to_string(kPatterns)
          : "PATTERNS " + quote(std::filesystem::absolute(options.patterns).string());
  std::vector<Case> cases;
  for (auto const& name : options.cases)
    for (auto const& sizes : options.sizes) {
      Traffic const traffic{sizes, name, options.pcap, false};
      Case result;
      result.subject.name = name;
      result.subject.sizes = sizes;
      result.subject.labels = {options.patterns.empty()
                                   ? std::to_string(kPatterns) + " generated patterns"
                                   : "patterns of " + options.patterns,
                               payload_label(traffic)};
      result.ports = {generator_spec(traffic)};
      result.pipeline = [patterns, burst = *options.burst](std::string const& balancer) {
        return "FromInput(BURST " + std::to_string(burst) + ") -> " + balancer + " -> IDSMatch(" +
               patterns + ") -> ToOutput;";
      };
      result.source_sink = "FromInput(BURST " + std::to_string(*options.burst) + ") -> ToOutput;";
      result.ceiling = [matchers](CeilingInput const& input) {
        return std::make_unique<IdsCeiling>(*matchers, input.frames);
      };
      cases.push_back(std::move(result));
    }
  return cases;
}

}  // namespace warpline::bench
