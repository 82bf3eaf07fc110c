// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ids/prefilter/group_tables.hpp"

#include <algorithm>
#include <utility>

namespace warpline::ids {

GroupTables::GroupTables(RuleGroups const& groups, DatabaseCache& cache) {
  for (auto const& search : groups.searches())
    tables_.emplace_back(search.patterns, cache.get(search.patterns));
}

std::vector<CpuMatching> const& GroupTables::cpu_matching() const {
  std::scoped_lock const lock(mutex_);
  if (cpu_matching_.empty())
    for (auto const& tables : tables_) cpu_matching_.push_back(tables.cpu_matching());
  return cpu_matching_;
}

GroupAutomata GroupTables::automata() const {
  std::scoped_lock const lock(mutex_);
  if (automata_.empty())
    for (auto const& tables : tables_) automata_.push_back(tables.automaton().view());
  return {automata_.data(), static_cast<std::uint32_t>(automata_.size()), largest()};
}

GroupAutomata GroupTables::on(Device& device) const {
  auto const& copy = copies_.on(device, [&] {
    Copy result;
    for (auto const& tables : tables_) result.automata.push_back(tables.automaton().on(device));
    result.table = device.upload(std::as_const(result.automata).data(), result.automata.size());
    return result;
  });
  return {copy.table.get(), static_cast<std::uint32_t>(tables_.size()), largest()};
}

std::uint32_t GroupTables::largest() const {
  std::size_t size = 0;
  for (auto const& tables : tables_) {
    auto const view = tables.automaton().view();
    size = std::max(size, std::size_t{view.row_bytes()} * view.states);
  }
  return static_cast<std::uint32_t>(size);
}

std::size_t GroupTables::row_bytes() const {
  std::size_t bytes = 0;
  for (auto const& tables : tables_) bytes += AhoCorasick::row_bytes(tables.set().patterns);
  return bytes;
}

}  // namespace warpline::ids
