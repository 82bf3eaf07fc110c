// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ids/flow/flow_table.hpp"

#include <algorithm>
#include <bit>
#include <utility>

#include "core/base/big_pages.hpp"
#include "core/net/wire.hpp"

namespace warpline::ids {
namespace {

constexpr std::uint32_t kCandidates = 32;  // looked at to find one to evict

std::size_t slots_for(std::uint32_t capacity) {
  return std::bit_ceil(std::max<std::size_t>(std::size_t{capacity} * 2, 2));
}

}  // namespace

FlowTable::FlowTable(std::uint32_t capacity, std::uint64_t seed, FlowTimeouts timeouts,
                     Removal removal)
    : seed_(seed),
      timeouts_(timeouts),
      removal_(std::move(removal)),
      flows_(capacity, big_pages()),
      slots_(slots_for(capacity), big_pages()),
      used_(capacity),
      shift_(64 - static_cast<unsigned>(std::countr_zero(slots_.size()))) {
  for (auto index = capacity; index-- > 0;) {
    flows_[index].next = free_;
    free_ = index;
  }
}

std::size_t FlowTable::bytes(std::uint32_t capacity) {
  return capacity * sizeof(Flow) + slots_for(capacity) * sizeof(Slot) + capacity / 8;
}

std::uint32_t FlowTable::find(FlowKey const& key, std::uint64_t hash) const {
  auto const last = slots_.size() - 1;
  for (auto at = home(hash);; at = (at + 1) & last) {
    auto const& slot = slots_[at];
    if (slot.index == Flow::kNone) return Flow::kNone;
    if (slot.tag == tag_of(hash) && flows_[slot.index].key == key) return slot.index;
  }
}

std::uint32_t FlowTable::add(FlowKey const& key, std::uint64_t hash, std::uint32_t now_ms) {
  if (free_ == Flow::kNone && evict(now_ms) == Flow::kNone) return Flow::kNone;
  auto const index = free_;
  auto& flow = flows_[index];
  free_ = flow.next;
  flow = Flow{};
  flow.key = key;
  flow.last_seen_ms = now_ms;
  used_[index] = true;
  ++size_;
  auto const last = slots_.size() - 1;
  auto at = home(hash);
  while (slots_[at].index != Flow::kNone) at = (at + 1) & last;
  slots_[at] = {index, tag_of(hash)};
  return index;
}

void FlowTable::remove(std::uint32_t index) {
  auto& flow = flows_[index];
  removal_(index, flow);
  auto const last = slots_.size() - 1;
  auto at = home(hash(flow.key));
  while (slots_[at].index != index) at = (at + 1) & last;
  unlink(at);
  used_[index] = false;
  --size_;
  flow.next = free_;
  free_ = index;
}

/// Closes the gap: later entries that could not have their own place move back.
void FlowTable::unlink(std::size_t slot) {
  auto const last = slots_.size() - 1;
  auto gap = slot;
  for (auto at = (slot + 1) & last; slots_[at].index != Flow::kNone; at = (at + 1) & last) {
    auto const own_place = home(hash(flows_[slots_[at].index].key));
    if (((at - own_place) & last) < ((at - gap) & last)) continue;
    slots_[gap] = slots_[at];
    gap = at;
  }
  slots_[gap] = {};
}

std::uint32_t FlowTable::timeout_ms(Flow const& flow) const {
  bool const tcp = flow.key.protocol == protocol::kTcp;
  std::uint32_t seconds = 0;
  switch (flow.state) {
    case FlowState::kNew:
      seconds = tcp ? timeouts_.fresh : timeouts_.other_fresh;
      break;
    case FlowState::kEstablished:
      seconds = tcp ? timeouts_.established : timeouts_.other_established;
      break;
    case FlowState::kClosed:
      seconds = timeouts_.closed;
      break;
    case FlowState::kBypassed:
      seconds = timeouts_.bypassed;
      break;
  }
  return seconds * 1000;
}

std::uint32_t FlowTable::expire(std::uint32_t now_ms, std::uint32_t count) {
  std::uint32_t removed = 0;
  auto const places = static_cast<std::uint32_t>(flows_.size());
  for (std::uint32_t i = 0; i < std::min(count, places) && size_ > 0; ++i) {
    hand_ = hand_ + 1 < places ? hand_ + 1 : 0;
    if (!used_[hand_] || !is_over(hand_, now_ms)) continue;
    remove(hand_);
    ++removed;
  }
  return removed;
}

std::uint32_t FlowTable::evict(std::uint32_t now_ms) {
  auto const count = static_cast<std::uint32_t>(flows_.size());
  auto oldest = Flow::kNone;
  for (std::uint32_t i = 0; i < std::min(kCandidates, count); ++i) {
    hand_ = hand_ + 1 < count ? hand_ + 1 : 0;
    if (!used_[hand_] || flows_[hand_].held != 0) continue;
    auto const age_of = [&](std::uint32_t index) { return now_ms - flows_[index].last_seen_ms; };
    if (oldest == Flow::kNone || age_of(hand_) > age_of(oldest)) oldest = hand_;
  }
  if (oldest == Flow::kNone) return oldest;
  remove(oldest);
  ++evicted_;
  return oldest;
}

void FlowTable::take_over(FlowTable& old) noexcept {
  std::swap(seed_, old.seed_);
  flows_.swap(old.flows_);
  slots_.swap(old.slots_);
  used_.swap(old.used_);
  std::swap(shift_, old.shift_);
  std::swap(size_, old.size_);
  std::swap(free_, old.free_);
  std::swap(hand_, old.hand_);
  std::swap(evicted_, old.evicted_);
}

void FlowTable::clear() {
  for (std::uint32_t index = 0; index < flows_.size(); ++index)
    if (used_[index]) remove(index);
}

}  // namespace warpline::ids
