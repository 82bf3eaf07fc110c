// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "core/net/wire.hpp"
#include "elements/ids/decode/transport.hpp"
#include "elements/ids/detect/detector_work.hpp"

/// How the parsers of applications get their bytes, and when rules see the transactions.
namespace warpline::ids {

/// Gives the parser the bytes that are due with the packet, and selects rules for the transactions
/// that these change.
void Detector::read_application(MatchInput& input, bool closed, Work& work) {
  if (input.flow == nullptr) return;
  auto const& packet = *input.packet;
  auto const index = input.flow_index;
  if (input.session != nullptr) {
    // The packet acknowledges bytes of the other direction.
    read_stream(input, !input.to_server, false, false);
    read_stream(input, input.to_server, options_.ips || closed, closed);
  } else if (is_udp(packet) && packet.payload_size > 0 && !packet.is_tunnel) {
    bool const to_server =
        apps_.add_datagram(index, *input.flow, input.to_server, packet.payload_bytes());
    if (to_server != input.to_server) {
      input.to_server = work.context.to_server = to_server;
      input.group = group_of(input);
    }
  }
  work.detected = apps_.take_detected(index, input.to_server);
  work.context.app_protocol = name_of(input.flow->app_protocol);
  select_transactions(input, work);
}

/// `all`: also bytes that are not acknowledged. `closed`: no more come.
void Detector::read_stream(MatchInput const& input, bool to_server, bool all, bool closed) {
  auto const& half = input.session->halves[to_server ? 0 : 1];
  auto const end = all ? half.next : std::min(half.acked, half.next);
  auto const add = [&] {
    auto const read = apps_.read_up_to(input.flow_index, to_server);
    bool const added =
        apps_.add_stream(input.flow_index, *input.flow, to_server, half, end, closed, pool_);
    if (!input.flow->encrypted && apps_.is_encrypted(input.flow_index)) {
      input.flow->encrypted = true;
      encryption_ = {to_server, std::max(read, half.bytes.begin)};
    }
    return added;
  };
  if (add()) return;
  read_stream(input, !to_server, false, false);
  add();
}

void Detector::select_transactions(MatchInput const& input, Work& work) {
  auto* const session = apps_.session(input.flow_index);
  work.changed = session != nullptr && apps_.take_changed(input.flow_index, input.to_server);
  if (work.changed)
    work.transactions =
        transaction_rules_.select(*session, input.flow->app_protocol, input.to_server);
}

/// Evaluates a rule on a transaction, and on the packet or stream if it looks at these, too.
void Detector::evaluate_transaction(TransactionRule const& selected, MatchInput& input,
                                    Work& work) {
  auto const& compiled = rules_->rules()[selected.rule];
  auto& session = *apps_.session(input.flow_index);
  // A body is searched as a file, which both ends may send.
  if (!(input.to_server ? compiled.rule.from_client : compiled.rule.from_server)) return;
  if (!rule_matcher_.match_packet(compiled, input)) return;
  if (compiled.looks_at_payload && !payload_matches(compiled, input)) return;
  auto const outcome = transaction_rules_.match(compiled, session, selected.transaction,
                                                input.to_server, rule_matcher_.evaluation());
  if (outcome == TransactionRules::Outcome::kNotYet) return;
  auto& state = session.state(selected.transaction);
  unsigned const direction = input.to_server ? 0 : 1;
  state.settle(direction, selected.rule);
  if (outcome == TransactionRules::Outcome::kNever) return;
  state.add_match(direction, compiled.rule.key());
  work.transaction = TransactionId{&session, selected.transaction};
  apply_match(selected.rule, {true, true}, input, work);
  work.transaction = std::nullopt;
}

/// Looks at the bytes of the stream that the worker still has, or at the packet's payload.
bool Detector::payload_matches(CompiledRule const& compiled, MatchInput const& input) {
  if (input.session == nullptr)
    return rule_matcher_.match_payload(compiled, input.packet->payload_bytes(), 0);
  auto const& bytes = input.session->halves[input.to_server ? 0 : 1].bytes;
  auto const size = std::min(bytes.size, kBefore + kMaxView);
  held_.resize(kBefore + kMaxView);
  if (size == 0 || !bytes.copy(pool_, bytes.begin, size, held_.data())) return false;
  return rule_matcher_.match_payload(compiled, {held_.data(), size}, bytes.begin);
}

/// After the rules: writes the records of complete transactions, and forgets these.
void Detector::finish_transactions(MatchInput const& input, Work& work) {
  if (!work.changed) return;
  auto& session = *apps_.session(input.flow_index);
  TransactionRules::set_inspected(session, input.to_server);
  // Transactions become complete in the order of their numbers.
  for (auto number = session.first(); number < session.end(); ++number) {
    if (!session.is_complete(number, true) || !session.is_complete(number, false)) break;
    record(session, number, work);
  }
  auto const is_over = [&](std::uint64_t number, bool to_server) {
    if (session.state(number).complete[to_server ? 0 : 1]) return true;
    if (!session.has_direction(number, to_server)) return true;
    bool const is_pending =
        to_server == input.to_server || apps_.is_changed(input.flow_index, to_server);
    return session.is_complete(number, to_server) &&
           (!is_pending || number >= session.begun(to_server));
  };
  while (session.first() < session.end() && is_over(session.first(), true) &&
         is_over(session.first(), false))
    session.remove_first();
  if (session.first() == session.end() && apps_.renews(input.flow_index))
    apps_.renew(input.flow_index);
}

void Detector::record(AppSession& session, std::uint64_t number, Work& work) {
  auto& state = session.state(number);
  if (state.is_recorded) return;
  state.is_recorded = true;
  ++apps_.counters().transactions[static_cast<std::size_t>(work.context.flow->app_protocol)];
  events_.transaction(work.context, {&session, number});
}

/// At the end of a flow: the parser gets no more bytes of this direction.
void Detector::inspect_last_transactions(MatchInput& input, Work& work) {
  if (work.passed) return;
  read_stream(input, input.to_server, true, true);
  work.context.app_protocol = name_of(input.flow->app_protocol);
  select_transactions(input, work);
  input.stream = nullptr;
  selected_.clear();
  evaluate(input, work);
}

/// Writes the records of transactions that are not complete at the end of the flow.
void Detector::record_all(std::uint32_t index, Work& work) {
  auto* const session = apps_.session(index);
  if (session == nullptr) return;
  for (auto number = session->first(); number < session->end(); ++number)
    record(*session, number, work);
}

}  // namespace warpline::ids
