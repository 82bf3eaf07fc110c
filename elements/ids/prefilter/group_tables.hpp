// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <vector>

#include "core/device/replicated.hpp"
#include "elements/ids/prefilter/database_cache.hpp"
#include "elements/ids/prefilter/group_automata.hpp"
#include "elements/ids/prefilter/rule_groups.hpp"
#include "elements/ids/tables.hpp"

namespace warpline::ids {

/// The tables of all searches of a set of rules, for each kind of matcher; shared by all workers.
class GroupTables {
 public:
  /// Reads the databases from the cache, or compiles them. Throws the `ConfigError` of `Tables`.
  GroupTables(RuleGroups const& groups, DatabaseCache& cache);

  std::size_t size() const { return tables_.size(); }
  Tables const& operator[](std::uint16_t search) const { return tables_[search - 1u]; }

  /// The matchers for the CPU, by number of search minus 1. As `Tables::cpu_matching`.
  std::vector<CpuMatching> const& cpu_matching() const;

  /// The automata, in the memory of this process. Built on the first call. Any thread.
  GroupAutomata automata() const;
  /// The same for kernels on `device`. Throws `ConfigError` if the device has no memory.
  GroupAutomata on(Device& device) const;
  /// Bytes of the automata's rows, without building them.
  std::size_t row_bytes() const;

 private:
  std::uint32_t largest() const;

  std::deque<Tables> tables_;
  mutable std::mutex mutex_;  // of the members below
  mutable std::vector<CpuMatching> cpu_matching_;
  mutable std::vector<Automaton> automata_;
  struct Copy {
    std::vector<Automaton> automata;
    DeviceTable<Automaton> table;  // in the memory of this process: `automata` itself
  };
  PerDevice<Copy> copies_;
};

}  // namespace warpline::ids
