// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "elements/ids/stream/block_pool.hpp"
#include "elements/ids/stream/byte_chain.hpp"
#include "elements/ids/stream/segment_queue.hpp"

namespace warpline::ids {

/// One direction of a TCP connection. Offsets count bytes of the stream, from 0.
struct StreamHalf {
  static constexpr unsigned kMaxCandidates = 7;
  std::uint32_t base = 0;       ///< sequence number of the first byte
  std::uint32_t next = 0;       ///< end of the bytes that arrived without a gap
  std::uint32_t acked = 0;      ///< end of the bytes that the receiver has acknowledged
  std::uint32_t highest = 0;    ///< end of the bytes that were sent
  std::uint32_t inspected = 0;  ///< end of the bytes that rules have looked at
  ByteChain bytes{};            ///< up to `next`
  SegmentQueue later{};         ///< segments after a gap
  std::uint16_t window = 0;     ///< as in the header
  std::uint8_t window_scale = 0;
  bool started : 1 = false;    ///< `base` is known
  bool syn_acked : 1 = false;  ///< the other end has acknowledged the beginning
  bool fin : 1 = false;        ///< the end is known: it is `highest`
  bool fin_acked : 1 = false;
  bool search_all : 1 = false;  ///< the candidates are not all that there are
  std::uint8_t candidate_count = 0;
  std::uint16_t candidates[kMaxCandidates]{};  ///< patterns in bytes that rules have not looked at

  void add_candidate(std::uint16_t pattern) {
    for (unsigned i = 0; i < candidate_count; ++i)
      if (candidates[i] == pattern) return;
    if (candidate_count == kMaxCandidates)
      search_all = true;
    else
      candidates[candidate_count++] = pattern;
  }
  void clear_candidates() {
    candidate_count = 0;
    search_all = false;
  }
};
static_assert(sizeof(StreamHalf) == 64);

/// A TCP connection: the halves from the client and from the server.
struct alignas(64) TcpSession {
  StreamHalf halves[2];
};

}  // namespace warpline::ids
