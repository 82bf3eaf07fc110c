// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>

#include "elements/ids/stream/block_pool.hpp"
#include "elements/ids/stream/byte_chain.hpp"
#include "elements/ids/stream/segment_queue.hpp"

namespace warpline::ids {

/// One direction of a TCP connection. Offsets count bytes of the stream, from 0; after the depth,
/// `shift` keeps them small.
struct StreamHalf {
  static constexpr unsigned kMaxCandidates = 3;
  static constexpr std::uint32_t kShift = 1u << 29;  ///< bytes; the depth is at most that
  std::uint32_t base = 0;                            ///< sequence number of the first byte
  std::uint32_t next = 0;             ///< end of the bytes that arrived without a gap
  std::uint32_t acked = 0;            ///< end of the bytes that the receiver has acknowledged
  std::uint32_t highest = 0;          ///< end of the bytes that were sent
  std::uint32_t inspected = 0;        ///< end of the bytes that rules have inspected
  ByteChain bytes{};                  ///< up to `next`
  SegmentQueue later{};               ///< segments after a gap
  std::uint32_t timestamp = 0;        ///< the latest one of a segment in order; 0: the SYN had none
  std::uint16_t window = 0;           ///< as in the header
  std::uint8_t window_scale : 4 = 0;  ///< at most 14
  bool started : 1 = false;           ///< `base` is known
  bool syn_acked : 1 = false;         ///< the other end has acknowledged the beginning
  bool fin : 1 = false;               ///< the end is known: it is `highest`
  bool closes_first : 1 = false;      ///< the other end had not closed when `fin` came
  bool fin_acked : 1 = false;
  bool search_all : 1 = false;      ///< bytes not yet inspected may have other patterns, too
  bool search_new : 1 = false;      ///< so may those up to `unknown_end`
  bool search_old : 1 = false;      ///< so may inspected bytes that rules see again
  bool small_searched : 1 = false;  ///< a small segment was searched since the last inspection
  std::uint8_t shifts : 3 = 0;      ///< calls of `shift`, modulo 8
  std::uint8_t candidate_ends[kMaxCandidates]{};  ///< in units of `kEndUnit`, wrapped
  std::uint16_t unknown_end = 0;                  ///< in units of `kUnknownUnit`, wrapped
  /// Numbers of patterns plus 1, in bytes that rules will see; 0: none. The first ones are used.
  std::uint16_t candidates[kMaxCandidates]{};

  /// Sequence numbers of the bytes that were sent, modulo 2^32.
  std::uint32_t sent() const { return std::max(next, highest) + shifts * kShift; }
  /// Takes `kShift` from the offsets of a stream whose next byte is that far after the depth. A stream
  /// of any length thus has offsets that `base` and a sequence number give.
  void shift() {
    base += kShift;
    next -= kShift;
    acked -= std::min(acked, kShift);
    highest -= std::min(highest, kShift);
    shifts = (shifts + 1) & 7;
  }

  /// Keeps a pattern whose last place is before `end`. False if there is no room.
  bool add_candidate(std::uint16_t pattern, std::uint32_t end) {
    if (is_far(end)) return false;
    auto const place = static_cast<std::uint8_t>((end + kEndUnit - 1) / kEndUnit);
    auto const number = static_cast<std::uint16_t>(pattern + 1);
    for (unsigned i = 0; i < kMaxCandidates; ++i) {
      if (candidates[i] != 0 && candidates[i] != number) continue;
      candidates[i] = number;
      candidate_ends[i] = place;
      return true;
    }
    return false;
  }
  /// Notes that the bytes up to `end` must be searched when they are inspected.
  void search_up_to(std::uint32_t end) {
    search_new = true;
    unknown_end = static_cast<std::uint16_t>((end + kUnknownUnit - 1) / kUnknownUnit);
    if (is_far(end)) search_all = true;
  }
  /// Bytes after `begin` that must be searched, or more.
  std::uint32_t unknown_bytes(std::uint32_t begin) const {
    auto const units = static_cast<std::uint16_t>(unknown_end - begin / kUnknownUnit);
    return search_new && units < 0x8000 ? units * kUnknownUnit : 0;
  }
  /// Calls `visit(pattern)` for each.
  void visit_candidates(auto&& visit) const {
    for (auto const number : candidates)
      if (number != 0) visit(static_cast<std::uint16_t>(number - 1));
  }
  bool has_candidates() const { return candidates[0] != 0; }
  void clear_candidates() {
    for (auto& number : candidates) number = 0;
    search_all = search_new = search_old = false;
  }
  /// Forgets the patterns of bytes before `begin`: rules will not see them again.
  void drop_candidates_before(std::uint32_t begin) {
    auto const place = static_cast<std::uint8_t>(begin / kEndUnit);
    unsigned kept = 0;
    for (unsigned i = 0; i < kMaxCandidates; ++i) {
      auto const number = candidates[i];
      candidates[i] = 0;
      if (number == 0 || static_cast<std::uint8_t>(candidate_ends[i] - place) >= 128) continue;
      candidates[kept] = number;
      candidate_ends[kept++] = candidate_ends[i];
    }
  }

 private:
  static constexpr std::uint32_t kEndUnit = 4096;
  static constexpr std::uint32_t kUnknownUnit = 64;
  // Ends of bytes that wait for their inspection can be compared although they wrap.
  static constexpr std::uint32_t kMaxWaiting = 100 * kEndUnit;
  bool is_far(std::uint32_t end) const { return end > inspected && end - inspected > kMaxWaiting; }
};
static_assert(sizeof(StreamHalf) == 64);

/// A TCP connection: the halves from the client and from the server.
struct alignas(64) TcpSession {
  StreamHalf halves[2];
};

}  // namespace warpline::ids
