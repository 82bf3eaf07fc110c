// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "elements/ids/detect/detector_work.hpp"

/// How the detector selects rules for packets and streams, and when rules see the bytes of a stream.
namespace warpline::ids {

/// Selects rules by the packet's payload, and keeps the patterns in it for the stream.
void Detector::add_payload(DecodedPacket const& packet, Candidates const& candidates,
                           TcpTracker::Outcome const& outcome, MatchInput& input) {
  if (input.encrypted) return;
  auto const number = search_in(input.group);
  if (packet.payload_size == 0 || packet.is_tunnel || number == 0) return;
  bool const searched = candidates.search == number && candidates.offset == packet.payload &&
                        !candidates.matches->overflow();
  if (searched)
    found_patterns_.assign(candidates.matches->ids,
                           candidates.matches->ids + candidates.matches->count);
  else
    search(number, packet.payload_bytes());
  counters_.searches += !searched;
  for (auto const pattern : found_patterns_) select(number, pattern);
  if (!outcome.whole) return;
  auto& half = sessions_[input.flow_index].halves[input.to_server ? 0 : 1];
  constexpr std::uint32_t kSmall = 2 * kJunction;
  if (half.search_all) return;
  // With many small segments, searching at junctions would be all of the work.
  if (packet.payload_size < kSmall) {
    if (half.small_searched || half.search_new) return half.search_up_to(half.next);
    half.small_searched = true;
  }
  keep_candidates(half);
  auto const begin = half.next - packet.payload_size;
  auto const before = std::min(kJunction, begin - half.bytes.begin);
  if (before == 0 || begin < half.bytes.begin || half.bytes.end() <= begin) return;
  // The stream's depth may cut the packet.
  auto const added = std::min(kJunction, half.bytes.end() - begin);
  auto const size = before + added;
  std::uint8_t junction[2 * kJunction];
  auto const last = std::min(before, 2u);
  if (!half.bytes.copy(pool_, begin - last, last, junction)) return;
  auto const& filter = rules_->groups().searches()[number - 1u].junctions;
  if (!filter.may_cross({junction, last}, {packet.payload_bytes().data, added})) return;
  if (!half.bytes.copy(pool_, begin - before, size, junction)) return;
  search(number, {junction, size});
  keep_candidates(half);
}

/// The patterns that were found in the stream's latest bytes.
void Detector::keep_candidates(StreamHalf& half) {
  for (auto const pattern : found_patterns_)
    if (!half.add_candidate(pattern, half.next)) half.search_up_to(half.next);
}

/// The group of the packet's flow and direction, which is looked up once.
RuleGroups::Id Detector::group_of(MatchInput const& input) const {
  auto const& groups = rules_->groups();
  if (input.flow == nullptr) return groups.find(*input.packet, input.to_server);
  auto& group = input.flow->groups[input.to_server ? 0 : 1];
  if (group == 0) group = groups.find(*input.packet, input.to_server);
  return group;
}

std::uint16_t Detector::search_of(DecodedPacket const& packet) const {
  auto const& groups = rules_->groups();
  if (!packet.has_transport) return search_in(groups.find(packet, true));
  auto const [key, from_second] = flow_key_of(packet);
  auto const index = flows_.find(key, flows_.hash(key));
  // Most servers have the lower port.
  if (index == Flow::kNone)
    return search_in(groups.find(packet, packet.destination_port <= packet.source_port));
  auto const& flow = flows_[index];
  if (!flow.is_inspected() || flow.encrypted) return 0;
  bool const to_server = flow.to_server(from_second);
  bool const is_current = flow.generation == generation_;
  auto const known = is_current ? flow.groups[to_server ? 0 : 1] : RuleGroups::Id{0};
  return search_in(known != 0 ? known : groups.find(packet, to_server));
}

void Detector::search(std::uint16_t number, Bytes bytes) {
  matcher_.scan_all(number, bytes, found_patterns_);
}

void Detector::select(std::uint16_t number, PatternId pattern) {
  auto const& rules = rules_->groups().rules_of(number, pattern);
  selected_.insert(selected_.end(), rules.begin(), rules.end());
}

/// Copies at most `kMaxView` bytes up to `end` that rules have not inspected, with those before, and
/// selects the rules for them. False if there are none.
bool Detector::take_view(StreamHalf& half, std::uint16_t number, std::uint32_t end,
                         StreamView& view) {
  auto const first = std::max(half.inspected, half.bytes.begin);
  end = std::min({end, half.bytes.end(), first + kMaxView});
  if (end <= first || half.bytes.size == 0) return false;
  auto const begin = std::max(half.bytes.begin, first - std::min(first, kBefore));
  if (!half.bytes.copy(pool_, begin, end - begin, view_.data())) return false;
  view = {{view_.data(), end - begin}, begin, first - begin};
  select_stream(half, number, view);
  ++counters_.inspections;
  tcp_.discard_before(half, half.inspected - std::min(half.inspected, kBefore));
  return true;
}

/// Rules see old bytes again with the new ones, so patterns in either select them.
void Detector::select_stream(StreamHalf& half, std::uint16_t number, StreamView const& view) {
  half.inspected = view.offset + view.bytes.size;
  if (number == 0) return half.clear_candidates();
  half.drop_candidates_before(view.offset);
  half.small_searched = false;
  auto const unknown = half.unknown_bytes(view.offset);
  auto const end =
      half.search_all || half.search_old ? view.bytes.size : std::min(unknown, view.bytes.size);
  auto const begin = half.search_old ? 0 : view.old_size - std::min(view.old_size, kJunction);
  half.search_old = false;
  if (begin < end) {
    search(number, {view.bytes.data + begin, end - begin});
    for (auto const pattern : found_patterns_) {
      select(number, pattern);
      if (!half.add_candidate(pattern, half.inspected)) half.search_old = true;
    }
  }
  half.search_all = half.search_all && half.inspected != half.next;
  half.search_new = unknown > view.bytes.size;
  half.visit_candidates([&](PatternId pattern) { select(number, pattern); });
}

/// Bytes that were acknowledged a chunk ago but did not arrive will not come: rules inspect the bytes
/// before the gap, then those after it. A capture may show an acknowledgment before its bytes.
void Detector::inspect_gaps(MatchInput const& input, Work& work) {
  auto& half = sessions_[input.flow_index].halves[input.to_server ? 0 : 1];
  auto only_stream = input;
  only_stream.stream = &work.view;
  only_stream.no_packet = true;
  // Later packets continue: a sender can leave 130,000 gaps for one acknowledgment.
  for (unsigned gaps = 0; gaps < kMaxGaps; ++gaps) {
    bool const due = half.acked > half.next && half.acked - half.next >= kChunk;
    if (!due || half.later.empty()) return;
    read_stream(input, input.to_server, true, false);
    while (!input.encrypted && take_view(half, search_in(input.group), half.next, work.view)) {
      evaluate(only_stream, work);
      selected_.clear();
    }
    tcp_.skip_gap(half);
  }
}

/// Counts the bytes up to `end` as inspected if no rule can match in them: none is selected by a
/// pattern, and none looks at streams without one. They need not be copied for that. False otherwise.
bool Detector::pass_over(StreamHalf& half, RuleGroups::Id group, std::uint32_t end) {
  auto const first = std::max(half.inspected, half.bytes.begin);
  end = std::min(end, half.bytes.end());
  if (end <= first || looks_at_streams_[group]) return false;
  auto const begin = first - std::min(first, kBefore);
  half.drop_candidates_before(begin);
  bool const unknown = half.search_all || half.search_old || half.unknown_bytes(begin) > 0;
  if (search_in(group) != 0 && (unknown || half.has_candidates())) return false;
  half.clear_candidates();
  half.small_searched = false;
  half.inspected = end;
  ++counters_.inspections;
  tcp_.discard_before(half, end - std::min(end, kBefore));
  return true;
}

/// Only parsers see bytes that are encrypted. They have read those up to `end`.
void Detector::pass_encrypted(StreamHalf& half, std::uint32_t end) {
  half.clear_candidates();
  half.inspected = std::max(half.inspected, end);
  tcp_.discard_before(half, end);
}

/// Adds the bytes of the packet's direction that are due. Acknowledged bytes do not wait for a whole
/// chunk after the client has closed first (Suricata: TCP state close_wait and later).
void Detector::add_due_bytes(MatchInput& input, bool closed, Work& work) {
  auto& session = sessions_[input.flow_index];
  auto& half = session.halves[input.to_server ? 0 : 1];
  bool const at_once = options_.ips || closed || session.halves[0].closes_first;
  auto const end = options_.ips || closed ? half.next : std::min(half.acked, half.next);
  if (input.encrypted) return pass_encrypted(half, end);
  auto const due = end - std::min(half.inspected, end);
  if (due == 0 || (due < kChunk && !at_once)) return;
  if (pass_over(half, input.group, end)) return;
  if (take_view(half, search_in(input.group), end, work.view)) input.stream = &work.view;
}

}  // namespace warpline::ids
