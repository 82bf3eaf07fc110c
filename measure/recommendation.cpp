// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "measure/recommendation.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include "measure/balancer_verdict.hpp"
#include "measure/table.hpp"

namespace warpline::bench {
namespace {

/// The results at one packet size, in the order of measurement.
struct SizeGroup {
  std::string sizes;
  std::vector<Result const*> rivals, balancers;
  bool enough_trials = true;
};

std::vector<SizeGroup> by_size(std::span<Result const> results) {
  std::vector<SizeGroup> groups;
  for (auto const& result : results) {
    auto const& sizes = result.subject.sizes;
    auto group = std::find_if(groups.begin(), groups.end(),
                              [&](auto const& known) { return known.sizes == sizes; });
    if (group == groups.end()) group = groups.insert(group, SizeGroup{sizes, {}, {}});
    (is_balancer(result.subject.device) ? group->balancers : group->rivals).push_back(&result);
    group->enough_trials = group->enough_trials && result.repeats >= kMinTrials;
  }
  return groups;
}

/// Rivals with the highest median first.
std::vector<Result const*> ranking(SizeGroup const& group) {
  auto ranked = group.rivals;
  std::stable_sort(ranked.begin(), ranked.end(), [](auto const* a, auto const* b) {
    return a->packets_per_second.median > b->packets_per_second.median;
  });
  return ranked;
}

double factor_of(Spread const& fast, Spread const& slow) {
  if (slow.median > 0) return fast.median / slow.median;
  return fast.median > 0 ? std::numeric_limits<double>::infinity() : 1;
}

constexpr char kOverlap[] = " (ranges overlap)";

bool overlaps(Result const& a, Result const& b) {
  auto const &one = a.packets_per_second, &other = b.packets_per_second;
  return one.min <= other.max && other.min <= one.max;
}

SizeVerdict verdict_of(std::string const& sizes, Result const& first, Result const& second) {
  auto const &fast = first.packets_per_second, &slow = second.packets_per_second;
  return {sizes, first.subject.device, second.subject.device, factor_of(fast, slow),
          overlaps(first, second)};
}

/// Sentences in the order of their first use, each with the sizes that it holds for.
class Sentences {
 public:
  /// `factor`: empty, or the text before the size.
  void add(std::string const& subject, std::string const& factor, std::string const& sizes) {
    auto entry = std::find_if(all_.begin(), all_.end(),
                              [&](auto const& known) { return known.first == subject; });
    if (entry == all_.end()) {
      all_.emplace_back(subject, (factor.empty() ? "at " : factor + " at ") + sizes);
    } else {
      entry->second += ", " + (factor.empty() ? sizes : factor + " at " + sizes);
    }
  }
  std::vector<std::string> text() const {
    std::vector<std::string> lines;
    for (auto const& [subject, items] : all_) lines.push_back(subject + " " + items);
    return lines;
  }

 private:
  std::vector<std::pair<std::string, std::string>> all_;
};

/// The two names in alphabetical order: a tiny lead means nothing.
std::string pair_of(SizeVerdict const& verdict) {
  auto const& [first, second] = std::minmax(verdict.fastest, verdict.second);
  return first + " and " + second;
}

}  // namespace

std::vector<SizeVerdict> verdicts(std::span<Result const> results) {
  std::vector<SizeVerdict> all;
  for (auto const& group : by_size(results)) {
    auto const ranked = ranking(group);
    if (group.enough_trials && ranked.size() >= 2)
      all.push_back(verdict_of(group.sizes, *ranked[0], *ranked[1]));
  }
  return all;
}

std::vector<std::string> recommendation(std::span<Result const> results) {
  Sentences winners, equals, balancers;
  for (auto const& verdict : verdicts(results)) {
    if (verdict.has_winner()) {
      winners.add(verdict.fastest + " beats " + verdict.second, factor_text(verdict.factor),
                  verdict.sizes + (verdict.ranges_overlap ? kOverlap : ""));
    } else {
      equals.add("no difference between " + pair_of(verdict), {}, verdict.sizes);
    }
  }
  for (auto const& group : by_size(results)) {
    auto const ranked = ranking(group);
    if (!group.enough_trials || ranked.empty()) continue;
    for (auto const* balancer : group.balancers) {
      auto const verdict = judge_balancer(*balancer, ranked);
      bool const overlap = !verdict.factor.empty() && overlaps(*balancer, *ranked[0]);
      balancers.add(verdict.sentence, verdict.factor, group.sizes + (overlap ? kOverlap : ""));
    }
  }
  auto lines = winners.text();
  for (auto const* more : {&equals, &balancers})
    for (auto& line : more->text()) lines.push_back(std::move(line));
  return lines;
}

std::string trials_note(std::span<Result const> results) {
  if (std::all_of(results.begin(), results.end(),
                  [](auto const& result) { return result.repeats >= kMinTrials; }))
    return {};
  return "no verdict and no ±% for fewer than " + std::to_string(kMinTrials) +
         " trials; give --repeat " + std::to_string(kMinTrials) + " or more";
}

}  // namespace warpline::bench
