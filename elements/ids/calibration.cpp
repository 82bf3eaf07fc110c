// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ids/calibration.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "core/base/text_corpus.hpp"
#include "core/base/thread.hpp"
#include "elements/ids/interleaved_scan.hpp"

namespace warpline::ids {
namespace {

constexpr unsigned kRounds = 3;
constexpr std::uint32_t kRoundBytes = 48 << 10;
constexpr std::uint32_t kShort = 48, kLong = 1024;

/// The text from which payloads are cut. Each round uses a different part, the first one for
/// warming up: a second search of the same bytes would find all its data in the caches.
struct Content {
  std::string text, random;

  Content() : text(text_corpus(5, kRoundBytes * (kRounds + 1))) {
    TextWriter writer(6);
    random.resize(text.size());
    for (auto& c : random) c = static_cast<char>(writer.below(256));
  }
};

std::vector<Bytes> payloads_of(std::string const& content, unsigned round, std::uint32_t size) {
  auto const* const begin = reinterpret_cast<std::uint8_t const*>(content.data());
  std::vector<Bytes> payloads;
  for (std::uint32_t offset = 0; offset + size <= kRoundBytes; offset += size)
    payloads.push_back({begin + round * kRoundBytes + offset, size});
  return payloads;
}

double seconds_of(auto&& work) {
  auto const begin = thread_cpu_seconds();
  work();
  return thread_cpu_seconds() - begin;
}

double median(std::array<double, kRounds> values) {
  std::sort(values.begin(), values.end());
  return values[kRounds / 2];
}

class Measurement {
 public:
  Measurement(std::shared_ptr<HyperscanDatabase const> const& database,
              AhoCorasick const& automaton)
      : hyperscan_(database), automaton_(automaton.view()) {}

  MatcherCosts run(std::string const& content, std::uint32_t size) {
    std::array<double, kRounds> hyperscan{}, automaton{};
    for (unsigned round = 0; round <= kRounds; ++round) {
      auto const payloads = payloads_of(content, round, size);
      results_.assign(payloads.size(), {});
      auto const by_hyperscan = seconds_of([&] {
        for (std::size_t i = 0; i < payloads.size(); ++i) hyperscan_.scan(payloads[i], results_[i]);
      });
      results_.assign(payloads.size(), {});
      auto const by_automaton = seconds_of([&] { automaton_.scan(payloads, results_.data()); });
      if (round == 0) continue;
      hyperscan[round - 1] = by_hyperscan;
      automaton[round - 1] = by_automaton;
    }
    return {median(hyperscan), median(automaton)};
  }

 private:
  HyperscanScanner hyperscan_;
  InterleavedScan automaton_;
  std::vector<Matches> results_;
};

}  // namespace

MatcherPolicy calibrate(std::shared_ptr<HyperscanDatabase const> const& database,
                        AhoCorasick const& automaton) {
  static Content const content;
  Measurement measurement(database, automaton);
  std::vector<MatcherCosts> kinds;
  for (auto const* text : {&content.text, &content.random})
    for (auto const size : {kShort, kLong}) kinds.push_back(measurement.run(*text, size));
  return policy_for(kinds);
}

}  // namespace warpline::ids
