// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ids/event_output.hpp"

#include <utility>

#include "core/base/text.hpp"
#include "elements/ids/append_file.hpp"
#include "elements/ids/line_writer.hpp"

namespace warpline::ids {
namespace {

std::string_view name_of(TcpState state) {
  switch (state) {
    case TcpState::kNone:
      return "none";
    case TcpState::kSynSent:
      return "syn_sent";
    case TcpState::kSynReceived:
      return "syn_recv";
    case TcpState::kEstablished:
      return "established";
    case TcpState::kClosing:
      return "fin_wait1";
    case TcpState::kClosed:
      return "closed";
  }
  return "none";
}

/// Only of policies that change a flow.
std::string_view name_of(LimitPolicy policy) {
  constexpr std::string_view kNames[] = {"ignore", "drop_flow", "pass_flow", "bypass"};
  return kNames[static_cast<std::size_t>(policy)];
}

}  // namespace

void read_event_types(std::span<std::string const> words, OutputOptions& options) {
  std::pair<std::string_view, bool*> const known[] = {
      {"alert", &options.alerts},
      {"drop", &options.drops},
      {"flow", &options.flows},
      {"http", &options.http},
      {"dns", &options.dns},
      {"tls", &options.tls},
      {"stats", &options.stats},
      {"payload", &options.fields.payload},
      {"payload_printable", &options.fields.payload_printable},
      {"packet", &options.fields.packet},
      {"verdict", &options.fields.verdict},
      {"ethernet", &options.fields.ethernet},
      {"rule", &options.fields.rule_text},
      {"reference", &options.fields.rule_reference}};
  for (auto const& [name, value] : known) *value = false;
  for (auto const& word : words) {
    bool found = false;
    for (auto const& [name, value] : known) {
      if (name != word) continue;
      *value = found = true;
    }
    if (!found)
      throw ConfigError(
          "unknown type of event " + quoted(word) +
          "; expected alert, drop, flow, http, dns, tls or stats, or a field of alerts: "
          "payload, payload_printable, packet, verdict, ethernet, rule or reference");
  }
}

std::unique_ptr<LineQueue> EventOutput::open(std::string const& path, std::string const& unit,
                                             BuildContext& context, std::string const& owner) {
  if (path.empty()) return nullptr;
  auto file = AppendFile::shared(context, path, unit, owner);
  return std::make_unique<LineQueue>(context.shared.single<LineWriter>(), std::move(file));
}

EventOutput::EventOutput(OutputOptions const& options, std::shared_ptr<LoadedRules const> rules,
                         std::unique_ptr<LineQueue> eve, std::unique_ptr<LineQueue> fast)
    : options_(options),
      rules_(std::move(rules)),
      eve_queue_(std::move(eve)),
      fast_queue_(std::move(fast)) {
  if (eve_queue_) eve_.emplace(*eve_queue_, options_.fields);
  if (fast_queue_) fast_.emplace(*fast_queue_);
}

/// Its own queue is still empty; the control thread destroys it with `old`.
void EventOutput::take_over(EventOutput& old) {
  auto const exchange = [](auto& queue, auto& writer, auto& old_queue, auto& old_writer) {
    if (!queue || !old_queue || &queue->file() != &old_queue->file()) return;
    queue.swap(old_queue);
    writer->write_to(*queue);
    old_writer->write_to(*old_queue);
  };
  exchange(eve_queue_, eve_, old.eve_queue_, old.eve_);
  exchange(fast_queue_, fast_, old.fast_queue_, old.fast_);
}

PacketVerdict EventOutput::verdict_of(std::uint32_t rule, bool blocked) const {
  using Reject = PacketVerdict::Reject;
  PacketVerdict verdict;
  if (!blocked) return verdict;
  verdict.action = PacketVerdict::Action::kDrop;
  auto const action = rules_->set.rules()[rule].rule.action;
  if (action == Action::kReject) verdict.reject = Reject::kSource;
  if (action == Action::kRejectDestination) verdict.reject = Reject::kDestination;
  if (action == Action::kRejectBoth) verdict.reject = Reject::kBoth;
  return verdict;
}

void EventOutput::alert(PacketContext const& context, RuleAlert const& alert) {
  auto const& rule = rules_->output[alert.rule];
  if (eve_ && options_.alerts) {
    AlertEvent event;
    event.rule = &rule;
    event.blocked = alert.blocked;
    event.stream = alert.in_stream;
    event.payload = alert.payload;
    event.transaction = alert.transaction;
    event.verdict = verdict_of(alert.rule, alert.blocked);
    eve_->alert(context, event);
  }
  if (fast_) fast_->alert(context, rule, alert.blocked);
}

void EventOutput::drop(PacketContext const& context, std::optional<std::uint32_t> rule) {
  if (!eve_ || !options_.drops) return;
  DropEvent event;
  event.reason = rule ? "rules" : "flow drop";
  if (rule) {
    event.rule = &rules_->output[*rule];
    event.verdict = verdict_of(*rule, true);
  }
  eve_->drop(context, event);
}

void EventOutput::drop_at_limit(PacketContext const& context, Limit limit) {
  constexpr std::string_view kReasons[kLimits] = {"flow memcap", "stream memcap", "defrag memcap"};
  if (!eve_ || !options_.drops) return;
  DropEvent event;
  event.reason = kReasons[static_cast<std::size_t>(limit)];
  eve_->drop(context, event);
}

void EventOutput::transaction(PacketContext const& context, TransactionId const& transaction) {
  using enum AppProtocol;
  auto const protocol = context.flow->app_protocol;
  bool const written = (protocol == kHttp && options_.http) || (protocol == kDns && options_.dns) ||
                       (protocol == kTls && options_.tls);
  if (eve_ && written) eve_->transaction(context, transaction);
}

void EventOutput::flow_ended(Flow const& flow, FlowEvent::Reason reason, std::uint64_t end_ns,
                             std::uint64_t now_ns) {
  if (!eve_ || !options_.flows) return;
  FlowEvent event;
  event.flow = &flow;
  event.reason = reason;
  event.end_ns = end_ns;
  event.time_ns = now_ns;
  event.app_protocol = name_of(flow.app_protocol);
  if (flow.limit_policy != LimitPolicy::kIgnore) {
    event.exception_target = "stream_reassembly_memcap";
    event.exception_policy = name_of(flow.limit_policy);
  } else if (flow.midstream) {
    event.exception_target = "stream_midstream";
    event.exception_policy = "ignore";
  }
  if (flow.key.protocol == protocol::kTcp)
    event.tcp = TcpSummary{{flow.tcp_flags[0], flow.tcp_flags[1]}, name_of(flow.tcp)};
  eve_->flow(event);
}

void EventOutput::stats(std::uint64_t time_ns, std::span<StatValue const> values) {
  if (eve_ && options_.stats) eve_->stats(time_ns, values);
}

void EventOutput::set_waits(bool waits) noexcept {
  if (eve_queue_) eve_queue_->set_waits(waits);
  if (fast_queue_) fast_queue_->set_waits(waits);
}

void EventOutput::finish() noexcept {
  if (eve_queue_) eve_queue_->finish();
  if (fast_queue_) fast_queue_->finish();
}

}  // namespace warpline::ids
