// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include "core/base/bytes.hpp"
#include "elements/ids/decode/decoded_packet.hpp"
#include "elements/ids/flow/flow.hpp"
#include "elements/ids/rules/rule.hpp"

namespace warpline::ids {

/// Where the packet of an event came from.
enum class PacketSource : std::uint8_t {
  kWire,
  kDefragmented,
  kTunnel,
  kFlowEnd,  ///< no packet: the last look at a flow
};

/// When and where a frame arrived.
struct FrameArrival {
  std::uint64_t time_ns = 0;  ///< since 1970, UTC
  std::uint64_t number = 0;   ///< in its capture, from 1; 0: not from a capture
  LinkType link = LinkType::kEthernet;
};

/// The packet of an event. With `kFlowEnd` only its addresses, ports and protocol are valid.
struct PacketContext {
  DecodedPacket const* packet = nullptr;
  Flow const* flow = nullptr;  ///< null: the packet belongs to none
  std::uint64_t flow_id = 0;
  bool to_server = true;
  PacketSource source = PacketSource::kWire;
  FrameArrival arrival{};
};

/// An alert of a rule. Spans are valid during the call.
struct AlertEvent {
  std::uint32_t rule = 0;  ///< index in the rule set
  Rule const* text = nullptr;
  bool in_stream = false;
  bool blocked = false;  ///< the packet is dropped or rejected
  Bytes payload{};       ///< of the packet or of the stream
};

/// Why a flow ended.
enum class FlowEnd : std::uint8_t { kTimeout, kForced, kShutdown };

/// Receives what the detector finds. The worker's thread.
class DetectorEvents {
 public:
  virtual ~DetectorEvents() = default;
  virtual void alert(PacketContext const& context, AlertEvent const& alert) = 0;
  /// A packet is dropped: by a rule (`rule` is not null), or since its flow is.
  virtual void drop(PacketContext const& context, Rule const* rule) = 0;
  virtual void flow_ended(Flow const& flow, std::uint64_t flow_id, FlowEnd end) = 0;
};

}  // namespace warpline::ids
