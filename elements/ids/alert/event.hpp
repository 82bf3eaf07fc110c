// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "elements/ids/alert/rule_output.hpp"
#include "elements/ids/app/app_session.hpp"
#include "elements/ids/decode/decoded_packet.hpp"
#include "elements/ids/flow/flow.hpp"

/// What events consist of before they are lines. Names as in Suricata's EVE.
namespace warpline::ids {

/// Where a packet comes from: EVE's `pkt_src`.
enum class PacketSource : std::uint8_t {
  kWire,
  kGre,
  kIpv4Tunnel,
  kIpv6Tunnel,
  kTeredo,
  kGeneve,
  kVxlan,
  kDefragment,
  kStream,       ///< bytes of a stream that became due
  kFlowTimeout,  ///< the last bytes of a flow
  kReload,
  kShutdown,
};

/// The link type of an IP packet without a link header, as libpcap numbers it on Linux.
inline constexpr std::uint16_t kRawLink = 12;

/// The packet of an event, as rules saw it.
struct PacketContext {
  DecodedPacket const* packet = nullptr;  ///< null at the end of a flow
  DecodedPacket const* outer =
      nullptr;  ///< of the frame, if the packet is within another one or reassembled
  Flow const* flow = nullptr;
  bool to_server = true;        ///< the packet's direction in its flow
  std::uint64_t time_ns = 0;    ///< since 1970, UTC
  std::uint64_t number = 0;     ///< in the capture, from 1; 0 if there is none
  std::uint16_t link_type = 1;  ///< of the capture file
  Bytes
      bytes{};  ///< EVE's `packet`, with `link_type`; if empty: the frame, or what a tunnel carries
  PacketSource source = PacketSource::kWire;
  std::string_view app_protocol{};  ///< empty: not known
};

/// A transaction of an application. Valid during the call.
struct TransactionId {
  AppSession const* session = nullptr;
  std::uint64_t number = 0;
};

/// What became of a packet: EVE's `verdict`.
struct PacketVerdict {
  enum class Action : std::uint8_t { kAlert, kPass, kDrop };
  enum class Reject : std::uint8_t { kNone, kSource, kDestination, kBoth };
  Action action = Action::kAlert;
  Reject reject = Reject::kNone;
};

/// A rule that matched.
struct AlertEvent {
  RuleOutput const* rule = nullptr;
  bool blocked = false;
  bool stream = false;  ///< the match was in a stream or in an application buffer
  Bytes payload{};      ///< of the packet or of the stream
  std::optional<TransactionId> transaction{};  ///< in which the rule matched
  PacketVerdict verdict{};
};

/// A packet that was dropped. `reason`: as Suricata names it, e.g. `rules` or `flow drop`.
struct DropEvent {
  std::string_view reason{};
  RuleOutput const* rule = nullptr;  ///< that dropped it; may be null
  PacketVerdict verdict{PacketVerdict::Action::kDrop, PacketVerdict::Reject::kNone};
};

/// The TCP session of a flow at its end. `state`: as Suricata names it, e.g. `fin_wait1`.
struct TcpSummary {
  std::uint8_t flags[2]{};  ///< of all segments, from the client and from the server
  std::string_view state = "none";
};

/// A flow that ended.
struct FlowEvent {
  Flow const* flow = nullptr;
  std::uint64_t time_ns = 0;  ///< of the event
  std::uint64_t end_ns = 0;   ///< of the flow's last packet
  enum class Reason : std::uint8_t { kTimeout, kForced, kShutdown } reason = Reason::kTimeout;
  std::optional<TcpSummary> tcp{};
  struct Icmp {
    std::uint8_t type = 0, code = 0;
  };
  std::optional<Icmp> icmp{};           ///< of its first packet
  std::string_view app_protocol{};      ///< empty: not known
  std::string_view exception_target{};  ///< e.g. `stream_midstream`; empty: no policy was applied
  std::string_view exception_policy{};
};

/// A counter of the `stats` event. `name`: parts separated by dots, such as `flow.tcp`.
struct StatValue {
  std::string_view name;
  std::uint64_t value = 0;
};

}  // namespace warpline::ids
