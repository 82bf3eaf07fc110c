// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ids/prefilter/port_groups.hpp"

#include <algorithm>
#include <bit>
#include <map>
#include <numeric>
#include <set>

namespace warpline::ids {
namespace {

/// A set of rules, a bit each.
using Bits = std::vector<std::uint64_t>;

std::vector<std::uint16_t> first_ports(std::span<PortSet const> sets) {
  std::set<std::uint16_t> first{0};
  for (auto const& set : sets)
    for (auto const& interval : set.intervals()) {
      first.insert(interval.first);
      if (interval.last < 65535) first.insert(static_cast<std::uint16_t>(interval.last + 1));
    }
  return {first.begin(), first.end()};
}

std::size_t range_of(std::vector<std::uint16_t> const& first, std::uint16_t port) {
  auto const after = std::upper_bound(first.begin(), first.end(), port);
  return static_cast<std::size_t>(after - first.begin()) - 1;
}

/// The sets that have a port in each range.
std::vector<Bits> sets_by_range(std::span<PortSet const> sets,
                                std::vector<std::uint16_t> const& first) {
  std::vector<Bits> ranges(first.size(), Bits((sets.size() + 63) / 64));
  for (std::size_t i = 0; i < sets.size(); ++i)
    for (auto const& interval : sets[i].intervals()) {
      auto const last = range_of(first, interval.last);
      for (auto range = range_of(first, interval.first); range <= last; ++range)
        ranges[range][i / 64] |= std::uint64_t{1} << i % 64;
    }
  return ranges;
}

/// The cost of the rules that one of the groups has alone.
std::size_t distance(Bits const& a, Bits const& b, std::span<std::uint32_t const> costs) {
  std::size_t cost = 0;
  for (std::size_t i = 0; i < a.size(); ++i)
    for (auto bits = a[i] ^ b[i]; bits != 0; bits &= bits - 1)
      cost += costs[i * 64 + static_cast<std::size_t>(std::countr_zero(bits))];
  return cost;
}

/// Merges the two groups that differ least, until there are few enough.
class Merging {
 public:
  Merging(std::vector<Bits> groups, std::span<std::uint32_t const> costs)
      : groups_(std::move(groups)), costs_(costs), into_(groups_.size()) {
    std::iota(into_.begin(), into_.end(), std::size_t{0});
    for (std::size_t i = 0; i < groups_.size(); ++i) {
      alive_.push_back(i);
      nearest_.push_back({});
    }
  }

  void run(std::size_t max_groups) {
    if (alive_.size() <= max_groups) return;
    for (auto const group : alive_) find_nearest(group);
    while (alive_.size() > max_groups) {
      auto const group = *std::min_element(alive_.begin(), alive_.end(), [&](auto a, auto b) {
        return nearest_[a].distance < nearest_[b].distance;
      });
      merge(group, nearest_[group].group);
    }
  }

  std::vector<std::size_t> const& alive() const { return alive_; }
  Bits const& bits(std::size_t group) const { return groups_[group]; }
  std::size_t root(std::size_t group) const {
    while (into_[group] != group) group = into_[group];
    return group;
  }

 private:
  struct Nearest {
    std::size_t group = 0, distance = ~std::size_t{0};
  };

  void find_nearest(std::size_t group) {
    nearest_[group] = {};
    for (auto const other : alive_) {
      if (other == group) continue;
      auto const apart = distance(groups_[group], groups_[other], costs_);
      if (apart < nearest_[group].distance) nearest_[group] = {other, apart};
    }
  }

  void merge(std::size_t group, std::size_t other) {
    for (std::size_t i = 0; i < groups_[group].size(); ++i) groups_[group][i] |= groups_[other][i];
    into_[other] = group;
    std::erase(alive_, other);
    find_nearest(group);
    for (auto const one : alive_) {
      if (one == group) continue;
      if (nearest_[one].group == other || nearest_[one].group == group)
        find_nearest(one);
      else if (auto const apart = distance(groups_[one], groups_[group], costs_);
               apart < nearest_[one].distance)
        nearest_[one] = {group, apart};
    }
  }

  std::vector<Bits> groups_;
  std::span<std::uint32_t const> costs_;
  std::vector<std::size_t> into_, alive_;
  std::vector<Nearest> nearest_;
};

}  // namespace

PortGroups::PortGroups(std::span<PortSet const> sets, std::span<std::uint32_t const> costs,
                       std::size_t max_groups)
    : first_(first_ports(sets)) {
  std::map<Bits, std::size_t> known;
  std::vector<std::size_t> group_of_range;
  for (;;) {
    known.clear();
    group_of_range.clear();
    for (auto& bits : sets_by_range(sets, first_))
      group_of_range.push_back(known.emplace(std::move(bits), known.size()).first->second);
    if (known.size() <= kMaxDistinct) break;
    std::vector<std::uint16_t> fewer;
    for (std::size_t i = 0; i < first_.size(); i += 2) fewer.push_back(first_[i]);
    first_ = std::move(fewer);
  }
  std::vector<Bits> distinct(known.size());
  for (auto const& [bits, group] : known) distinct[group] = bits;
  Merging merging(std::move(distinct), costs);
  merging.run(max_groups);
  std::vector<std::uint16_t> number(known.size());
  for (auto const group : merging.alive()) {
    number[group] = static_cast<std::uint16_t>(members_.size());
    auto& members = members_.emplace_back();
    for (std::uint32_t i = 0; i < sets.size(); ++i)
      if ((merging.bits(group)[i / 64] >> i % 64 & 1) != 0) members.push_back(i);
  }
  for (auto const group : group_of_range) group_.push_back(number[merging.root(group)]);
}

std::size_t PortGroups::of(std::uint16_t port) const { return group_[range_of(first_, port)]; }

}  // namespace warpline::ids
