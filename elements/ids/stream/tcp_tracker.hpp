// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>

#include "elements/ids/decode/decoded_packet.hpp"
#include "elements/ids/flow/flow.hpp"
#include "elements/ids/stream/overlap_policy.hpp"
#include "elements/ids/stream/tcp_session.hpp"

namespace warpline::ids {

/// Counts of TCP, of one worker.
struct TcpCounters {
  std::uint64_t syn = 0, syn_ack = 0, rst = 0, sessions = 0, midstream = 0;
  std::uint64_t no_session = 0;      ///< packets without a session
  std::uint64_t outside_window = 0;  ///< segments and resets; also old ones, and without ACK
  std::uint64_t gaps = 0;            ///< acknowledged bytes that never arrived
  std::uint64_t overlaps = 0;        ///< segments that repeat bytes in the queue
  std::uint64_t differing_overlaps = 0;
  std::uint64_t memory_full = 0;  ///< segments for which all memory was in use
  std::uint64_t refused = 0;      ///< segments, by `SegmentQueue::kMaxSteps`

  /// Segments for which there was no place.
  std::uint64_t lost() const { return memory_full + refused; }
};

/// Follows TCP connections and puts their bytes in order (RFC 9293). Allocates nothing. One thread.
class TcpTracker {
 public:
  static constexpr std::uint32_t kMaxDepth = StreamHalf::kShift;  ///< 512 MiB

  struct Options {
    bool midstream = false;         ///< follow connections without a handshake
    std::uint32_t depth = 1 << 20;  ///< bytes of a direction that are kept, at most `kMaxDepth`
  };
  TcpTracker(BlockPool& pool, Options options) : pool_(pool), options_(options) {
    options_.depth = std::min(options_.depth, kMaxDepth);
  }

  /// What became of a packet's payload.
  struct Outcome {
    bool in_stream = false;  ///< its bytes belong to the stream
    bool whole = false;      ///< they were added in order and as they are
    bool closed = false;     ///< the connection ended with this packet
  };
  /// Processes a packet of a flow. A flow without state begins with it.
  Outcome process(DecodedPacket const& packet, bool to_server, Flow& flow, TcpSession& session,
                  OverlapPolicy policy);

  /// Goes on after a gap: the missing bytes before the next queued segment are given up. Returns
  /// false if no segment is queued.
  bool skip_gap(StreamHalf& half);
  /// Frees bytes before `offset`.
  void discard_before(StreamHalf& half, std::uint32_t offset) {
    half.bytes.discard_before(pool_, offset);
  }
  /// Frees all bytes of a session.
  void clear(TcpSession& session);

  TcpCounters const& counters() const { return counters_; }
  /// Continues the counters of `old`.
  void take_counters(TcpTracker const& old) { counters_ = old.counters_; }

 private:
  struct Segment;
  void start(StreamHalf& half, std::uint32_t base);
  bool open(Segment const& segment, Flow& flow, TcpSession& session);
  void end(Segment const& segment, Flow& flow, TcpSession& session);
  bool reset(Segment const& segment, Flow& flow, TcpSession& session);
  static bool is_old(Segment const& segment, TcpSession& session);
  static void acknowledge(Segment const& segment, TcpSession& session);
  void add(Segment const& segment, TcpSession& session, OverlapPolicy policy, Outcome& outcome);
  void append(StreamHalf& half, Bytes bytes);
  void count(SegmentQueue::Inserted const& result);
  static void advance_state(Flow& flow, TcpSession const& session);

  BlockPool& pool_;
  Options options_;
  TcpCounters counters_;
};

}  // namespace warpline::ids
