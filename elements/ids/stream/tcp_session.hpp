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
  static constexpr unsigned kMaxCandidates = 4;
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
  bool search_all : 1 = false;    ///< bytes not yet inspected may have other patterns, too
  bool search_old : 1 = false;    ///< so may inspected bytes that rules see again
  bool search_older : 1 = false;  ///< `search_old` was set when candidates aged
  std::uint8_t shifts : 3 = 0;    ///< calls of `shift`, modulo 8
  std::uint8_t candidate_count = 0;
  std::uint8_t old_candidates = 0;  ///< bits: these were known when candidates aged
  std::uint16_t aged = 0;           ///< when that was: `inspected` in units of `kAgeUnit`, wrapped
  std::uint16_t candidates[kMaxCandidates]{};  ///< patterns in bytes that rules will see

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

  void add_candidate(std::uint16_t pattern) {
    for (unsigned i = 0; i < candidate_count; ++i)
      if (candidates[i] == pattern) {
        old_candidates &= static_cast<std::uint8_t>(~(1u << i));
        return;
      }
    if (candidate_count == kMaxCandidates)
      search_all = true;
    else
      candidates[candidate_count++] = pattern;
  }
  void clear_candidates() {
    candidate_count = old_candidates = 0;
    search_all = search_old = search_older = false;
  }
  /// Forgets the patterns of bytes that rules will not see again: those that lie `before` bytes
  /// or more before `inspected`. Only if rules have looked at all bytes.
  void age_candidates(std::uint32_t before) {
    auto const now = static_cast<std::uint16_t>(inspected / kAgeUnit);
    if (static_cast<std::uint16_t>(now - aged) <= before / kAgeUnit) return;
    aged = now;
    unsigned kept = 0;
    for (unsigned i = 0; i < candidate_count; ++i)
      if ((old_candidates >> i & 1) == 0) candidates[kept++] = candidates[i];
    candidate_count = static_cast<std::uint8_t>(kept);
    old_candidates = static_cast<std::uint8_t>((1u << kept) - 1);
    search_old = search_old && !search_older;
    search_older = search_old;
  }

 private:
  static constexpr std::uint32_t kAgeUnit = 256;
};
static_assert(sizeof(StreamHalf) == 64);

/// A TCP connection: the halves from the client and from the server.
struct alignas(64) TcpSession {
  StreamHalf halves[2];
};

}  // namespace warpline::ids
