// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "app/bench/recommendation.hpp"

#include <algorithm>
#include <map>
#include <vector>

#include "app/table.hpp"

namespace warpline::bench {
namespace {

/// Devices at one packet size, the fastest first.
using Ranking = std::vector<Result const*>;

bool faster(Result const* a, Result const* b) {
  return a->packets_per_second.median > b->packets_per_second.median;
}

std::vector<Ranking> rankings(std::span<Result const> results) {
  std::vector<Ranking> all;
  std::map<std::string, std::size_t> place;
  for (auto const& result : results) {
    auto const [found, fresh] = place.try_emplace(result.subject.sizes, all.size());
    if (fresh) all.emplace_back();
    all[found->second].push_back(&result);
  }
  for (auto& ranking : all) std::stable_sort(ranking.begin(), ranking.end(), faster);
  return all;
}

std::string join(std::vector<std::string> const& parts) {
  std::string text;
  for (auto const& part : parts) text += (text.empty() ? "" : ", ") + part;
  return text;
}

struct Lead {
  std::vector<std::string> sizes;
  double least = 0, most = 0;  // times as fast as the second
};

}  // namespace

std::string recommendation(std::span<Result const> results) {
  std::map<std::string, Lead> leads;
  std::vector<std::string> order, undecided;
  for (auto const& ranking : rankings(results)) {
    if (ranking.size() < 2) continue;
    auto const& first = *ranking[0];
    auto const& second = *ranking[1];
    if (first.packets_per_second.min <= second.packets_per_second.max) {
      undecided.push_back(first.subject.sizes);
      continue;
    }
    auto const factor = first.packets_per_second.median / second.packets_per_second.median;
    auto [lead, fresh] = leads.try_emplace(first.subject.device, Lead{{}, factor, factor});
    if (fresh) order.push_back(first.subject.device);
    lead->second.sizes.push_back(first.subject.sizes);
    lead->second.least = std::min(lead->second.least, factor);
    lead->second.most = std::max(lead->second.most, factor);
  }
  std::vector<std::string> parts;
  for (auto const& device : order) {
    auto const& lead = leads[device];
    auto range = app::fixed(lead.least, 1);
    if (auto const most = app::fixed(lead.most, 1); most != range) range += "-" + most;
    parts.push_back(device + " is fastest at " + join(lead.sizes) + " (" + range + " x the next)");
  }
  if (!undecided.empty()) parts.push_back("no clear winner at " + join(undecided));
  std::string text;
  for (auto const& part : parts) text += (text.empty() ? "" : "; ") + part;
  return text;
}

}  // namespace warpline::bench
