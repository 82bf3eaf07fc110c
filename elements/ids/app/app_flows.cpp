// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ids/app/app_flows.hpp"

#include <algorithm>
#include <utility>

#include "core/base/big_pages.hpp"
#include "core/net/wire.hpp"
#include "elements/ids/app/probe.hpp"

namespace warpline::ids {
namespace {

bool counts_itself(std::uint32_t kind) {
  return kind / 2 == static_cast<std::uint32_t>(AppProtocol::kHttp);
}

}  // namespace

AppFlows::AppFlows(std::uint32_t flows, Factory factory, AppMemory& memory)
    : factory_(std::move(factory)), memory_(&memory), flows_(flows, big_pages()) {}

bool AppFlows::add_stream(std::uint32_t index, Flow& flow, bool to_server, StreamHalf const& half,
                          std::uint32_t end, bool closed, BlockPool const& pool) {
  auto& entry = flows_[index];
  auto& read = entry.read[to_server ? 0 : 1];
  if ((entry.stopped & bit(to_server)) != 0 && entry.slot == kNone) return true;
  if (entry.renews && !closed) return true;
  end = std::min(end, half.bytes.end());
  bool const has_bytes = half.bytes.size > 0 && end > read;
  if (!has_bytes && !closed) return true;
  if (has_bytes && read < half.bytes.begin) {
    ++counters_.gaps;
    auto const missing = half.bytes.begin - read;
    read = half.bytes.begin;
    if (entry.slot == kNone) {
      entry.stopped |= bit(to_server);
      return true;
    }
    react(entry, slots_[entry.slot].session->skip(to_server, missing));
  }
  if (entry.slot == kNone) {
    auto const size = has_bytes ? std::min(end - read, kMaxProbe) : 0;
    if (size > 0 && !half.bytes.copy(pool, read, size, probe_.data())) return true;
    if (!find_protocol(entry, flow, to_server, {probe_.data(), size}, closed || size == kMaxProbe))
      return true;
    if (to_server != entry.client_first) return false;
  }
  if (has_bytes && entry.slot != kNone) {
    half.bytes.visit(pool, read, end - read, [&](Bytes bytes) { add(entry, to_server, bytes); });
    read = end;
  }
  if (closed && entry.slot != kNone) {
    slots_[entry.slot].session->close(to_server);
    entry.changed |= bit(to_server);
  }
  return true;
}

bool AppFlows::add_datagram(std::uint32_t index, Flow& flow, bool to_server, Bytes payload) {
  auto& entry = flows_[index];
  bool const client_was_second = flow.client_is_second;
  if (entry.slot == kNone) {
    if ((entry.stopped & bit(to_server)) != 0) return to_server;
    bool const found = find_protocol(entry, flow, to_server, payload, true);
    if (flow.client_is_second != client_was_second) to_server = !to_server;
    if (!found) return to_server;
  }
  add(entry, to_server, payload);
  return to_server;
}

bool AppFlows::take_changed(std::uint32_t index, bool to_server) {
  auto& changed = flows_[index].changed;
  bool const result = (changed & bit(to_server)) != 0;
  changed &= static_cast<Directions>(~bit(to_server));
  return result;
}

bool AppFlows::take_detected(std::uint32_t index, bool to_server) {
  auto& entry = flows_[index];
  if (!entry.known || (entry.announced & bit(to_server)) != 0) return false;
  entry.announced |= bit(to_server);
  return true;
}

void AppFlows::renew(std::uint32_t index) {
  auto& entry = flows_[index];
  close(entry);
  auto const* const read = entry.read;
  entry = {.read = {read[0], read[1]}};
}

void AppFlows::clear(std::uint32_t index) {
  close(flows_[index]);
  flows_[index] = {};
}

void AppFlows::take_over(AppFlows& old, bool same_sessions) {
  flows_.swap(old.flows_);
  slots_.swap(old.slots_);
  free_.swap(old.free_);
  std::swap(memory_, old.memory_);
  factory_number_ = old.factory_number_ + (same_sessions ? 0 : 1);
  counters_ = old.counters_;
}

void AppFlows::close(Entry& entry) {
  if (entry.slot == kNone) return;
  auto& slot = slots_[entry.slot];
  slot.session->restart();
  // Sessions of other flows may need its memory more.
  constexpr std::size_t kMaxKept = 32 * 1024;
  bool const is_large = slot.memory > kMaxKept || memory_->used > memory_->limit / 2;
  if (is_large && !counts_itself(slot.kind)) {
    slot.session.reset();
    count_memory(slot);
  }
  free_[slot.kind].push_back(entry.slot);
  entry.slot = kNone;
}

/// True once the protocol is known. A direction whose bytes are of no protocol waits for the other
/// one's.
bool AppFlows::find_protocol(Entry& entry, Flow& flow, bool to_server, Bytes bytes, bool at_end) {
  if (entry.known) return false;
  bool const over_tcp = flow.key.protocol == protocol::kTcp;
  if (!entry.started) {
    entry.started = true;
    entry.client_first = to_server;
  }
  auto const server_port = flow.key.ports[flow.client_is_second ? 0 : 1];
  auto const [found, reversed] =
      detect_protocol({bytes, over_tcp, to_server, server_port, entry.client_first, at_end});
  if (found == AppProtocol::kUnknown) return false;
  if (reversed) flow.exchange_ends();
  if (found == AppProtocol::kFailed) {
    entry.stopped |= bit(to_server);
    entry.known = entry.stopped == kBoth;
    // What follows in a connection of another protocol belongs to that one.
    if (entry.known && flow.app_protocol == AppProtocol::kUnknown)
      flow.app_protocol = AppProtocol::kFailed;
    return false;
  }
  entry.known = true;
  flow.app_protocol = found;
  ++counters_.flows[static_cast<std::size_t>(found)];
  counters_.dns_over_udp += found == AppProtocol::kDns && !over_tcp;
  entry.stopped = 0;
  open(entry, found, over_tcp);
  if (entry.slot == kNone) entry.stopped = kBoth;
  return entry.slot != kNone;
}

void AppFlows::open(Entry& entry, AppProtocol protocol, bool over_tcp) {
  auto const kind = static_cast<std::uint32_t>(protocol) * 2 + (over_tcp ? 1 : 0);
  auto& free = free_[kind];
  if (!free.empty()) {
    entry.slot = free.back();
    free.pop_back();
    auto& slot = slots_[entry.slot];
    if (slot.session && slot.factory == factory_number_) return;
    slot.session = factory_(protocol, over_tcp);
    slot.factory = factory_number_;
    return;
  }
  auto session = factory_(protocol, over_tcp);
  if (!session) return;
  entry.slot = static_cast<std::uint32_t>(slots_.size());
  slots_.push_back({std::move(session), kind, factory_number_, 0});
  free.reserve(slots_.size());  // `clear` allocates nothing
}

void AppFlows::add(Entry& entry, bool to_server, Bytes bytes) {
  if ((entry.stopped & bit(to_server)) != 0) return;
  entry.changed |= bit(to_server);
  auto& slot = slots_[entry.slot];
  react(entry, slot.session->add(to_server, bytes));
  if (count_memory(slot)) return;
  ++counters_.out_of_memory;
  entry.stopped = kBoth;
  for (bool const direction : {true, false}) slot.session->close(direction);
}

/// False if the memory of all sessions is used up.
bool AppFlows::count_memory(Slot& slot) {
  if (counts_itself(slot.kind)) return true;
  auto const now = slot.session ? slot.session->memory() : 0;
  return memory_->replace(std::exchange(slot.memory, now), now);
}

void AppFlows::react(Entry& entry, AppSession::Status status) {
  using enum AppSession::Status;
  if (status == kContinue) return;
  entry.encrypted |= status == kBeginsEncryption || status == kEncrypted;
  if (status == kBeginsEncryption) return;
  counters_.failed_parsers += status == kFailed;
  entry.renews = status == kNewProtocol;
  entry.stopped = kBoth;
}

}  // namespace warpline::ids
