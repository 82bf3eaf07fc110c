// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "elements/ids/automaton.hpp"
#include "elements/ids/pattern.hpp"

namespace warpline::ids {

/// Builds and owns the tables of an `Automaton` for a set of patterns.
///
/// A state takes 512 bytes up to 32,768 states, else 1 KiB: 8,000 contents of usual rules have
/// about 108,000 states, 110 MB. Immutable once built; may be read by any number of threads.
class AhoCorasick {
 public:
  /// The most states that a set may need (a table of 1 GiB).
  static constexpr std::size_t kMaxStates = std::size_t{1} << 20;

  /// Throws `ConfigError` if the patterns need more than `kMaxStates` states.
  explicit AhoCorasick(std::span<Pattern const> patterns);

  /// Pointers into this object.
  Automaton view() const;

  std::size_t states() const { return suffix_.size(); }

  /// The tables one by one, for a copy to elsewhere; exactly one of the first two is empty.
  std::span<std::uint16_t const> narrow() const { return narrow_; }
  std::span<std::uint32_t const> wide() const { return wide_; }
  std::span<std::uint32_t const> output_begin() const { return output_begin_; }
  std::span<std::uint32_t const> suffix() const { return suffix_; }
  std::span<PatternId const> outputs() const { return outputs_; }
  std::span<Automaton::Literal const> literals() const { return literals_; }
  std::span<std::uint8_t const> bytes() const { return bytes_; }

 private:
  void store_literals(std::span<Pattern const> patterns);

  std::vector<std::uint16_t> narrow_;
  std::vector<std::uint32_t> wide_;
  std::vector<std::uint32_t> output_begin_;
  std::vector<std::uint32_t> suffix_;
  std::vector<PatternId> outputs_;
  std::vector<Automaton::Literal> literals_;
  std::vector<std::uint8_t> bytes_;
};

}  // namespace warpline::ids
