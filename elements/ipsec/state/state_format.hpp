// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <type_traits>

#include "elements/ipsec/model/suite.hpp"

/// The layout of a state file, little-endian. Two copies of the header, 4096 bytes each, then
/// segments of 256 KiB: of records, 64 bytes each, or of the memory of replay windows, in units of
/// 64 bytes. A checksum is the CRC-32 (IEEE 802.3, as in zlib) of the bytes after it in its record
/// or header.
namespace warpline::ipsec {

static_assert(std::endian::native == std::endian::little);

/// Identifies an SA without its keys: the first half of an HMAC-SHA-256 with the file's own secret.
using Fingerprint = std::array<std::uint8_t, 16>;

/// The content of a segment.
enum class StateSegment : std::uint8_t { kUnused, kRecords, kWindows };

struct StateHeader {
  static constexpr std::uint64_t kMagic = 0x31'45'54'41'54'53'4c'57;  // "WLSTATE1"
  static constexpr std::uint32_t kMaxSegments = 4024;

  std::uint64_t magic = kMagic;
  std::uint32_t checksum = 0;
  std::uint32_t clean = 0;                 ///< 1: marks and windows are those of the program's end
  std::array<std::uint8_t, 16> boot_id{};  ///< /proc/sys/kernel/random/boot_id at the last opening
  std::array<std::uint8_t, 32> secret{};   ///< of the fingerprints
  std::uint32_t segment_count = 0;
  std::uint32_t reserved = 0;
  std::array<StateSegment, kMaxSegments> segments{};
};
static_assert(sizeof(StateHeader) == 4096 && std::is_trivially_copyable_v<StateHeader>);

struct StateRecord {
  enum class Kind : std::uint8_t { kFree, kOutbound, kInbound };

  std::uint32_t checksum = 0;
  Kind kind = Kind::kFree;
  std::uint8_t removed = 0;  ///< 1: the SA was removed; its numbers stay used
  std::uint16_t window = 0;  ///< inbound: numbers in the replay window
  Fingerprint fingerprint{};
  std::uint64_t mark = 0;  ///< outbound: no higher number was sent; inbound: this one was accepted
  std::uint32_t spi = 0;   ///< for the reader of a dump
  /// Inbound: offset of its window in units of 64 bytes, counted over all window segments.
  std::uint32_t first_unit = 0;
  std::uint32_t units = 0;          ///< 0: no window
  std::uint32_t removed_at = 0;     ///< minutes since 1970
  std::uint32_t began_at_mark = 0;  ///< inbound, 1: its window was lost with the machine's power
  std::uint32_t reserved[3]{};
};
static_assert(sizeof(StateRecord) == 64 && std::is_trivially_copyable_v<StateRecord>);

/// The correct value of `checksum`.
std::uint32_t state_checksum(StateHeader const& header);
std::uint32_t state_checksum(StateRecord const& record);

inline constexpr std::uint32_t kStateHeaders = 2;
inline constexpr std::uint32_t kStateSegmentBytes = 256 << 10;
inline constexpr std::uint32_t kStateUnit = 64;
inline constexpr std::uint32_t kRecordsPerSegment = kStateSegmentBytes / sizeof(StateRecord);
inline constexpr std::uint32_t kUnitsPerSegment = kStateSegmentBytes / kStateUnit;

/// A run of units in the window segments.
struct StateUnits {
  std::uint32_t first = 0;
  std::uint32_t count = 0;
};

inline constexpr StateRecord::Kind kind_of(Direction direction) {
  return direction == Direction::kOutbound ? StateRecord::Kind::kOutbound
                                           : StateRecord::Kind::kInbound;
}

}  // namespace warpline::ipsec
