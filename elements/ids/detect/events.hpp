// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "core/base/bytes.hpp"
#include "elements/ids/alert/event.hpp"
#include "elements/ids/flow/limit_policy.hpp"

namespace warpline::ids {

/// A rule that alerts. `payload` is valid during the call.
struct RuleAlert {
  std::uint32_t rule = 0;  ///< index in the rule set
  bool in_stream = false;
  bool blocked = false;                        ///< the packet is dropped or rejected
  Bytes payload{};                             ///< of the packet or of the stream
  std::optional<TransactionId> transaction{};  ///< in which the rule matched
};

/// Receives what the detector finds. The worker's thread.
class DetectorEvents {
 public:
  virtual ~DetectorEvents() = default;
  virtual void alert(PacketContext const& context, RuleAlert const& alert) = 0;
  /// A packet is dropped, by a rule or, without one, since its flow is dropped.
  virtual void drop(PacketContext const& context, std::optional<std::uint32_t> rule) = 0;
  /// A packet is dropped by ON_LIMIT.
  virtual void drop_at_limit(PacketContext const& context, Limit limit) {
    (void)context, (void)limit;
  }
  /// A transaction is complete, or its flow has ended. `context.app_protocol`: its protocol.
  virtual void transaction(PacketContext const& context, TransactionId const& transaction) {
    (void)context, (void)transaction;
  }
  /// `end_ns`: time of the flow's last packet. `now_ns`: time of the event.
  virtual void flow_ended(Flow const& flow, FlowEvent::Reason reason, std::uint64_t end_ns,
                          std::uint64_t now_ns) = 0;
};

}  // namespace warpline::ids
