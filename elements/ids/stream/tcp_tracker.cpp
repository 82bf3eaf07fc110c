// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ids/stream/tcp_tracker.hpp"

#include <algorithm>

#include "core/net/wire.hpp"
#include "elements/ids/decode/tcp_flags.hpp"
#include "elements/ids/decode/tcp_options.hpp"

namespace warpline::ids {
namespace {

using tcp_flag::kAck, tcp_flag::kFin, tcp_flag::kRst, tcp_flag::kSyn;

constexpr std::uint32_t kMinWindow = 65535;  // of a peer whose window is not known yet
constexpr std::uint8_t kWindowScale = 3, kTimestamps = 8, kFastOpen = 34;  // kinds of options
constexpr std::uint8_t kMaxWindowScale = 14;                               // RFC 7323 section 2.3

/// The first option of a kind, or empty.
Bytes option_of(DecodedPacket const& packet, std::uint8_t kind) {
  Bytes found;
  visit_tcp_options(packet, [&](Bytes option) {
    if (option.data[0] == kind) found = option;
    return option.data[0] == kind;
  });
  return found;
}

/// Bytes from one sequence number to another, which is less than 2 GiB away. In 64 bits, so that sums
/// with numbers of a packet do not overflow.
std::int64_t offset_from(std::uint32_t base, std::uint32_t number) {
  return static_cast<std::int32_t>(number - base);
}

}  // namespace

struct TcpTracker::Segment {
  DecodedPacket const& packet;
  std::uint32_t sequence, acknowledgment;
  std::uint16_t window;
  unsigned direction;  // 0: from the client
  bool has(std::uint8_t flag) const { return (packet.tcp_flags & flag) != 0; }
};

TcpTracker::Outcome TcpTracker::process(DecodedPacket const& packet, bool to_server, Flow& flow,
                                        TcpSession& session, OverlapPolicy policy) {
  auto const& header = *reinterpret_cast<tcp::Header const*>(packet.at(packet.transport));
  Segment const segment{packet, header.sequence.host(), header.acknowledgment.host(),
                        header.window.host(), to_server ? 0u : 1u};
  flow.tcp_flags[segment.direction] |= packet.tcp_flags;
  auto& half = session.halves[segment.direction];
  if (half.next >= 2 * StreamHalf::kShift) {
    half.later.clear(pool_);  // after the depth
    half.shift();
  }
  Outcome outcome;
  if (segment.has(kRst)) {
    outcome.closed = reset(segment, flow, session);
    return outcome;
  }
  if (flow.tcp == TcpState::kClosed) {
    ++counters_.no_session;
    return outcome;
  }
  if (!open(segment, flow, session)) {
    ++counters_.no_session;
    return outcome;
  }
  // RFC 9293 section 3.10.7.4: a receiver drops a segment without ACK.
  if (!segment.has(kSyn | kAck) || is_old(segment, session)) {
    ++counters_.outside_window;
    return outcome;
  }
  half.window = segment.window;
  if (segment.has(kAck)) acknowledge(segment, session);
  bool const may_have_data =
      !segment.has(kSyn) || option_of(packet, kFastOpen).size > 0 || half.next > 0;
  if (packet.payload_size > 0 && may_have_data) add(segment, session, policy, outcome);
  if (segment.has(kFin) && !half.fin) end(segment, flow, session);
  advance_state(flow, session);
  outcome.closed = flow.tcp == TcpState::kClosed;
  return outcome;
}

/// Sets the first sequence number. Segments that arrived before it were counted from another one.
void TcpTracker::start(StreamHalf& half, std::uint32_t base) {
  if (half.base != base) {
    half.later.clear(pool_);
    half.highest = 0;
  }
  half.base = base;
  half.started = true;
}

/// Finds where the streams begin. Returns false if the packet's connection is not followed.
bool TcpTracker::open(Segment const& segment, Flow& flow, TcpSession& session) {
  auto& own = session.halves[segment.direction];
  auto& peer = session.halves[1 - segment.direction];
  bool const syn = segment.has(kSyn), ack = segment.has(kAck);
  if (flow.tcp == TcpState::kNone && (!syn || ack)) flow.midstream = true;
  if (syn && !ack) {
    ++counters_.syn;
    if (flow.tcp == TcpState::kNone) {
      ++counters_.sessions;
      flow.tcp = TcpState::kSynSent;
    }
    // A SYN that comes again may have another number until the other end has answered.
    if (!own.started || (!own.syn_acked && own.next == 0)) start(own, segment.sequence + 1);
  } else if (syn) {
    ++counters_.syn_ack;
    if (flow.tcp == TcpState::kNone) {
      if (!options_.midstream) return false;
      ++counters_.midstream;
      start(peer, segment.acknowledgment);
    }
    auto const acknowledged = offset_from(peer.base, segment.acknowledgment);
    if (!peer.started || acknowledged < 0 || acknowledged > peer.highest + kMinWindow) return false;
    if (!own.started || (!own.syn_acked && own.next == 0)) start(own, segment.sequence + 1);
    if (flow.tcp < TcpState::kSynReceived) flow.tcp = TcpState::kSynReceived;
  } else if (flow.tcp == TcpState::kSynSent) {
    return false;  // nobody has accepted the connection: its bytes are no stream
  } else if (flow.tcp == TcpState::kNone) {
    if (!options_.midstream || !ack) return false;
    ++counters_.midstream;
    start(own, segment.sequence);
    start(peer, segment.acknowledgment);
    own.syn_acked = peer.syn_acked = true;
    flow.tcp = TcpState::kEstablished;
  }
  if (syn) {
    auto const scale = option_of(segment.packet, kWindowScale);
    if (scale.size == 3) own.window_scale = std::min(scale.data[2], kMaxWindowScale) & 15;
  }
  return own.started;
}

/// Finds where a stream ends. Ignores a FIN that the receiver would refuse, or that is before bytes
/// that were sent.
void TcpTracker::end(Segment const& segment, Flow& flow, TcpSession& session) {
  auto& half = session.halves[segment.direction];
  auto const end = offset_from(half.base, segment.sequence) + segment.packet.payload_size;
  auto const highest = std::max(half.highest, half.next);
  if (end < highest || end - highest > kMinWindow) {
    ++counters_.outside_window;
    return;
  }
  half.fin = true;
  half.closes_first = !session.halves[1 - segment.direction].fin;
  half.highest = static_cast<std::uint32_t>(end);
  if (flow.tcp < TcpState::kClosing) flow.tcp = TcpState::kClosing;
}

/// RFC 9293 section 3.10.7.4: a receiver accepts a reset only with the next sequence number that it
/// expects. That is between the acknowledged bytes and the sent ones; to others of the window it
/// answers with an ACK. A reset in answer to a SYN must acknowledge the SYN.
bool TcpTracker::reset(Segment const& segment, Flow& flow, TcpSession& session) {
  ++counters_.rst;
  auto& own = session.halves[segment.direction];
  auto const& peer = session.halves[1 - segment.direction];
  if (flow.tcp == TcpState::kNone || flow.tcp == TcpState::kClosed) return false;
  bool valid = false;
  if (own.started) {
    auto const offset = offset_from(own.base, segment.sequence);
    auto const highest = std::max(own.next, own.highest) + (own.fin ? 1u : 0u);
    valid = offset >= std::min(own.acked, own.next) && offset <= highest;
  } else {
    auto const acknowledged = offset_from(peer.base, segment.acknowledgment);
    valid = segment.has(kAck) && acknowledged >= 0 && acknowledged <= peer.highest;
  }
  if (!valid) {
    ++counters_.outside_window;
    return false;
  }
  flow.tcp = TcpState::kClosed;
  return true;
}

/// RFC 7323 section 5.3: if both ends use timestamps, a segment with an older one than the latest that
/// came in order is refused.
bool TcpTracker::is_old(Segment const& segment, TcpSession& session) {
  auto& half = session.halves[segment.direction];
  auto const option = option_of(segment.packet, kTimestamps);
  if (option.size != 10) return false;
  auto const time = std::max(reinterpret_cast<be32 const*>(option.data + 2)->host(), 1u);
  if (segment.has(kSyn)) {
    if (!half.syn_acked) half.timestamp = time;
    return false;
  }
  if (half.timestamp == 0 || session.halves[1 - segment.direction].timestamp == 0) return false;
  if (offset_from(half.timestamp, time) < 0) return true;
  auto const offset = offset_from(half.base, segment.sequence);
  if (offset <= half.next && offset + 1 >= std::min(half.acked, half.next)) half.timestamp = time;
  return false;
}

void TcpTracker::acknowledge(Segment const& segment, TcpSession& session) {
  auto& peer = session.halves[1 - segment.direction];
  if (!peer.started) return;
  auto const offset = offset_from(peer.base, segment.acknowledgment);
  if (offset < 0) return;
  auto end = static_cast<std::uint32_t>(offset);
  if (end > peer.highest + kMinWindow * 16) return;  // the peer cannot have sent these bytes
  peer.syn_acked = true;
  if (peer.fin && end > peer.highest) {
    peer.fin_acked = true;
    end = peer.highest;
  }
  peer.acked = std::max(peer.acked, end);
}

void TcpTracker::advance_state(Flow& flow, TcpSession const& session) {
  auto const& [client, server] = session.halves;
  // A FIN may come with the last acknowledgment of the handshake, or instead of it.
  if (flow.tcp >= TcpState::kSynReceived && client.syn_acked && server.syn_acked)
    flow.handshake = true;
  if (flow.tcp == TcpState::kSynReceived && client.syn_acked && server.syn_acked)
    flow.tcp = TcpState::kEstablished;
  if (flow.tcp == TcpState::kClosing && client.fin_acked && server.fin_acked)
    flow.tcp = TcpState::kClosed;
}

void TcpTracker::append(StreamHalf& half, Bytes bytes) {
  if (half.next < options_.depth) {
    auto const kept = std::min(bytes.size, options_.depth - half.next);
    if (half.bytes.size == 0) half.bytes.begin = half.next;
    auto const taken = half.bytes.append(pool_, {bytes.data, kept});
    if (taken < kept) {
      ++counters_.memory_full;
      half.bytes.clear(pool_);
      half.inspected = half.next + bytes.size;
    }
  }
  half.next += bytes.size;
}

void TcpTracker::count(SegmentQueue::Inserted const& result) {
  if (result.out_of_memory) ++counters_.memory_full;
  if (result.refused) ++counters_.refused;
  if (result.overlaps) ++counters_.overlaps;
  if (result.different) ++counters_.differing_overlaps;
}

void TcpTracker::add(Segment const& segment, TcpSession& session, OverlapPolicy policy,
                     Outcome& outcome) {
  auto& half = session.halves[segment.direction];
  auto const& peer = session.halves[1 - segment.direction];
  auto const payload = segment.packet.payload_bytes();
  auto const offset = offset_from(half.base, segment.sequence + (segment.has(kSyn) ? 1 : 0));
  auto const end = offset + payload.size;
  std::int64_t const next = half.next;
  std::int64_t const window = std::max(std::uint32_t{peer.window} << peer.window_scale, kMinWindow);
  bool const after_end = half.fin && end > half.highest;
  if (end < next - window || offset > next + window || after_end) {
    ++counters_.outside_window;
    return;
  }
  outcome.in_stream = offset < options_.depth;
  if (end > 0) half.highest = std::max(half.highest, static_cast<std::uint32_t>(end));
  if (end <= next) return;  // bytes that were delivered
  if (offset > next) {
    if (half.next >= options_.depth) return;
    auto const result =
        half.later.insert(pool_, static_cast<std::uint32_t>(offset), payload, policy);
    count(result);
    // Rules inspect bytes that the stream does not keep as those of a packet.
    if (result.out_of_memory || result.refused) outcome.in_stream = false;
    return;
  }
  outcome.whole = offset == next && half.later.empty();
  if (!outcome.whole && !half.later.empty()) {
    // The policy decides between these bytes and those that came before them.
    auto const skip = static_cast<std::uint32_t>(next - offset);
    auto const result =
        half.later.insert(pool_, half.next, {payload.data + skip, payload.size - skip}, policy);
    count(result);
    if (result.out_of_memory || result.refused) {
      half.later.clear(pool_);
    } else {
      half.later.take_front(pool_, half.next, [&](Bytes bytes) { append(half, bytes); });
      half.search_up_to(half.next);
      return;
    }
  }
  auto const skip = static_cast<std::uint32_t>(next - offset);
  auto const lost = counters_.memory_full;
  append(half, {payload.data + skip, payload.size - skip});
  if (skip > 0) half.search_up_to(half.next);
  if (counters_.memory_full != lost) outcome.in_stream = outcome.whole = false;
}

bool TcpTracker::skip_gap(StreamHalf& half) {
  if (half.later.empty()) return false;
  ++counters_.gaps;
  half.bytes.clear(pool_);
  half.next = half.inspected = half.later.begin(pool_);
  half.later.take_front(pool_, half.next, [&](Bytes bytes) { append(half, bytes); });
  half.search_up_to(half.next);
  return true;
}

void TcpTracker::clear(TcpSession& session) {
  for (auto& half : session.halves) {
    half.bytes.clear(pool_);
    half.later.clear(pool_);
    half = {};
  }
}

}  // namespace warpline::ids
