// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <filesystem>
#include <mutex>

#include "app/bench/options.hpp"
#include "app/bench/traffic.hpp"
#include "app/bench/workload.hpp"
#include "benchmarks/ceilings/ids.hpp"
#include "elements/ids/layers.hpp"
#include "elements/ids/pattern_file.hpp"
#include "elements/ids/synthetic_patterns.hpp"

namespace warpline::bench {
namespace {

constexpr unsigned kPatterns = 3000;

/// `hs_scan` on the payloads of the same frames.
class IdsCeiling final : public Ceiling {
 public:
  IdsCeiling(std::shared_ptr<ids::HyperscanDatabase const> database, Frames const& frames)
      : raw_(std::move(database)) {
    for (auto const& frame : frames)
      payloads_.push_back(
          ids::walk_layers({frame.data(), static_cast<std::uint32_t>(frame.size())}).payload);
  }

  double measure(std::chrono::nanoseconds at_least) override {
    return raw_.measure(payloads_, at_least).packets_per_second;
  }

 private:
  ceilings::RawHyperscan raw_;
  std::vector<Bytes> payloads_;  // into the frames
};

/// Compiled when a case is first measured, once for all cases.
class Database {
 public:
  explicit Database(ids::PatternSet patterns) : patterns_(std::move(patterns)) {}
  std::shared_ptr<ids::HyperscanDatabase const> get() {
    std::scoped_lock const lock(mutex_);
    if (!made_) made_ = std::make_shared<ids::HyperscanDatabase>(patterns_);
    return made_;
  }

 private:
  ids::PatternSet patterns_;
  std::mutex mutex_;
  std::shared_ptr<ids::HyperscanDatabase const> made_;
};

}  // namespace

std::vector<Case> ids_cases(Options const& options) {
  auto const database =
      std::make_shared<Database>(options.patterns.empty() ? ids::synthetic_patterns(1, kPatterns)
                                                          : ids::load_patterns(options.patterns));
  auto const patterns =
      options.patterns.empty()
          ? "SYNTHETIC " + std::to_string(kPatterns)
          : "PATTERNS " + quote(std::filesystem::absolute(options.patterns).string());
  std::vector<Case> cases;
  for (auto const& name : options.cases)
    for (auto const& sizes : options.sizes) {
      Traffic const traffic{sizes, name, options.pcap, false};
      Case made;
      made.subject.name = name;
      made.subject.sizes = sizes;
      made.subject.labels = {options.patterns.empty()
                                 ? std::to_string(kPatterns) + " made-up patterns"
                                 : "patterns of " + options.patterns,
                             payload_label(traffic)};
      made.ports = {generator_spec(traffic)};
      made.pipeline = [patterns, burst = *options.burst](std::string const& balancer) {
        return "FromInput(BURST " + std::to_string(burst) + ") -> " + balancer + " -> IDSMatch(" +
               patterns + ") -> ToOutput;";
      };
      made.source_sink = "FromInput(BURST " + std::to_string(*options.burst) + ") -> ToOutput;";
      made.ceiling_name = "Hyperscan, hs_scan of the same payloads";
      made.ceiling = [database](CeilingInput const& input) {
        return std::make_unique<IdsCeiling>(database->get(), input.frames);
      };
      cases.push_back(std::move(made));
    }
  return cases;
}

}  // namespace warpline::bench
