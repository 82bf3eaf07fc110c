// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>

#include "elements/ids/alert/endpoints.hpp"
#include "elements/ids/alert/event_writer.hpp"

/// The events without a packet: transactions, flow and stats.
namespace warpline::ids {
namespace {

std::string_view state_name(FlowState state) {
  switch (state) {
    case FlowState::kNew:
      return "new";
    case FlowState::kEstablished:
      return "established";
    case FlowState::kClosed:
      return "closed";
    case FlowState::kBypassed:
      return "bypassed";
  }
  return {};
}

std::string_view reason_name(FlowEvent::Reason reason) {
  switch (reason) {
    case FlowEvent::Reason::kTimeout:
      return "timeout";
    case FlowEvent::Reason::kForced:
      return "forced";
    case FlowEvent::Reason::kShutdown:
      return "shutdown";
  }
  return {};
}

void put_flags(JsonWriter& out, std::string_view name, std::uint8_t flags) {
  out.name(name);
  out.raw('"');
  out.hex(flags);
  out.raw('"');
}

/// The size of the part before the next dot, or of the rest.
std::size_t part_size(std::string_view name) { return std::min(name.find('.'), name.size()); }

}  // namespace

void EventWriter::vlan(Flow const& flow) {
  auto const& tags = flow.key.vlan;
  vlan({tags.data(), tags[1] != 0 ? 2u : tags[0] != 0 ? 1u : 0u});
}

void EventWriter::tcp(TcpSummary const& tcp) {
  auto const flags = static_cast<std::uint8_t>(tcp.flags[0] | tcp.flags[1]);
  out_.open("tcp", '{');
  put_flags(out_, "tcp_flags", flags);
  put_flags(out_, "tcp_flags_ts", tcp.flags[0]);
  put_flags(out_, "tcp_flags_tc", tcp.flags[1]);
  static constexpr std::array<std::string_view, 8> kNames{"fin", "syn", "rst", "psh",
                                                          "ack", "urg", "ecn", "cwr"};
  for (std::size_t i = 0; i < kNames.size(); ++i)
    if ((flags >> i & 1) != 0) out_.flag(kNames[i], true);
  out_.field("state", tcp.state);
  out_.close('}');
}

void EventWriter::flow(FlowEvent const& event) noexcept {
  auto const& flow = *event.flow;
  begin(event.time_ns, &flow);
  out_.field("event_type", "flow");
  vlan(flow);
  put_addresses(out_, endpoints_of(flow, true));
  if (event.icmp) {
    out_.field("icmp_type", event.icmp->type);
    out_.field("icmp_code", event.icmp->code);
  }
  if (!event.app_protocol.empty()) out_.field("app_proto", event.app_protocol);
  out_.open("flow", '{');
  flow_counts(flow);
  out_.time_field("end", event.end_ns);
  constexpr std::uint64_t kSecond = 1'000'000'000;
  auto const age = event.end_ns / kSecond - flow.first_time_ns / kSecond;
  out_.field("age", event.end_ns < flow.first_time_ns ? 0 : age);
  if (flow.state == FlowState::kBypassed) out_.field("bypass", "local");
  out_.field("state", state_name(flow.state));
  out_.field("reason", reason_name(event.reason));
  out_.flag("alerted", flow.alerts > 0);
  if (flow.verdict != FlowVerdict::kNone)
    out_.field("action", flow.verdict == FlowVerdict::kDrop ? "drop" : "pass");
  if (!event.exception_target.empty()) {
    out_.open("exception_policy", '[');
    out_.open('{');
    out_.field("target", event.exception_target);
    out_.field("policy", event.exception_policy);
    out_.raw("}]");
  }
  out_.close('}');
  if (event.tcp) tcp(*event.tcp);
  end();
}

void EventWriter::transaction(PacketContext const& context,
                              TransactionId const& transaction) noexcept {
  auto const& flow = *context.flow;
  auto const& [session, number] = transaction;
  for (unsigned record = 0; record < session->records(number); ++record) {
    begin(context.time_ns, &flow);
    if (context.number != 0) out_.field("pcap_cnt", context.number);
    out_.field("event_type", context.app_protocol);
    vlan(flow);
    put_addresses(out_, endpoints_of(flow, true));
    source(context.source);
    out_.field("tx_id", number);
    out_.open(context.app_protocol, '{');
    session->write_record(number, record, out_);
    out_.close('}');
    end();
  }
}

void EventWriter::stats(std::uint64_t time_ns, std::span<StatValue const> values) noexcept {
  begin(time_ns, nullptr);
  out_.field("event_type", "stats");
  out_.open("stats", '{');
  std::string_view open;  // the part of the name before, with its last dot
  for (auto const& value : values) {
    std::size_t common = 0;
    while (common < open.size()) {
      auto const size = part_size(open.substr(common)) + 1;
      if (open.substr(common, size) != value.name.substr(common, size)) break;
      common += size;
    }
    for (auto const c : open.substr(common))
      if (c == '.') out_.close('}');
    auto rest = value.name.substr(common);
    for (auto size = part_size(rest); size < rest.size(); size = part_size(rest)) {
      out_.open(rest.substr(0, size), '{');
      rest.remove_prefix(size + 1);
    }
    out_.field(rest, value.value);
    open = value.name.substr(0, value.name.size() - rest.size());
  }
  for (auto const c : open)
    if (c == '.') out_.close('}');
  out_.close('}');
  end();
}

}  // namespace warpline::ids
