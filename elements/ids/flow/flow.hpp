// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <utility>

#include "elements/ids/app/app_protocol.hpp"
#include "elements/ids/flow/flow_key.hpp"
#include "elements/ids/flow/limit_policy.hpp"

namespace warpline::ids {

/// The progress of a flow, as EVE's `flow.state` names it.
enum class FlowState : std::uint8_t { kNew, kEstablished, kClosed, kBypassed };

/// The progress of a TCP connection (RFC 9293 section 3.3.2), of both ends together.
enum class TcpState : std::uint8_t {
  kNone,         ///< not followed: no handshake was seen
  kSynSent,      ///< a SYN was seen
  kSynReceived,  ///< a SYN was answered with SYN and ACK
  kEstablished,  ///< both were acknowledged
  kClosing,      ///< a FIN was seen
  kClosed,       ///< both FINs were acknowledged, or a RST ended it
};

/// The verdict of pass, drop and reject rules on a whole flow.
enum class FlowVerdict : std::uint8_t { kNone, kPass, kDrop };

/// One flow of a worker: two cache lines; the first holds what each packet of a known flow touches.
struct alignas(64) Flow {
  static constexpr std::uint32_t kNone = ~0u;

  FlowKey key{};
  std::uint32_t last_seen_ms = 0;  ///< since the table's first packet
  std::uint32_t next = kNone;      ///< in a list of free flows, or of a slot of the timeouts
  FlowState state = FlowState::kNew;
  FlowVerdict verdict = FlowVerdict::kNone;
  bool client_is_second = false;  ///< the first packet came from the key's second end
  bool midstream = false;         ///< a TCP packet came before its handshake
  std::uint8_t directions = 0;    ///< bits: 1 from the client seen, 2 from the server
  std::uint8_t held = 0;          ///< packets being inspected; the table does not remove the flow
  std::uint16_t generation = 0;   ///< of the rules that looked at it last

  std::uint64_t first_time_ns = 0;
  std::uint64_t bytes[2]{};  ///< from the client, from the server
  std::uint32_t packets[2]{};
  TcpState tcp = TcpState::kNone;
  std::uint8_t tcp_flags[2]{};  ///< all that were seen, by direction
  std::uint32_t alerts = 0;
  /// By direction: the generation whose rules of addresses alone were evaluated; 0: none.
  std::uint16_t address_rules[2]{};
  bool has_bits = false;
  AppProtocol app_protocol = AppProtocol::kUnknown;
  LimitPolicy limit_policy = LimitPolicy::kIgnore;  ///< applied because memory was full
  std::uint16_t groups[2]{};  ///< of rules, to the server and to the client; 0: not known yet
  bool encrypted = false;     ///< rules of payloads see no more
  bool handshake = false;     ///< of TCP: both ends have acknowledged it, or it was not needed

  /// False if a rule or ON_LIMIT has decided about the whole flow: rules see no more of it.
  bool is_inspected() const {
    return verdict == FlowVerdict::kNone && state != FlowState::kBypassed;
  }
  /// The server turns out to be the client.
  void exchange_ends() {
    client_is_second = !client_is_second;
    std::swap(bytes[0], bytes[1]);
    std::swap(packets[0], packets[1]);
    std::swap(tcp_flags[0], tcp_flags[1]);
    directions = static_cast<std::uint8_t>((directions & 1) << 1 | directions >> 1);
    std::swap(address_rules[0], address_rules[1]);
    groups[0] = groups[1] = 0;
  }
  /// True if a packet with this direction goes from the client to the server.
  bool to_server(bool from_second) const { return from_second == client_is_second; }
};
static_assert(sizeof(Flow) == 128);

}  // namespace warpline::ids
