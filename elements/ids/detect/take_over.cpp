// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include "core/net/wire.hpp"
#include "elements/ids/detect/detector.hpp"

/// How a detector with the next rules continues the work of the one before.
namespace warpline::ids {

bool Detector::keeps_flows(DetectorOptions const& old, DetectorOptions const& options) {
  return old.flows == options.flows && old.stream_memory == options.stream_memory;
}

bool Detector::keeps_fragments(DetectorOptions const& old, DetectorOptions const& options) {
  return old.defrag_memory == options.defrag_memory && old.datagrams == options.datagrams;
}

void Detector::take_over(Detector& old) {
  counters_ = old.counters_;
  tcp_.take_counters(old.tcp_);
  rule_matcher_.take_counters(old.rule_matcher_);
  matcher_.add_search_cycles(old.matcher_.search_cycles());
  transaction_rules_.add_search_cycles(old.transaction_rules_.search_cycles());
  first_ns_ = old.first_ns_;
  last_ns_ = old.last_ns_;
  started_ = old.started_;
  if (options_.checksums == old.options_.checksums) checksums_ = old.checksums_;
  if (keeps_fragments(old.options_, options_))
    defragmenter_.take_over(old.defragmenter_);
  else
    defragmenter_.take_counters(old.defragmenter_);
  if (!keeps_flows(old.options_, options_)) {
    flows_.take_counters(old.flows_);
    apps_.take_counters(old.apps_);
    return;
  }
  generation_ = static_cast<std::uint16_t>(old.generation_ + 1);
  if (generation_ == 0) generation_ = 1;
  address_rules_.follow(old.address_rules_, generation_);
  flows_.take_over(old.flows_);
  sessions_.swap(old.sessions_);
  pool_.swap(old.pool_);
  bits_.take_over(old.bits_, flows_);
  http_.swap(old.http_);
  http_->set_options(options_.http);
  certificates_.swap(old.certificates_);
  apps_.take_over(old.apps_, makes_ja3_ == old.makes_ja3_);
}

/// At the first look at a flow after a reload, so that a reload itself does not depend on the number
/// of flows. Groups, patterns and candidates of the rules before mean nothing to these; the rules
/// that have matched in a transaction are known by their sid.
void Detector::renew(std::uint32_t index, Flow& flow) {
  flow.generation = generation_;
  flow.groups[0] = flow.groups[1] = 0;
  if (flow.key.protocol == protocol::kTcp)
    for (auto& half : sessions_[index].halves) {
      half.clear_candidates();
      half.search_all = half.search_old = true;
    }
  auto* const session = apps_.session(index);
  if (session == nullptr) return;
  for (auto number = session->first(); number < session->end(); ++number)
    session->state(number).forget_search();
}

/// Once for each flow and direction.
bool Detector::must_look(std::uint32_t rule, MatchInput const& input) const {
  if (input.flow == nullptr) return true;
  auto const looked = input.flow->address_rules[input.to_server ? 0 : 1];
  return looked == 0 || address_rules_.is_newer(rule, looked);
}

}  // namespace warpline::ids
