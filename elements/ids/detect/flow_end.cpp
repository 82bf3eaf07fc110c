// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstdio>
#include <cstring>

#include "core/net/wire.hpp"
#include "elements/ids/alert/endpoints.hpp"
#include "elements/ids/detect/detector_work.hpp"

namespace warpline::ids {
namespace {

/// The headers of a TCP packet of a flow, in a direction, without payload.
struct EndPacket {
  std::uint8_t bytes[ipv6::kSize + tcp::kSize] = {};
  DecodedPacket packet{};

  EndPacket(Flow const& flow, bool to_server) {
    auto const ends = endpoints_of(flow, to_server);
    bool const ipv4 = ends.version == 4;
    std::uint32_t const header = ipv4 ? ipv4::kSize : ipv6::kSize;
    bytes[0] = ipv4 ? 0x45 : 0x60;
    bytes[ipv4 ? 9 : 6] = ends.protocol;
    auto* const addresses = bytes + (ipv4 ? 12 : 8);
    std::memcpy(addresses, ends.source, ends.address_size());
    std::memcpy(addresses + ends.address_size(), ends.destination, ends.address_size());
    packet.frame = {bytes, header + tcp::kSize};
    packet.transport = header;
    packet.payload = packet.end = header + tcp::kSize;
    packet.version = ends.version;
    packet.protocol = ends.protocol;
    packet.source_port = ends.source_port;
    packet.destination_port = ends.destination_port;
    packet.vlan[0] = flow.key.vlan[0];
    packet.vlan[1] = flow.key.vlan[1];
    packet.has_transport = true;
    bytes[header + 12] = (tcp::kSize / 4) << 4;
  }
};

}  // namespace

/// Lets rules inspect the rest of both directions. As in Suricata, which in mode ips has seen most of it
/// earlier, a pass does not reach the other direction.
void Detector::end_flow(std::uint32_t index, Flow& flow) {
  if (flow.generation != generation_) renew(index, flow);
  if (flow.key.protocol == protocol::kTcp) {
    bool inspected = flow.is_inspected();
    for (bool const to_server : {true, false}) {
      if (inspected) inspect_rest(index, flow, to_server);
      inspected = inspected && flow.state != FlowState::kBypassed &&
                  (flow.verdict == FlowVerdict::kNone ||
                   (flow.verdict == FlowVerdict::kPass && !options_.ips));
    }
    tcp_.clear(sessions_[index]);
  }
  apps_.clear(index);
  events_.flow_ended(flow, ending_, time_of(flow.last_seen_ms), last_ns_);
}

/// The last look at the payload of a flow that is encrypted from now on. Suricata looks at a handshake
/// message by message, and no longer once there is application data.
void Detector::inspect_before_encryption(MatchInput const& input, Work& work) {
  work.transactions = {};
  for (bool const own : {true, false}) {
    auto const to_server = own == input.to_server;
    auto& half = sessions_[input.flow_index].halves[to_server ? 0 : 1];
    auto const end = to_server == encryption_.to_server ? std::min(encryption_.begin, half.next)
                                                        : std::min(half.acked, half.next);
    EndPacket const packet(*input.flow, to_server);
    auto const context = work.context;
    auto bytes = input;
    bytes.stream = &work.view;
    bytes.no_packet = true;
    if (!own) {
      bytes.packet = work.context.packet = &packet.packet;
      bytes.to_server = work.context.to_server = to_server;
      bytes.group = group_of(bytes);
      work.context.source = PacketSource::kStream;
    }
    selected_.clear();
    while (!work.passed && !pass_over(half, bytes.group, end) &&
           take_view(half, search_in(bytes.group), end, work.view)) {
      evaluate(bytes, work);
      selected_.clear();
    }
    work.context = context;
    pass_encrypted(half, end);
  }
}

void Detector::inspect_rest(std::uint32_t index, Flow& flow, bool to_server) {
  auto& half = sessions_[index].halves[to_server ? 0 : 1];
  if (flow.encrypted) half.inspected = half.next;
  bool const has_bytes = half.inspected < half.next || !half.later.empty();
  if (!has_bytes && flow.app_protocol == AppProtocol::kUnknown) return;
  EndPacket const end(flow, to_server);
  Work work({last_ns_, 0, LinkType::kEthernet}, 0);
  work.context.packet = &end.packet;
  work.context.flow = &flow;
  work.context.to_server = to_server;
  work.context.source = PacketSource::kFlowTimeout;
  MatchInput input;
  input.packet = &end.packet;
  input.flow = &flow;
  input.flow_index = index;
  input.session = &sessions_[index];
  input.to_server = to_server;
  input.no_packet = true;
  input.group = group_of(input);
  input.stream = &work.view;
  input.now_s = static_cast<std::uint32_t>(last_ns_ / 1'000'000'000);
  end_alerts_.clear();
  end_payload_.clear();
  work.later = &end_alerts_;
  unsigned gaps = 0;
  do {
    while (!work.passed) {
      selected_.clear();
      read_stream(input, to_server, true, false);
      if (!take_view(half, search_in(input.group), half.next, work.view)) break;
      auto const& bytes = work.view.bytes;
      auto const from = end_payload_.empty() ? 0 : work.view.old_size;
      if (end_payload_.size() < kMaxView)
        end_payload_.insert(end_payload_.end(), bytes.data + from, bytes.data + bytes.size);
      evaluate(input, work);
    }
    auto const gap_begin = half.next;
    if (!tcp_.skip_gap(half)) break;
    char text[32];
    auto const size = std::snprintf(text, sizeof text, "[%u bytes missing]",
                                    static_cast<unsigned>(half.inspected - gap_begin));
    if (end_payload_.size() < kMaxView) end_payload_.insert(end_payload_.end(), text, text + size);
  } while (!work.passed && (++gaps < kMaxEndGaps || half.acked > half.next));
  if (work.passed && !options_.ips) {  // all of it is one packet to Suricata, and pass comes first
    counters_.alerts -= end_alerts_.size();
    flow.alerts -= static_cast<std::uint32_t>(end_alerts_.size());
    return;
  }
  inspect_last_transactions(input, work);
  for (auto& alert : end_alerts_) {
    alert.payload = {end_payload_.data(), static_cast<std::uint32_t>(end_payload_.size())};
    events_.alert(work.context, alert);
  }
  finish_transactions(input, work);
  if (!to_server) record_all(index, work);
}

}  // namespace warpline::ids
