// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "tests/elements/ids/reference/connection.hpp"

#include <algorithm>

namespace warpline::ids::reference {
namespace {

constexpr std::uint32_t kFin = 1, kSyn = 2, kRst = 4, kAck = 16;
constexpr std::int64_t kWindow = 65535;  // of a peer whose window may be scaled
constexpr std::int64_t kBefore = 2560;

std::uint32_t sequence_of(Packet const& packet) { return number_at(packet.transport, 4, 4); }
std::uint32_t acknowledgment_of(Packet const& packet) { return number_at(packet.transport, 8, 4); }

/// TCP fast open (RFC 7413): only such a SYN carries data.
bool has_fast_open(Packet const& packet) {
  auto const& header = packet.transport;
  for (std::size_t at = 20; at + 1 < header.size();) {
    auto const kind = number_at(header, at, 1);
    if (kind == 0) return false;
    if (kind == 1) {
      ++at;
      continue;
    }
    auto const size = number_at(header, at + 1, 1);
    if (size < 2 || at + size > header.size()) return false;
    if (kind == 34) return true;
    at += size;
  }
  return false;
}

}  // namespace

std::optional<View> Half::take(std::int64_t end) {
  auto const first = std::max(seen, begin);
  end = std::min(end, begin + static_cast<std::int64_t>(bytes.size()));
  if (end <= first) return std::nullopt;
  auto const from = std::max(begin, first - kBefore);
  seen = end;
  return View{
      bytes.substr(static_cast<std::size_t>(from - begin), static_cast<std::size_t>(end - from)),
      from, static_cast<std::size_t>(first - from)};
}

void Half::append(std::string const& added, std::int64_t depth) {
  if (bytes.empty()) begin = next;
  if (next < depth) bytes += added.substr(0, static_cast<std::size_t>(depth - next));
  next += static_cast<std::int64_t>(added.size());
}

bool Half::skip_gap(std::int64_t depth) {
  if (later.empty()) return false;
  bytes.clear();
  next = seen = later.begin();
  append(later.take(next), depth);
  return true;
}

Connection::Outcome Connection::add(Packet const& packet, bool to_server, Overlap overlap,
                                    Options const& options) {
  auto& own = half(to_server);
  auto& peer = half(!to_server);
  auto const flags = packet.tcp_flags();
  Outcome outcome;
  if ((flags & kRst) != 0) {
    outcome.closed = reset(packet, own, peer);
    return outcome;
  }
  if (state_ == State::kClosed || !open(packet, own, peer, options)) return outcome;
  if ((flags & (kSyn | kAck)) == 0) return outcome;  // hosts drop it
  own.window = number_at(packet.transport, 14, 2);
  if ((flags & kAck) != 0) acknowledge(acknowledgment_of(packet), peer);
  bool const with_data = (flags & kSyn) == 0 || has_fast_open(packet) || own.next > 0;
  if (!packet.payload.empty() && with_data)
    outcome.in_stream = add_data(packet, own, peer, overlap, options.depth);
  if ((flags & kFin) != 0 && !own.fin) {
    end(packet, own);
    own.closes_first = own.fin && !peer.fin;
  }
  if (state_ == State::kSynReceived && own.syn_acked && peer.syn_acked)
    state_ = State::kEstablished;
  // A FIN may come with the handshake's last acknowledgment.
  if (state_ >= State::kSynReceived && own.syn_acked && peer.syn_acked) was_established_ = true;
  if (state_ == State::kClosing && own.fin_acked && peer.fin_acked) state_ = State::kClosed;
  outcome.closed = state_ == State::kClosed;
  return outcome;
}

/// Learns where the streams begin. False for a connection that is not followed.
bool Connection::open(Packet const& packet, Half& own, Half& peer, Options const& options) {
  bool const syn = (packet.tcp_flags() & kSyn) != 0, ack = (packet.tcp_flags() & kAck) != 0;
  auto const sequence = sequence_of(packet);
  if (syn && !ack) {
    if (state_ == State::kNone) state_ = State::kSynSent;
    // A SYN that comes again may have another number until it is answered.
    if (!own.base || (!own.syn_acked && own.next == 0)) own.base = sequence + 1;
    return true;
  }
  if (syn) {
    if (state_ == State::kNone) {
      if (!options.midstream) return false;
      peer.base = acknowledgment_of(packet);
    }
    if (!peer.base) return false;
    auto const acknowledged = peer.offset_of(acknowledgment_of(packet));
    if (acknowledged < 0 || acknowledged > peer.sent + kWindow) return false;
    if (!own.base || !own.syn_acked) own.base = sequence + 1;
    if (state_ < State::kSynReceived) state_ = State::kSynReceived;
    return true;
  }
  if (state_ == State::kSynSent) return false;  // there is no SYN with ACK yet
  if (state_ == State::kNone) {
    if (!options.midstream || !ack) return false;
    own.base = sequence;
    peer.base = acknowledgment_of(packet);
    own.syn_acked = peer.syn_acked = true;
    state_ = State::kEstablished;
  }
  return own.base.has_value();
}

/// Learns where a stream ends: neither before bytes that were sent nor outside the window.
void Connection::end(Packet const& packet, Half& half) {
  auto const end =
      half.offset_of(sequence_of(packet)) + static_cast<std::int64_t>(packet.payload.size());
  auto const sent = std::max(half.sent, half.next);
  if (end < sent || end > sent + kWindow) return;
  half.fin = true;
  half.sent = end;
  if (state_ < State::kClosing) state_ = State::kClosing;
}

/// A reset counts if its number may be the next one that the receiver expects (RFC 9293 section
/// 3.10.7.4), or if it refuses a SYN.
bool Connection::reset(Packet const& packet, Half const& own, Half const& peer) {
  if (state_ == State::kNone || state_ == State::kClosed) return false;
  if (own.base) {
    auto const offset = own.offset_of(sequence_of(packet));
    auto const sent = std::max(own.next, own.sent) + (own.fin ? 1 : 0);
    if (offset < std::min(own.acked, own.next) || offset > sent) return false;
  } else {
    auto const acknowledged = peer.offset_of(acknowledgment_of(packet));
    if ((packet.tcp_flags() & kAck) == 0 || acknowledged < 0 || acknowledged > peer.sent)
      return false;
  }
  state_ = State::kClosed;
  return true;
}

void Connection::acknowledge(std::uint32_t number, Half& peer) {
  if (!peer.base) return;
  auto end = peer.offset_of(number);
  if (end < 0 || end > peer.sent + kWindow * 16) return;  // nobody can have sent these bytes
  peer.syn_acked = true;
  if (peer.fin && end > peer.sent) {
    peer.fin_acked = true;
    end = peer.sent;
  }
  peer.acked = std::max(peer.acked, end);
}

/// Returns whether the payload belongs to the stream. Bytes that were delivered stay; later ones
/// are decided by the receiver's system.
bool Connection::add_data(Packet const& packet, Half& half, Half const& peer, Overlap overlap,
                          std::int64_t depth) {
  auto payload = packet.payload;
  bool const syn = (packet.tcp_flags() & kSyn) != 0;
  auto offset = half.offset_of(sequence_of(packet) + (syn ? 1 : 0));
  auto const end = offset + static_cast<std::int64_t>(payload.size());
  auto const window = std::max<std::int64_t>(peer.window, kWindow);
  if (end < half.next - window || offset > half.next + window) return false;
  if (half.fin && end > half.sent) return false;
  bool const within_depth = offset < depth;
  half.sent = std::max(half.sent, end);
  if (end <= half.next || (offset > half.next && half.next >= depth)) return within_depth;
  if (half.later.empty()) half.later = Pieces(overlap);
  if (offset < half.next) {
    payload.erase(0, static_cast<std::size_t>(half.next - offset));
    offset = half.next;
  }
  half.later.add(offset, payload);
  if (offset == half.next) half.append(half.later.take(offset), depth);
  return within_depth;
}

}  // namespace warpline::ids::reference
