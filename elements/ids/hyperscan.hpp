// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <vector>

#include "core/packet/packet.hpp"
#include "elements/ids/matches.hpp"
#include "elements/ids/pattern.hpp"

struct hs_database;
struct hs_scratch;

namespace warpline::ids {

/// A set of patterns compiled by Hyperscan for block mode on this machine; may be shared by
/// threads.
class HyperscanDatabase {
 public:
  /// Takes seconds for ten thousand patterns. Throws `ConfigError` with the library's reason, at
  /// the pattern where it names one, or if the processor lacks what the library needs.
  explicit HyperscanDatabase(PatternSet const& set);

  hs_database const* get() const { return database_.get(); }

 private:
  struct Free {
    void operator()(hs_database* database) const noexcept;
  };
  std::unique_ptr<hs_database, Free> database_;
};

/// One thread's means to look for the patterns of a database; allocates nothing while scanning.
class HyperscanScanner {
 public:
  explicit HyperscanScanner(std::shared_ptr<HyperscanDatabase const> database);

  /// The patterns in `text`, added to `matches`.
  void scan(Bytes text, Matches& matches) noexcept;

  /// All patterns in `text`, however many, ascending, in place of what `ids` held. `ids` grows up
  /// to the number of patterns: reserve that much and nothing is allocated.
  void scan_all(Bytes text, std::vector<PatternId>& ids);

 private:
  struct Free {
    void operator()(hs_scratch* scratch) const noexcept;
  };
  std::shared_ptr<HyperscanDatabase const> database_;
  std::unique_ptr<hs_scratch, Free> scratch_;
};

}  // namespace warpline::ids
