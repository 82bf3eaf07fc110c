// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "tests/elements/ids/reference/overlaps.hpp"
#include "tests/elements/ids/reference/packet.hpp"

namespace warpline::ids::reference {

/// The bytes of one direction that rules see at once: those that are due, and up to 2,560 before.
struct View {
  std::string bytes;
  std::int64_t offset = 0;  ///< of `bytes` in the stream
  std::size_t old = 0;      ///< bytes at the beginning that rules saw before
};

/// One direction of a TCP connection. Offsets count the bytes of the stream.
struct Half {
  std::optional<std::uint32_t> base;           ///< sequence number of the first byte
  std::string bytes;                           ///< without a gap, from `begin` on
  std::int64_t begin = 0, next = 0;            ///< next: the end of what arrived without a gap
  std::int64_t acked = 0, sent = 0, seen = 0;  ///< ends; seen: by rules
  Pieces later{};
  std::uint32_t window = 0;
  bool syn_acked = false, fin = false, fin_acked = false;
  bool closes_first = false;  ///< the other end had not closed when `fin` came

  std::int64_t offset_of(std::uint32_t sequence) const {
    return static_cast<std::int32_t>(sequence - base.value_or(0));
  }
  /// Takes what rules have not seen before `end`; empty if there is none.
  std::optional<View> take(std::int64_t end);
  /// Gives up the bytes before the next ones that arrived. False if there are none.
  bool skip_gap(std::int64_t depth);
  void append(std::string const& added, std::int64_t depth);
};

/// A TCP connection: states and data of both ends (RFC 9293).
class Connection {
 public:
  enum class State { kNone, kSynSent, kSynReceived, kEstablished, kClosing, kClosed };
  struct Options {
    bool midstream = false;
    std::int64_t depth = 1 << 20;
  };
  /// What a packet has done.
  struct Outcome {
    bool in_stream = false, closed = false;
  };
  Outcome add(Packet const& packet, bool to_server, Overlap overlap, Options const& options);

  State state() const { return state_; }
  /// The handshake was seen, or was not needed.
  bool was_established() const { return was_established_; }
  Half& half(bool to_server) { return halves_[to_server ? 0 : 1]; }
  Half const& half(bool to_server) const { return halves_[to_server ? 0 : 1]; }

 private:
  bool open(Packet const& packet, Half& own, Half& peer, Options const& options);
  bool reset(Packet const& packet, Half const& own, Half const& peer);
  void end(Packet const& packet, Half& half);
  static void acknowledge(std::uint32_t number, Half& peer);
  static bool add_data(Packet const& packet, Half& half, Half const& peer, Overlap overlap,
                       std::int64_t depth);

  State state_ = State::kNone;
  bool was_established_ = false;
  std::array<Half, 2> halves_;  // from the client, from the server
};

}  // namespace warpline::ids::reference
