// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ids/detect/detector.hpp"

#include <algorithm>

#include "core/base/big_pages.hpp"
#include "core/net/wire.hpp"
#include "elements/ids/alert/endpoints.hpp"
#include "elements/ids/app/make_session.hpp"
#include "elements/ids/decode/tcp_flags.hpp"
#include "elements/ids/decode/transport.hpp"
#include "elements/ids/detect/detector_work.hpp"

namespace warpline::ids {
namespace {

constexpr std::uint64_t kMillisecond = 1'000'000, kSecond = 1'000'000'000;
constexpr std::uint32_t kNoRule = ~0u;
using tcp_flag::kAck, tcp_flag::kSyn;

PacketSource source_of(Carrier carrier) {
  switch (carrier) {
    case Carrier::kLink:
      return PacketSource::kWire;
    case Carrier::kGre:
      return PacketSource::kGre;
    case Carrier::kIpv4:
      return PacketSource::kIpv4Tunnel;
    case Carrier::kIpv6:
      return PacketSource::kIpv6Tunnel;
    case Carrier::kTeredo:
      return PacketSource::kTeredo;
    case Carrier::kGeneve:
      return PacketSource::kGeneve;
    case Carrier::kVxlan:
      return PacketSource::kVxlan;
  }
  return PacketSource::kWire;
}

/// The datagram after the link header that its last fragment has in its tunnel or frame.
Bytes with_link(Defragmenter::Datagram const& datagram, DecodedPacket const& fragment) {
  auto const link = fragment.network - fragment.begin;
  return datagram.frame.after(datagram.network - std::min(datagram.network, link));
}

/// The bytes in which a rule matched; of a transaction, those that are due with it.
Bytes payload_of(RuleMatch match, MatchInput const& input) {
  bool const of_stream = match.in_stream && input.stream != nullptr;
  return of_stream ? input.stream->bytes : input.packet->payload_bytes();
}

bool looks_at_ja3(RuleSet const& rules) {
  return std::ranges::any_of(rules.app_buffers(), [](AppBufferRules const& rules_of_buffer) {
    auto const buffer = rules_of_buffer.buffer;
    return buffer >= Buffer::kJa3Hash && buffer <= Buffer::kJa3sString;
  });
}

std::uint64_t flow_number(MatchInput const& input) {
  return input.flow == nullptr ? 0 : flow_id(*input.flow);
}

}  // namespace

Detector::Detector(std::shared_ptr<RuleSet const> rules, std::span<CpuMatching const> searches,
                   SharedState& shared, DetectorOptions const& options, DetectorEvents& events,
                   std::uint64_t seed, AppDatabases const& databases)
    : rules_(std::move(rules)),
      matcher_(searches),
      looks_at_streams_(rules_->groups().size() + 1),
      shared_(shared),
      options_(options),
      events_(events),
      address_rules_(*rules_),
      decoders_{FrameDecoder(options.tunnels), FrameDecoder(options.tunnels),
                FrameDecoder(options.tunnels)},
      defragmenter_(options.inherits_fragments ? 0 : options.defrag_memory,
                    options.inherits_fragments ? 0 : options.datagrams, options.hosts, seed),
      checksums_(options.checksums),
      flows_(options.inherits_flows ? 0 : options.flows, seed, options.timeouts,
             [this](std::uint32_t index, Flow& flow) { end_flow(index, flow); }),
      sessions_(flows_.capacity(), big_pages()),
      bits_(flows_.capacity(), rules_->bit_names()),
      pool_(options.inherits_flows ? 0 : options.stream_memory),
      tcp_(pool_, options.tcp),
      rule_matcher_(*rules_, bits_, shared),
      http_(std::make_unique<HttpShared>(options.http)),
      certificates_(std::make_unique<tls::CertificateCache>()),
      makes_ja3_(looks_at_ja3(*rules_)),
      apps_(
          flows_.capacity(),
          [this](AppProtocol protocol, bool over_tcp) {
            return make_app_session(protocol, over_tcp, makes_ja3_, *http_, *certificates_);
          },
          http_->budget()),
      transaction_rules_(*rules_, databases) {
  checks_.reserve(rules_->rules().size());
  for (auto const& compiled : rules_->rules()) checks_.emplace_back(compiled);
  for (RuleGroups::Id group = 1; group <= rules_->groups().size(); ++group) {
    auto const& always = rules_->groups()[group].always;
    looks_at_streams_[group] = std::any_of(
        always.begin(), always.end(), [this](auto rule) { return rules_->rules()[rule].streams; });
  }
  found_patterns_.reserve(rules_->groups().max_patterns());
  view_.resize(kBefore + kMaxView);
  selected_.reserve(rules_->rules().size());
  end_payload_.reserve(kMaxEndPayload);
  end_alerts_.reserve(std::min(options_.max_alerts, 1024u));
}

std::uint32_t Detector::milliseconds(std::uint64_t time_ns) {
  if (!started_) {
    started_ = true;
    first_ns_ = last_ns_ = time_ns;
  }
  last_ns_ = std::max(last_ns_, time_ns);  // captures may go back a little
  return static_cast<std::uint32_t>((last_ns_ - first_ns_) / kMillisecond);
}

/// The time in nanoseconds of past milliseconds, which wrap after 49 days.
std::uint64_t Detector::time_of(std::uint32_t past_ms) const {
  auto const now_ms = (last_ns_ - first_ns_) / kMillisecond;
  return first_ns_ + (now_ms - (static_cast<std::uint32_t>(now_ms) - past_ms)) * kMillisecond;
}

FrameVerdict Detector::process(Bytes frame, Arrival const& arrival, Candidates const& candidates) {
  Work work{arrival, milliseconds(*arrival.time_ns)};
  work.validate = checksums_.begin_frame();
  auto const packets = decoders_[0].decode(frame, arrival.link_type);
  work.root = &packets.front();
  inspect_packets(packets, candidates, 0, work);
  if (work.verdict == FrameVerdict::kReject) {
    rejection_ = work.rejection;
    rejection_.link_size = packets.front().network;
  }
  return work.verdict;
}

/// From the outside to the inside. A verdict on a packet holds for the packets within it.
void Detector::inspect_packets(std::span<DecodedPacket const> packets, Candidates const& candidates,
                               unsigned datagrams, Work& work) {
  for (auto const& packet : packets) {
    bool const whole = datagrams > 0 && &packet == &packets.front();
    work.context.source = whole ? PacketSource::kDefragment : source_of(packet.carrier);
    work.context.outer = packet.layer > 0 || whole ? work.root : nullptr;
    if (!whole) work.context.bytes = {};
    if (work.validate && has_wrong_checksum(packet)) return;
    work.more_layers = &packet != &packets.back();
    inspect_packet(packet, candidates, work);
    if (work.passed || work.verdict != FrameVerdict::kPass) return;
    if (!packet.fragment || datagrams == kMaxDatagrams) continue;
    // A host reassembles no fragment with a wrong header (RFC 1122 section 3.2.1.2).
    if (work.validate && packet.version == 4 && !ipv4_checksum_is_good(packet)) continue;
    auto const lost = defragmenter_.counters().lost();
    auto const datagram = defragmenter_.add(packet, work.now_ms);
    if (defragmenter_.counters().lost() != lost) {
      reach_limit(Limit::kFragments, Flow::kNone, work);
      if (work.passed || work.verdict != FrameVerdict::kPass) return;
    }
    if (!datagram) continue;
    auto const outer = work.context;
    work.context.bytes = with_link(*datagram, packet);
    if (packet.layer > 0) work.context.link_type = kRawLink;
    inspect_packets(decoders_[datagrams + 1].decode_datagram(datagram->bytes(), packet), {},
                    datagrams + 1, work);
    work.context = outer;
  }
}

bool Detector::has_wrong_checksum(DecodedPacket const& packet) {
  if (!is_tcp(packet) || transport_checksum_is_good(packet)) return false;
  checksums_.add_wrong();
  ++counters_.wrong_checksums;
  return true;
}

/// The policy of the host that receives the packet.
OverlapPolicy Detector::policy_of(DecodedPacket const& packet) const {
  return segment_policy(options_.hosts.at({packet.destination(), packet.address_size()}));
}

void Detector::inspect_packet(DecodedPacket const& packet, Candidates const& candidates,
                              Work& work) {
  ++counters_.packets;
  if (packet.fragment) ++counters_.fragments;
  counters_.tcp += is_tcp(packet);
  counters_.udp += is_udp(packet);
  counters_.icmp += is_icmp(packet);
  MatchInput input;
  input.packet = &packet;
  input.reassembled = work.context.source == PacketSource::kDefragment;
  input.now_s = static_cast<std::uint32_t>(last_ns_ / kSecond);
  work.context.packet = &packet;
  work.context.flow = nullptr;
  work.alerts = 0;
  work.transactions = {};
  work.detected = false;
  selected_.clear();
  if (packet.has_transport) find_flow(packet, input, work);
  input.group = group_of(input);
  if (work.passed || work.verdict != FrameVerdict::kPass) return;
  if (input.flow != nullptr && !input.flow->is_inspected()) {
    work.passed = input.flow->verdict != FlowVerdict::kDrop;
    if (!work.passed) {
      work.verdict = FrameVerdict::kDrop;
      events_.drop(work.context, std::nullopt);
    }
    return;
  }
  input.encrypted = input.flow != nullptr && input.flow->encrypted;
  TcpTracker::Outcome outcome;
  auto const lost = tcp_.counters().lost();
  if (input.flow != nullptr && packet.protocol == protocol::kTcp) follow_tcp(input, outcome);
  if (input.session != nullptr) inspect_gaps(input, work);
  if (tcp_.counters().lost() != lost) {
    reach_limit(Limit::kStream, input.flow_index, work);
    if (work.passed || work.verdict != FrameVerdict::kPass) return;
  }
  read_application(input, outcome.closed, work);
  add_payload(packet, candidates, outcome, input);
  if (input.session != nullptr) add_due_bytes(input, outcome.closed, work);
  evaluate(input, work);
  if (input.flow != nullptr && input.flow->encrypted && !input.encrypted)
    inspect_before_encryption(input, work);
  finish_transactions(input, work);
  if (input.session != nullptr && !input.flow->is_inspected())
    tcp_.clear(sessions_[input.flow_index]);
}

void Detector::find_flow(DecodedPacket const& packet, MatchInput& input, Work& work) {
  auto const [key, from_second] = flow_key_of(packet);
  auto const hash = flows_.hash(key);
  auto index = flows_.find(key, hash);
  bool const opens = packet.protocol == protocol::kTcp && (packet.tcp_flags & kSyn) != 0 &&
                     (packet.tcp_flags & kAck) == 0;
  if (index != Flow::kNone) {
    bool const over = flows_.is_over(index, work.now_ms);
    if (over || (opens && flows_[index].tcp == TcpState::kClosed)) {
      ending_ = over ? FlowEvent::Reason::kTimeout : FlowEvent::Reason::kForced;
      flows_.remove(index);  // another connection with the same ports
      index = Flow::kNone;
    }
  }
  if (index == Flow::kNone) {
    ending_ = FlowEvent::Reason::kForced;
    index = flows_.add(key, hash, work.now_ms);
    if (index == Flow::kNone) return reach_limit(Limit::kFlows, Flow::kNone, work);
    auto& flow = flows_[index];
    apps_.clear(index);
    flow.generation = generation_;
    flow.first_time_ns = work.context.time_ns;
    flow.client_is_second = from_second;
    // The first packet that is seen of a connection may be the answer.
    bool const answer = packet.protocol == protocol::kTcp && options_.tcp.midstream &&
                        (packet.tcp_flags & (kSyn | kAck)) == (kSyn | kAck);
    if (answer) flow.client_is_second = !from_second;
    input.first_of_flow = true;
  }
  auto& flow = flows_[index];
  if (flow.generation != generation_) [[unlikely]]
    renew(index, flow);
  input.flow = &flow;
  input.flow_index = index;
  input.to_server = flow.to_server(from_second);
  unsigned const direction = input.to_server ? 0 : 1;
  flow.last_seen_ms = work.now_ms;
  ++flow.packets[direction];
  flow.bytes[direction] += packet.frame.size;
  flow.directions |= static_cast<std::uint8_t>(1u << direction);
  if (work.more_layers) work.hold(flow);
  if (packet.protocol != protocol::kTcp && flow.directions == 3 && flow.state == FlowState::kNew)
    flow.state = FlowState::kEstablished;
  work.context.flow = &flow;
  work.context.to_server = input.to_server;
}

void Detector::follow_tcp(MatchInput& input, TcpTracker::Outcome& outcome) {
  auto& flow = *input.flow;
  auto& session = sessions_[input.flow_index];
  outcome = tcp_.process(*input.packet, input.to_server, flow, session, policy_of(*input.packet));
  if (flow.tcp >= TcpState::kEstablished) flow.state = FlowState::kEstablished;
  if (flow.tcp == TcpState::kClosed) flow.state = FlowState::kClosed;
  input.session = &session;
  input.packet_in_stream = outcome.in_stream;
}

void Detector::evaluate(MatchInput& input, Work& work) {
  std::sort(selected_.begin(), selected_.end());
  selected_.erase(std::unique(selected_.begin(), selected_.end()), selected_.end());
  auto const& always = rules_->groups()[input.group].always;
  QuickCheck::Packet const packet(input);
  auto selected = selected_.begin();
  auto other = always.begin();
  auto transaction = work.transactions.begin();
  while (!work.passed) {
    auto const next = std::min(selected != selected_.end() ? *selected : kNoRule,
                               other != always.end() ? *other : kNoRule);
    if (transaction != work.transactions.end() && transaction->rule < next) {
      auto const& candidate = *transaction++;
      if (checks_[candidate.rule].may_match(packet)) evaluate_transaction(candidate, input, work);
      continue;
    }
    if (next == kNoRule) break;
    bool const take_other =
        selected == selected_.end() || (other != always.end() && *other < *selected);
    auto const index = take_other ? *other++ : *selected++;
    if (!checks_[index].may_match(packet)) continue;
    auto const& compiled = rules_->rules()[index];
    if (compiled.addresses_only && input.no_packet) continue;
    if (compiled.once_a_flow && !must_look(index, input)) continue;
    if (compiled.at_detection && !work.detected) continue;
    auto const match = rule_matcher_.match(compiled, input);
    if (match.matches) apply_match(index, match, input, work);
  }
  if (input.flow != nullptr && !input.no_packet)
    input.flow->address_rules[input.to_server ? 0 : 1] = generation_;
}

void Detector::apply_match(std::uint32_t index, RuleMatch match, MatchInput& input, Work& work) {
  auto const& compiled = rules_->rules()[index];
  auto const& rule = compiled.rule;
  rule_matcher_.change_bits(compiled, input);
  if (rule.bypass && input.flow != nullptr) input.flow->state = FlowState::kBypassed;
  auto outcome = ThresholdOutcome::kAlert;
  if (rule.threshold)
    outcome = shared_.count(rule, *input.packet, flow_number(input), last_ns_ / 1000);
  if (outcome == ThresholdOutcome::kNothing) return;
  bool const whole_flow = input.flow != nullptr &&
                          (match.in_stream || compiled.addresses_only || compiled.protocol_only);
  auto const decide = [&](FlowVerdict verdict) {
    if (whole_flow && input.flow->verdict == FlowVerdict::kNone) input.flow->verdict = verdict;
  };
  if (rule.action == Action::kPass) {
    if (outcome != ThresholdOutcome::kAlert) return;  // as in Suricata, unlike drop
    work.passed = true;
    return decide(FlowVerdict::kPass);
  }
  bool const blocks = options_.ips && rule.action != Action::kAlert;
  if (outcome == ThresholdOutcome::kSuppressed || rule.no_alert) {
    ++counters_.suppressed;
  } else if (work.alerts == options_.max_alerts) {
    ++counters_.alert_overflow;
  } else {
    ++work.alerts;
    ++counters_.alerts;
    if (input.flow != nullptr) ++input.flow->alerts;
    RuleAlert const event{index, match.in_stream, blocks, payload_of(match, input),
                          work.transaction};
    if (work.later != nullptr)
      work.later->push_back(event);
    else
      events_.alert(work.context, event);
  }
  if (!blocks) return;
  decide(FlowVerdict::kDrop);
  if (work.verdict != FrameVerdict::kPass) return;
  work.verdict = FrameVerdict::kDrop;
  if (rule.action != Action::kDrop) {
    work.verdict = FrameVerdict::kReject;
    work.rejection.packet = *input.packet;
    work.rejection.action = rule.action;
  }
  events_.drop(work.context, index);
}

void Detector::expire(std::uint64_t now_ns, std::uint32_t count) {
  ending_ = FlowEvent::Reason::kTimeout;
  flows_.expire(milliseconds(now_ns), count);
}

void Detector::finish(FlowEvent::Reason reason) {
  ending_ = reason;
  flows_.clear();
}

}  // namespace warpline::ids
