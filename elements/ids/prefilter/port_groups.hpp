// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "elements/ids/rules/interval_set.hpp"

namespace warpline::ids {

/// Ports in groups, by the sets that contain them. Read-only; any thread.
///
/// The ends of all intervals split 0 to 65535 into ranges whose ports are in the same sets. Ranges in
/// the same sets share a group. If there are too many groups, those that differ least are
/// merged: a group may then have more sets than one of its ports needs, but never fewer.
class PortGroups {
 public:
  /// Distinct groups before merging; if there are more, the ranges of ports are made coarser.
  static constexpr std::size_t kMaxDistinct = 1024;

  /// `costs`: of each set, in any unit: what a group costs that has it. `max_groups`: at least 1.
  PortGroups(std::span<PortSet const> sets, std::span<std::uint32_t const> costs,
             std::size_t max_groups);

  std::size_t size() const { return members_.size(); }
  /// The group of a port.
  std::size_t of(std::uint16_t port) const;
  /// Indices of the sets of a group, ascending.
  std::vector<std::uint32_t> const& members(std::size_t group) const { return members_[group]; }
  std::size_t ranges() const { return first_.size(); }

 private:
  std::vector<std::uint16_t> first_;  // ports of ranges, ascending; the first is 0
  std::vector<std::uint16_t> group_;  // by range
  std::vector<std::vector<std::uint32_t>> members_;
};

}  // namespace warpline::ids
