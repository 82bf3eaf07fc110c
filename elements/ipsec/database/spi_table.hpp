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

/// The identification of the SA in a received packet: its SPI, and the outer destination.
struct SpiKey {
  std::uint32_t spi = 0;
  std::uint32_t version = 4;  ///< of the outer header: 4 or 6
  /// In network order; IPv4: the address in the first four bytes, followed by zeros.
  std::uint64_t destination[2]{};

  static SpiKey of(std::uint32_t spi, IpAddress const& destination);
};

/// Finds inbound SAs (RFC 4301 section 4.1): by SPI, or by SPI and destination if one SPI serves
/// several destinations.
///
/// One thread changes the table; any number of readers look up meanwhile, without locks or waiting.
/// A look-up always finds an SA that stays; it may or may not find one that is being added or
/// removed. The table has open addressing; a slot is one atomic word that changes from empty to an
/// SA to removed, and never again. A new table replaces one that is half full, and the old one is
/// retired to `readers`: only an online reader may call `find`.
class SpiTable {
 public:
  static constexpr std::uint32_t kNone = ~0u;
  static constexpr std::uint32_t kMaxIndex = (1u << 26) - 1;

  /// `readers`: the threads that look up; old tables are retired to them.
  explicit SpiTable(Quiescence& readers);
  ~SpiTable();
  SpiTable(SpiTable const&) = delete;
  SpiTable& operator=(SpiTable const&) = delete;

  /// Adds an SA for packets to `destination`, or without one for any. `index` is at most
  /// `kMaxIndex`. Returns false, without a change, if there is one for the same. For the writer.
  bool add(std::uint32_t spi, std::optional<IpAddress> const& destination, std::uint32_t index);
  /// Removes an SA; false if there is none. For the writer.
  bool remove(std::uint32_t spi, std::optional<IpAddress> const& destination);
  /// Number of SAs. For the writer.
  std::size_t size() const { return size_; }

  /// The SA for a packet: one for its destination before one for any; `kNone` if there is none. Any
  /// reader.
  std::uint32_t find(SpiKey const& key) const noexcept;
  /// The same for several packets; `indices` has one per key. Their slots are fetched at the same
  /// time. Any reader.
  void find(std::span<SpiKey const> keys, std::uint32_t* indices) const noexcept;

 private:
  struct Table;
  Table* rebuild(bool with_keys);

  Quiescence& readers_;
  std::atomic<Table*> table_;
  std::size_t size_ = 0;
};

}  // namespace warpline::ipsec
