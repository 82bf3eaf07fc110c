// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>

#include "core/base/quiescence.hpp"
#include "core/net/ip_address.hpp"

namespace warpline::ipsec {

/// What a received packet names its SA with: its SPI, and the outer destination.
struct SpiKey {
  std::uint32_t spi = 0;
  std::uint32_t version = 4;  ///< of the outer header: 4 or 6
  /// As in memory, network order; IPv4: the address in the first four bytes, zeros behind.
  std::uint64_t destination[2]{};

  static SpiKey of(std::uint32_t spi, IpAddress const& destination);
};

/// Finds inbound SAs (RFC 4301 section 4.1): by SPI, or by SPI and destination where one SPI
/// serves several destinations.
///
/// One thread changes the table; any number of readers look up meanwhile, without locks or
/// waiting. An SA that stays is found at any moment, one that comes or goes is found or not. The
/// table has open addressing; a slot is one atomic word that goes from empty to an SA to removed,
/// and never on from there. A new table takes the place of one that is half full, and the old
/// one is retired to `readers`: `find` is for one that is online.
class SpiTable {
 public:
  static constexpr std::uint32_t kNone = ~0u;
  static constexpr std::uint32_t kMaxIndex = (1u << 26) - 1;

  /// `readers`: the threads that look up, and where old tables go.
  explicit SpiTable(Quiescence& readers);
  ~SpiTable();
  SpiTable(SpiTable const&) = delete;
  SpiTable& operator=(SpiTable const&) = delete;

  /// Adds an SA for packets to `destination`, or to any without. `index` is at most `kMaxIndex`.
  /// False, without a change, where there is one for the same. The writer alone.
  bool add(std::uint32_t spi, std::optional<IpAddress> const& destination, std::uint32_t index);
  /// Removes an SA. False where there is none. The writer alone.
  bool remove(std::uint32_t spi, std::optional<IpAddress> const& destination);
  /// How many SAs there are. The writer alone.
  std::size_t size() const { return size_; }

  /// The SA for a packet: one for its destination before one for any; `kNone`. Any reader.
  std::uint32_t find(SpiKey const& key) const noexcept;
  /// The same for several packets, `indices` one a key, in order; their slots are fetched at the
  /// same time. Any reader.
  void find(std::span<SpiKey const> keys, std::uint32_t* indices) const noexcept;

 private:
  struct Table;
  Table* rebuild(bool with_keys);

  Quiescence& readers_;
  std::atomic<Table*> table_;
  std::size_t size_ = 0;
};

}  // namespace warpline::ipsec
