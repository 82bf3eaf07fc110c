// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "core/element/context.hpp"
#include "core/element/shared.hpp"
#include "elements/ids/aho_corasick.hpp"
#include "elements/ids/cpu_matcher.hpp"
#include "elements/ids/hyperscan.hpp"
#include "elements/ids/pattern.hpp"

namespace warpline::ids {

/// A set of patterns with the tables of each kind of matcher; shared by all workers.
class Tables {
 public:
  /// Compiles the Hyperscan database; throws its `ConfigError`.
  explicit Tables(PatternSet set)
      : set_(std::move(set)), database_(std::make_shared<HyperscanDatabase const>(set_)) {}
  /// `database`: of these patterns.
  Tables(PatternSet set, std::shared_ptr<HyperscanDatabase const> database)
      : set_(std::move(set)), database_(std::move(database)) {}

  PatternSet const& set() const { return set_; }
  std::shared_ptr<HyperscanDatabase const> const& database() const { return database_; }

  /// Built on the first call. Any thread. Throws the `ConfigError` of `AhoCorasick`.
  AhoCorasick const& automaton() const;

  /// The matchers for the CPU: the first call builds the automaton and measures both. The automaton
  /// is kept only if it is faster on some traffic; it is not tried if it would take more than
  /// `kMaxCpuStates`. Any thread.
  CpuMatching const& cpu_matching() const;

  /// 256 MiB of rows.
  static constexpr std::size_t kMaxCpuStates = std::size_t{1} << 18;

 private:
  CpuMatching measured() const;

  PatternSet set_;
  std::shared_ptr<HyperscanDatabase const> database_;
  mutable std::mutex mutex_;  // of the members below
  mutable std::shared_ptr<AhoCorasick const> automaton_;
  mutable std::optional<CpuMatching> cpu_matching_;
};

/// The tables of the pattern file, created by the first call for that path. Throws the
/// `ConfigError` of `load_patterns` and of `Tables`.
std::shared_ptr<Shared<Tables>> file_tables(SharedStore& store, std::string const& path);

/// The tables of `count` `synthetic_patterns` of seed 1, created by the first call for that number.
std::shared_ptr<Shared<Tables>> synthetic_tables(SharedStore& store, std::size_t count);

}  // namespace warpline::ids
