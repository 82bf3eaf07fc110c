// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "elements/ids/alert/event.hpp"
#include "elements/ids/json_writer.hpp"
#include "elements/ids/line_queue.hpp"

namespace warpline::ids {

/// Writes a worker's events as lines of EVE JSON, with the fields and the order of Suricata 7.
///
/// Times are in UTC. Additions: `ip_v` and `packet_info.linktype_name` of later versions. A payload
/// is cut at `EveOptions::payload_bytes` (4 KiB, at most 16 KiB), a stream's as well as a packet's;
/// `packet` is whole. One thread; allocates nothing after the constructor.
class EventWriter {
 public:
  static constexpr std::size_t kMaxLineBytes = 256 * 1024;
  static constexpr std::uint32_t kMaxPayloadBytes = 16 * 1024;

  EventWriter(LineQueue& queue, EveOptions const& options);

  void alert(PacketContext const& context, AlertEvent const& event) noexcept;
  void drop(PacketContext const& context, DropEvent const& event) noexcept;
  /// A transaction of the context's flow, in an event of its protocol's name.
  void transaction(PacketContext const& context, TransactionId const& transaction) noexcept;
  void flow(FlowEvent const& event) noexcept;
  /// `values`: sorted, so that names with a common prefix follow each other; no name is the prefix
  /// of another.
  void stats(std::uint64_t time_ns, std::span<StatValue const> values) noexcept;

  /// Lines go to `queue` from now on.
  void write_to(LineQueue& queue) noexcept { queue_ = &queue; }
  EveOptions const& options() const { return options_; }

 private:
  void begin(std::uint64_t time_ns, Flow const* flow);
  void header(PacketContext const& context, std::string_view type);
  void vlan(std::span<std::uint16_t const> tags);
  void vlan(Flow const& flow);
  void source(PacketSource source);
  void rule_fields(PacketContext const& context, RuleOutput const& rule, bool blocked);
  void tunnel(PacketContext const& context);
  void direction(PacketContext const& context);
  void alert_flow(PacketContext const& context);
  void application(PacketContext const& context, TransactionId const& transaction);
  void payload(Bytes payload);
  void packet(PacketContext const& context);
  void verdict(PacketVerdict const& verdict, unsigned protocol);
  void ip_fields(DecodedPacket const& packet);
  void transport_fields(DecodedPacket const& packet);
  void flow_counts(Flow const& flow);
  void tcp(TcpSummary const& tcp);
  void end();

  LineQueue* queue_;
  EveOptions options_;
  std::unique_ptr<char[]> space_;
  JsonWriter out_;
};

}  // namespace warpline::ids
