// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/packet/packet.hpp"
#include "elements/ids/matches.hpp"
#include "elements/ids/pattern.hpp"

struct hs_database;
struct hs_scratch;

namespace warpline::ids {

/// A set of patterns compiled by Hyperscan for block mode on this machine; threads may share it.
class HyperscanDatabase {
 public:
  /// Takes seconds for ten thousand patterns. Throws `ConfigError` with the library's reason, at
  /// the pattern that it names, or if the processor does not support the library.
  explicit HyperscanDatabase(PatternSet const& set);

  /// The database of `serialized`, for the same version and processor; empty if it is another one.
  /// `bytes`: unchanged since then; others may harm the program.
  static std::optional<HyperscanDatabase> from(std::string const& bytes);
  std::string serialized() const;
  /// The library's version and what it knows of this processor.
  static std::string platform();

  hs_database const* get() const { return database_.get(); }
  std::size_t bytes() const;  ///< of memory

 private:
  struct Free {
    void operator()(hs_database* database) const noexcept;
  };
  HyperscanDatabase() = default;

  std::unique_ptr<hs_database, Free> database_;
};

/// Memory in which one thread searches; any number of its scanners may share it.
class HyperscanScratch {
 public:
  /// Makes it large enough for a database, too. Throws `ConfigError` if there is no memory.
  void fit(HyperscanDatabase const& database);
  hs_scratch* get() const { return scratch_.get(); }
  std::size_t bytes() const;

 private:
  struct Free {
    void operator()(hs_scratch* scratch) const noexcept;
  };
  std::unique_ptr<hs_scratch, Free> scratch_;
};

/// The search of one thread for the patterns of a database; allocates nothing while scanning.
class HyperscanScanner {
 public:
  explicit HyperscanScanner(
      std::shared_ptr<HyperscanDatabase const> database,
      std::shared_ptr<HyperscanScratch> scratch = std::make_shared<HyperscanScratch>());

  /// The patterns in `text`, added to `matches`.
  void scan(Bytes text, Matches& matches) noexcept;

  /// Replaces the content of `ids` with all patterns in `text`, ascending. `ids` grows up to the
  /// number of patterns: with that capacity nothing is allocated.
  void scan_all(Bytes text, std::vector<PatternId>& ids);

 private:
  std::shared_ptr<HyperscanDatabase const> database_;
  std::shared_ptr<HyperscanScratch> scratch_;
};

}  // namespace warpline::ids
