// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "core/packet/packet.hpp"
#include "elements/ids/hyperscan.hpp"
#include "elements/ids/interleaved_scan.hpp"

namespace warpline::ceilings {

/// The rate of one core without an engine.
struct ScanRate {
  double packets_per_second = 0;
  double bytes_per_second = 0;
  double matches_per_packet = 0;
};

/// Hyperscan alone: one `hs_scan` per payload and a callback that counts. One thread at a time.
class RawHyperscan {
 public:
  using Database = std::shared_ptr<ids::HyperscanDatabase const>;
  explicit RawHyperscan(Database database) : RawHyperscan(std::vector{std::move(database)}) {}
  explicit RawHyperscan(std::vector<Database> databases);

  /// One pass over all payloads with the first database; returns the number of matches.
  std::uint64_t scan(std::span<Bytes const> payloads) noexcept;
  /// The same with the database `numbers[i]`, from 1, for `payloads[i]`; 0: none.
  std::uint64_t scan(std::span<Bytes const> payloads,
                     std::span<std::uint16_t const> numbers) noexcept;

  /// Runs one pass to warm up, then complete passes for at least `at_least`.
  ScanRate measure(std::span<Bytes const> payloads, std::chrono::nanoseconds at_least);

 private:
  void scan(Bytes payload, Database const& database, std::uint64_t& matches) noexcept;

  std::vector<Database> databases_;
  ids::HyperscanScratch scratch_;
};

/// The automaton alone, `InterleavedScan::kLanes` payloads at a time, results in memory. One thread
/// at a time.
class RawAutomaton {
 public:
  /// `automaton`: its tables must outlive this object.
  explicit RawAutomaton(ids::Automaton const& automaton) : scan_(automaton) {}

  /// Like those of `RawHyperscan`. A payload with more patterns than a result can hold counts for
  /// that number.
  std::uint64_t scan(std::span<Bytes const> payloads);
  ScanRate measure(std::span<Bytes const> payloads, std::chrono::nanoseconds at_least);

 private:
  ids::InterleavedScan scan_;
  std::vector<ids::Matches> results_;
};

}  // namespace warpline::ceilings
