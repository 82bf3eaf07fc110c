// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/device/replicated.hpp"
#include "elements/ids/automaton.hpp"
#include "elements/ids/pattern.hpp"

namespace warpline::ids {

/// Builds and owns the tables of an `Automaton` for a set of patterns.
///
/// A state takes 512 bytes up to 32,768 states, otherwise 1 KiB: 8,000 contents of usual rules have
/// about 108,000 states, 110 MB. Immutable after construction; any number of threads may read it.
class AhoCorasick {
 public:
  /// Maximum number of states of a set (a table of 1 GiB).
  static constexpr std::size_t kMaxStates = std::size_t{1} << 20;

  /// Throws `ConfigError` if the patterns need more than `max_states` states, at most `kMaxStates`.
  explicit AhoCorasick(std::span<Pattern const> patterns, std::size_t max_states = kMaxStates);

  /// Pointers into this object.
  Automaton view() const;

  /// Pointers into copies that kernels on `device` can read, created by the first call for a device
  /// and released with this object. Thread-safe. Throws `ConfigError` if the device has no memory.
  Automaton on(Device& device) const;

  /// Bytes of the rows for some patterns, without building them.
  static std::size_t row_bytes(std::span<Pattern const> patterns);

  std::size_t states() const { return suffix_.size(); }
  bool wide() const { return !wide_.empty(); }

 private:
  struct Copies {
    DeviceTable<std::uint16_t> narrow;
    DeviceTable<std::uint32_t> wide, output_begin, suffix;
    DeviceTable<PatternId> outputs;
    DeviceTable<Automaton::Literal> literals;
    DeviceTable<std::uint8_t> bytes;
    DeviceTable<std::uint32_t> first_at_depth;
  };

  void store_literals(std::span<Pattern const> patterns);

  std::vector<std::uint16_t> narrow_;
  std::vector<std::uint32_t> wide_;
  std::vector<std::uint32_t> output_begin_;
  std::vector<std::uint32_t> suffix_;
  std::vector<PatternId> outputs_;
  std::vector<Automaton::Literal> literals_;
  std::vector<std::uint8_t> bytes_;
  std::vector<std::uint32_t> first_at_depth_;
  PerDevice<Copies> copies_;
};

}  // namespace warpline::ids
