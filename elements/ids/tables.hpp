// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "core/context.hpp"
#include "elements/ids/aho_corasick.hpp"
#include "elements/ids/hyperscan.hpp"
#include "elements/ids/pattern.hpp"

namespace warpline::ids {

/// A set of patterns with what each kind of matcher needs; shared by all workers, read-only.
class Tables {
 public:
  /// Compiles the Hyperscan database; throws its `ConfigError`.
  explicit Tables(PatternSet set)
      : set_(std::move(set)), database_(std::make_shared<HyperscanDatabase const>(set_)) {}

  PatternSet const& set() const { return set_; }
  std::shared_ptr<HyperscanDatabase const> const& database() const { return database_; }

  /// Built on the first call, for a device has need of it and the own core has none. Any thread.
  AhoCorasick const& automaton() const {
    std::call_once(once_, [this] { automaton_.emplace(set_.patterns); });
    return *automaton_;
  }

 private:
  PatternSet set_;
  std::shared_ptr<HyperscanDatabase const> database_;
  mutable std::once_flag once_;
  mutable std::optional<AhoCorasick> automaton_;
};

/// The tables of the pattern file, made on the first call for that path.
/// Throws the `ConfigError` of `load_patterns` and of `Tables`.
std::shared_ptr<Tables> file_tables(SharedStore& store, std::string const& path);

/// The tables of so many `synthetic_patterns` of seed 1, made on the first call for that number.
std::shared_ptr<Tables> synthetic_tables(SharedStore& store, std::size_t count);

}  // namespace warpline::ids
