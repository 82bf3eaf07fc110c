// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "tests/elements/ids/reference/detector_reference.hpp"

#include <algorithm>

#include "tests/elements/ids/reference/buffer_reference.hpp"
#include "tests/elements/ids/reference/header_keywords.hpp"

namespace warpline::ids::reference {
namespace {

constexpr std::uint32_t kSyn = 2, kAck = 16;
constexpr std::uint64_t kSecond = 1'000'000'000;

bool compare(StreamSize::Comparison comparison, std::int64_t size, std::int64_t other) {
  using enum StreamSize::Comparison;
  switch (comparison) {
    case kLess:
      return size < other;
    case kLessEqual:
      return size <= other;
    case kEqual:
      return size == other;
    case kNotEqual:
      return size != other;
    case kGreater:
      return size > other;
    case kGreaterEqual:
      return size >= other;
  }
  return false;
}

/// Sequence numbers that an end has used: its SYN, its bytes, and its FIN once that is acknowledged;
/// that of a server which closes first at once.
std::int64_t stream_size(Connection const& connection, bool client) {
  auto const& half = connection.half(client);
  if (!half.base) return 0;
  bool const fin = half.fin_acked || (!client && half.fin && half.closes_first);
  return 1 + std::max(half.next, half.sent) + (fin ? 1 : 0);
}

bool matches(StreamSize const& match, Connection const& connection) {
  using enum StreamSize::Side;
  bool const client = compare(match.comparison, stream_size(connection, true), match.size);
  bool const server = compare(match.comparison, stream_size(connection, false), match.size);
  switch (match.side) {
    case kClient:
      return client;
    case kServer:
      return server;
    case kEither:
      return client || server;
    case kBoth:
      return client && server;
  }
  return false;
}

std::string end_of(std::string const& address, std::uint32_t port) {
  return address + static_cast<char>(port >> 8) + static_cast<char>(port);
}

std::string hex(std::string const& bytes) {
  std::string text;
  for (char const byte : bytes)
    for (int const shift : {4, 0})
      text += "0123456789abcdef"[static_cast<unsigned>(byte) >> shift & 15];
  return text;
}

/// One key for both directions, and whether the packet comes from its first end.
std::pair<std::string, bool> key_of(Packet const& packet) {
  auto const from = end_of(packet.source, packet.source_port);
  auto const to = end_of(packet.destination, packet.destination_port);
  auto key = std::to_string(packet.version) + ' ' + std::to_string(packet.protocol) + ' ';
  for (auto const tag : packet.vlan) key += std::to_string(tag) + ' ';
  return {key + std::min(from, to) + std::max(from, to), from <= to};
}

}  // namespace

std::string flow_text(std::string const& source, std::uint32_t source_port,
                      std::string const& destination, std::uint32_t destination_port) {
  return hex(source) + ':' + std::to_string(source_port) + " > " + hex(destination) + ':' +
         std::to_string(destination_port);
}

DetectorReference::DetectorReference(std::vector<Rule> rules, Options options)
    : rules_(in_order(std::move(rules))), options_(std::move(options)) {
  for (auto const& rule : rules_) places_.push_back(places_of(rule));
}

Verdict DetectorReference::process(std::uint64_t time_ns, std::string const& frame) {
  if (packets_ == 0) first_ns_ = time_ns;
  now_ns_ = std::max(now_ns_, time_ns);
  Work work{++packets_};
  look_at_with_datagrams(read_frame(frame), 0, work);
  return work.verdict;
}

/// A packet that a rule passes or drops decides about the datagram that it completes.
void DetectorReference::look_at_with_datagrams(Packet const& packet, int depth, Work& work) {
  if (options_.checksums && packet.is_tcp() && !packet.checksum_holds) return;
  look_at(packet, work);
  if (work.passed || work.verdict != Verdict::kPass) return;
  if (!packet.is_fragment || depth == 2) return;
  // A host reassembles no fragment with a wrong header (RFC 1122 section 3.2.1.2).
  if (options_.checksums && !packet.header_checksum_holds) return;
  auto const datagram = fragments_.add(packet, overlap_of_fragments(options_.host), now_ms());
  if (datagram) look_at_with_datagrams(read_datagram(*datagram, packet), depth + 1, work);
}

void DetectorReference::look_at(Packet const& packet, Work& work) {
  Look look{packet};
  work.alerts = 0;
  if (packet.has_transport) look.flow = &flow_of(packet, look);
  if (look.flow != nullptr && look.flow->verdict) {
    work.passed = look.flow->verdict == Verdict::kPass;
    if (!work.passed) work.verdict = Verdict::kDrop;
    return;
  }
  if (look.flow != nullptr && packet.is_tcp()) {
    auto& connection = look.flow->connection;
    auto const outcome =
        connection.add(packet, look.to_server, overlap_of_segments(options_.host), options_.tcp);
    look.packet_in_stream = outcome.in_stream;
    auto& half = connection.half(look.to_server);
    // Bytes that were acknowledged a chunk ago and did not arrive will not come.
    while (half.acked - half.next >= kChunk && !half.later.empty()) {
      Look before{packet, look.flow, look.to_server, look.first_of_flow, true, false};
      before.view = half.take(half.next);
      if (before.view) evaluate(before, work);
      half.skip_gap(options_.tcp.depth);
    }
    bool const whole = options_.ips || outcome.closed;
    bool const at_once = whole || connection.half(true).closes_first;
    auto const end = whole ? half.next : std::min(half.acked, half.next);
    // The packet acknowledges bytes of the other direction.
    auto const& other = connection.half(!look.to_server);
    read_stream(look, !look.to_server, std::min(other.acked, other.next), false);
    read_stream(look, look.to_server, end, outcome.closed);
    if (end - half.seen >= (at_once ? 1 : kChunk)) look.view = half.take(end);
  }
  if (look.flow != nullptr && packet.is_udp() && !packet.payload.empty())
    look.flow->application.read_datagram(
        look.to_server, look.to_server ? packet.destination_port : packet.source_port,
        packet.payload);
  take_transactions(look);
  evaluate(look, work);
  if (look.with_transactions) look.flow->application.set_seen(look.to_server);
}

DetectorReference::Flow& DetectorReference::flow_of(Packet const& packet, Look& look) {
  auto const [key, from_first] = key_of(packet);
  auto entry = flows_.find(key);
  auto const flags = packet.tcp_flags();
  bool const opens = (flags & (kSyn | kAck)) == kSyn;
  bool const again = entry != flows_.end() &&
                     (now_ms() - entry->second.last_ms >= timeout_ms(entry->second) ||
                      (opens && entry->second.connection.state() == Connection::State::kClosed));
  if (again) end(entry->second);
  if (again || entry == flows_.end()) {
    if (!again) keys_.push_back(key);
    Flow flow;
    flow.number = ++flow_numbers_;
    flow.is_tcp = packet.is_tcp();
    flow.client_is_first = from_first;
    // The first packet that is seen of a connection may be the answer.
    if (options_.tcp.midstream && (flags & (kSyn | kAck)) == (kSyn | kAck))
      flow.client_is_first = !from_first;
    entry = flows_.insert_or_assign(key, std::move(flow)).first;
    look.first_of_flow = true;
  }
  auto& flow = entry->second;
  look.to_server = from_first == flow.client_is_first;
  if (look.first_of_flow) {
    auto& ends = flow.ends;
    ends = packet;
    ends.transport = std::string(packet.is_tcp() ? 20 : 8, '\0');
    ends.payload.clear();
    ends.is_reassembled = false;
    if (!look.to_server) {
      std::swap(ends.source, ends.destination);
      std::swap(ends.source_port, ends.destination_port);
    }
  }
  flow.seen[look.to_server ? 0 : 1] = true;
  flow.last_ms = now_ms();
  return flow;
}

/// Time without a packet after which a flow ends.
std::uint64_t DetectorReference::timeout_ms(Flow const& flow) {
  using enum Connection::State;
  if (!flow.is_tcp) return flow.seen[0] && flow.seen[1] ? 300'000 : 30'000;
  auto const state = flow.connection.state();
  return state == kClosed ? 10'000 : state >= kEstablished ? 3'600'000 : 60'000;
}

void DetectorReference::evaluate(Look& look, Work& work) {
  auto const direction = look.to_server ? 0 : 1;
  bool const addresses =
      look.with_packet && (look.flow == nullptr || !look.flow->addresses_seen[direction]);
  for (std::size_t i = 0; i < rules_.size() && !work.passed; ++i) {
    if (looks_at_transactions(rules_[i])) {
      evaluate_transactions(i, look, work);
      continue;
    }
    if (places_[i].addresses_only && !look.with_packet) continue;
    if (places_[i].once_a_flow && !addresses) continue;
    auto const found = match(i, look);
    if (found.matches) matched(i, found.in_stream, look, work);
  }
  if (look.flow != nullptr && look.with_packet) look.flow->addresses_seen[direction] = true;
}

bool DetectorReference::flow_matches(Rule const& rule, Look const& look) const {
  using Direction = FlowMatch::Direction;
  using State = FlowMatch::State;
  using Part = FlowMatch::Fragments;
  if (!rule.flow) return true;
  auto const& asked = *rule.flow;
  auto const& packet = look.packet;
  if (asked.fragments == Part::kOnly && !packet.is_reassembled) return false;
  if (asked.fragments == Part::kNone && (packet.is_fragment || packet.is_reassembled)) return false;
  bool const needs_state =
      asked.state == State::kEstablished || asked.state == State::kNotEstablished;
  if (asked.direction == Direction::kAny && !needs_state) return true;
  if (look.flow == nullptr) return false;
  if (asked.direction == Direction::kToServer && !look.to_server) return false;
  if (asked.direction == Direction::kToClient && look.to_server) return false;
  if (!needs_state) return true;
  bool const established = look.flow->is_tcp ? look.flow->connection.was_established()
                                             : look.flow->seen[0] && look.flow->seen[1];
  return established == (asked.state == State::kEstablished);
}

bool DetectorReference::run(std::vector<BufferMatch> const& keywords, std::string const& bytes,
                            std::int64_t stream_offset) {
  BufferReference reference(keywords, bytes, stream_offset);
  bool const matches = reference.matches();
  above_step_limit_ = above_step_limit_ || !reference.within_steps(kMaxSteps);
  return matches;
}

/// In the new bytes, or in them with those before if it was not in those before alone.
bool DetectorReference::matches_in_stream(Rule const& rule, View const& view) {
  auto const in = [&](std::string const& bytes, std::size_t skipped) {
    return run(rule.buffers, bytes, view.offset + static_cast<std::int64_t>(skipped));
  };
  if (in(view.bytes.substr(view.old), view.old)) return true;
  return view.old > 0 && in(view.bytes, 0) && !in(view.bytes.substr(0, view.old), 0);
}

/// What a direction of a stream has up to `end`.
void DetectorReference::read_stream(Look const& look, bool to_server, std::int64_t end,
                                    bool closed) {
  auto const& half = look.flow->connection.half(to_server);
  auto const size = static_cast<std::size_t>(std::max<std::int64_t>(end, 0));
  look.flow->application.read_stream(to_server, half.bytes.substr(0, size), closed);
}

void DetectorReference::take_transactions(Look& look) {
  look.with_transactions =
      look.flow != nullptr && look.flow->application.take_changed(look.to_server);
}

/// A rule looks at each direction of a transaction until it has matched in it.
void DetectorReference::evaluate_transactions(std::size_t index, Look& look, Work& work) {
  auto const& rule = rules_[index];
  if (!look.with_transactions || !(look.to_server ? rule.from_client : rule.from_server)) return;
  auto const direction = look.to_server ? 0 : 1;
  auto& transactions = look.flow->application.transactions();
  std::vector<BufferMatch> payload;
  for (auto const& keyword : rule.buffers)
    if (keyword.buffer == Buffer::kPayload) payload.push_back(keyword);
  for (auto i = transactions.size(); i-- > 0 && !work.passed;) {  // the latest one first
    auto& transaction = transactions[i];
    if (transaction.seen[direction] || transaction.matched[direction].contains(index)) continue;
    if (!head_matches(index, look)) continue;
    auto const& text =
        look.flow->is_tcp ? look.flow->connection.half(look.to_server).bytes : look.packet.payload;
    if (!payload.empty() && (text.empty() || !run(payload, text, 0))) continue;
    auto const evaluate = [&](auto const& keywords, std::string const& bytes) {
      return run(keywords, bytes, 0);
    };
    if (!Application::matches(rule, transaction, look.to_server, evaluate)) continue;
    transaction.matched[direction].insert(index);
    look.transaction = i;
    matched(index, true, look, work);
    look.transaction = std::nullopt;
  }
}

bool DetectorReference::head_matches(std::size_t index, Look const& look) {
  auto const& rule = rules_[index];
  auto const& packet = look.packet;
  bool const start =
      rule.protocol == RuleProtocol::kTcpFlowStart || rule.protocol == RuleProtocol::kIpFlowStart;
  if (start && !look.first_of_flow) return false;
  if (!is_of_protocol(rule.protocol, packet) || !ends_match(rule, packet)) return false;
  if (rule.app_protocol &&
      (look.flow == nullptr || look.flow->application.protocol() != *rule.app_protocol))
    return false;
  if (!flow_matches(rule, look)) return false;
  auto const* bits = look.flow == nullptr ? nullptr : &look.flow->bits;
  if (!memory_.bits_match(rule, bits, packet, now_ns_ / kSecond)) return false;
  for (auto const& keyword : rule.packet)
    if (auto const* size = std::get_if<StreamSize>(&keyword))
      if (look.flow == nullptr || !look.flow->is_tcp || !matches(*size, look.flow->connection))
        return false;
  return true;
}

DetectorReference::Match DetectorReference::match(std::size_t index, Look const& look) {
  auto const& rule = rules_[index];
  auto const& places = places_[index];
  auto const& packet = look.packet;
  if (!head_matches(index, look)) return {};
  if (look.view && places.stream && matches_in_stream(rule, *look.view)) return {true, true};
  if (!look.with_packet || !places.packet) return {};
  if (places.payload && look.packet_in_stream && !places.always_packet) return {};
  if (places.payload && packet.payload.empty()) return {};
  for (auto const& keyword : rule.packet)
    if (!std::holds_alternative<StreamSize>(keyword) && !header_matches(keyword, packet)) return {};
  std::map<Buffer, std::vector<BufferMatch>> by_buffer;
  for (auto const& keyword : rule.buffers) by_buffer[keyword.buffer].push_back(keyword);
  for (auto const& [kind, keywords] : by_buffer) {
    auto const buffer = buffer_of(kind, packet);
    if (!buffer || !run(keywords, *buffer, 0)) return {};
  }
  return {true, false};
}

void DetectorReference::matched(std::size_t index, bool in_stream, Look& look, Work& work) {
  auto const& rule = rules_[index];
  auto* flow = look.flow;
  memory_.change_bits(rule, flow == nullptr ? nullptr : &flow->bits, look.packet,
                      now_ns_ / kSecond);
  auto outcome = Memory::Outcome::kAlert;
  if (rule.threshold)
    outcome = memory_.count(rule, look.packet, flow == nullptr ? 0 : flow->number, now_ns_ / 1000);
  if (outcome == Memory::Outcome::kNothing) return;
  bool const whole_flow = flow != nullptr && (in_stream || places_[index].addresses_only);
  if (rule.action == Action::kPass) {
    if (outcome == Memory::Outcome::kSuppressed) return;
    work.passed = true;
    if (whole_flow && !flow->verdict) flow->verdict = Verdict::kPass;
    return;
  }
  if (outcome == Memory::Outcome::kAlert && !rule.no_alert && work.alerts < options_.max_alerts) {
    ++work.alerts;
    auto const& packet = look.packet;
    auto const ends =
        flow_text(packet.source, packet.source_port, packet.destination, packet.destination_port);
    alerts_.push_back({work.number, ends, rule.sid, in_stream, look.transaction});
  }
  if (!options_.ips || rule.action == Action::kAlert) return;
  if (whole_flow && !flow->verdict) flow->verdict = Verdict::kDrop;
  if (work.verdict == Verdict::kPass)
    work.verdict = rule.action == Action::kDrop ? Verdict::kDrop : Verdict::kReject;
}

/// Rules look once more at what they have not seen. Without mode ips, all of a direction is one packet,
/// in which a pass silences the other rules; it does not reach the other direction.
void DetectorReference::end(Flow& flow) {
  if (!flow.is_tcp || flow.verdict) return;
  for (bool const to_server : {true, false}) {
    if (flow.verdict == Verdict::kDrop || (flow.verdict && options_.ips)) return;
    auto const alerts = alerts_.size();
    auto& half = flow.connection.half(to_server);
    auto ends = flow.ends;
    if (!to_server) {
      std::swap(ends.source, ends.destination);
      std::swap(ends.source_port, ends.destination_port);
    }
    Work work;
    Look last{ends, &flow, to_server, false, true, false};
    do {
      Look look = last;
      read_stream(look, to_server, half.next, false);
      look.view = half.take(half.next);
      if (look.view) evaluate(look, work);
    } while (!work.passed && half.skip_gap(options_.tcp.depth));
    if (!work.passed) {
      read_stream(last, to_server, half.next, true);
      take_transactions(last);
      evaluate(last, work);
    } else if (!options_.ips) {
      alerts_.resize(alerts);
    }
  }
}

std::vector<Alert> DetectorReference::finish() {
  for (auto const& key : keys_) end(flows_.at(key));
  flows_.clear();
  keys_.clear();
  std::ranges::sort(alerts_);
  return std::move(alerts_);
}

}  // namespace warpline::ids::reference
