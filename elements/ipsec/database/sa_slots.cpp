// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ipsec/database/sa_slots.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <cstring>
#include <new>

#include "core/base/error.hpp"
#include "elements/ipsec/esp/esp_sizes.hpp"
#include "elements/ipsec/esp/sa_tag.hpp"

namespace warpline::ipsec {
namespace {

std::uint64_t last_sequence(SaConfig const& sa) {
  auto const max = sa.form.esn ? SaCounters::kLastExtended : SaCounters::kLastSequence;
  if (!sa.hard.packets || sa.last_sequence >= max) return max;
  return sa.last_sequence + std::min(*sa.hard.packets, max - sa.last_sequence);
}

/// As many as there can be addresses for.
std::uint32_t possible_capacity(std::size_t bytes_each) {
  rlimit limit{};
  if (::getrlimit(RLIMIT_AS, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY)
    return SaTag::kCapacity;
  // A quarter of them: the program has other uses.
  std::uint32_t capacity = SaTag::kCapacity;
  while (capacity > SaKeyTable::kFirstChunk && capacity > limit.rlim_cur / 4 / bytes_each)
    capacity /= 2;
  return capacity;
}

}  // namespace

SaSlots::SaSlots()
    : capacity_(possible_capacity(sizeof(SaKeys) + sizeof(Entry) + sizeof(SaSelector) + 64)),
      keys_(capacity_),
      entries_(capacity_),
      selectors_(capacity_),
      states_(capacity_),
      cpu_keys_(std::make_shared<CpuKeys>(std::size_t{capacity_})) {
  keys_.exclude_from_dumps();
}

SaSlots::~SaSlots() {
  for (std::uint32_t index = 0; index < states_.size(); ++index) erase(index);
}

std::size_t SaSlots::host_bytes(Suite suite) {
  return sizeof(SaKeys) + sizeof(Entry) + sizeof(SaSelector) + sizeof(states_[0]) +
         CpuKeys::bytes(suite);
}

/// Makes the chunk of an index and those before it accessible, here and on devices.
void SaSlots::grow(std::uint32_t index) {
  auto const last = SaKeyTable::chunk_of(index);
  auto const before = static_cast<std::uint32_t>(states_.size());
  auto chunk = before == 0 ? 0 : SaKeyTable::chunk_of(before);
  for (; chunk <= last; ++chunk) {
    auto const size = SaKeyTable::first_of(chunk) + SaKeyTable::size_of(chunk);
    keys_.grow(size);
    entries_.grow(size);
    selectors_.grow(size);
    std::string reason;
    for (auto& keys : devices_)
      if (reason.empty() && !keys.failed) reason = extend(keys, chunk);
    if (!reason.empty()) throw ConfigError(reason);
    states_.grow(size);
  }
}

void SaSlots::set(std::uint32_t index, SaConfig const& sa, Direction direction) {
  if (index >= states_.size()) grow(index);
  erase(index);
  keys_[index] =
      make_sa_keys(sa.suite, direction, sa.form.esn, sa.key.bytes(), sa.authentication.bytes());
  keys_[index].udp_checksum = direction == Direction::kOutbound && sa.form.has_udp_checksum();
  cpu_keys_->set(index, keys_[index]);
  auto& place = entries_[index];
  if (direction == Direction::kOutbound)
    new (&place.outbound) OutboundSa(sa.spi, sa.form, sa.last_sequence);
  else
    (new (&place.inbound) InboundSa(sa.form, sa.replay_window))
        ->window.restore(sa.last_received, sa.received);
  if (direction == Direction::kInbound && sa.selector && *sa.selector != TrafficSelector{}) {
    new (&selectors_[index]) SaSelector(*sa.selector);
    place.inbound.selects = true;
  }
  auto* const use = new (&place.use) SaCounters(direction);
  if (direction == Direction::kOutbound) {
    resume(index, sa);
    if (sa.hard.bytes) use->outbound.hard_bytes = *sa.hard.bytes;
  }
  refresh(index);
  count_.fetch_add(1, std::memory_order_relaxed);
  states_[index].store(static_cast<std::uint8_t>(1 + static_cast<std::uint8_t>(direction)),
                       std::memory_order_release);
}

void SaSlots::resume(std::uint32_t index, SaConfig const& sa) {
  auto& place = entries_[index];
  auto& use = place.use.outbound;
  use.last_sequence = last_sequence(sa);
  place.outbound.last.store(std::min(sa.last_sequence, use.last_sequence),
                            std::memory_order_relaxed);
  use.limit.store(use.last_sequence, std::memory_order_relaxed);
}

ReplayWindow& SaSlots::keep_window(std::uint32_t index, ReplayWindow::Word* memory) {
  auto& window = entries_[index].inbound.window;
  auto const size = window.size();
  bool const extended = window.extended();
  std::destroy_at(&window);
  return *new (&window) ReplayWindow(size, extended, memory);
}

void SaSlots::erase(std::uint32_t index) noexcept {
  auto const state = states_[index].exchange(kEmpty, std::memory_order_acq_rel);
  if (state == kEmpty) return;
  count_.fetch_sub(1, std::memory_order_relaxed);
  if (state == 1 + static_cast<std::uint8_t>(Direction::kInbound)) {
    if (entries_[index].inbound.selects) selectors_[index].~SaSelector();
    entries_[index].inbound.~InboundSa();
  }
  explicit_bzero(&keys_[index], sizeof keys_[index]);
  cpu_keys_->wipe(index);
}

void SaSlots::wipe(std::uint32_t index) noexcept {
  if (index >= states_.size() || states_[index].load(std::memory_order_relaxed) == kEmpty) return;
  erase(index);
  refresh(index);
}

bool SaSlots::is_own(Packet const& packet) const noexcept {
  SaTag const tag(packet.tag);
  auto const index = tag.index(), offset = SaTag::kFirstOffset + tag.offset();
  return holds(index, Direction::kOutbound) && packet.length >= offset &&
         EspSizes(keys_[index], packet.length - offset).good() &&
         entries_[index].outbound.esp.is_own(packet, offset);
}

SaKeyTable SaSlots::upload(Device& device) {
  auto const memory = device.table_memory();
  auto entry = std::find_if(devices_.begin(), devices_.end(),
                            [&](DeviceKeys const& keys) { return keys.memory == memory; });
  if (entry == devices_.end()) {
    DeviceKeys keys{memory, {}, std::make_unique<SaKeys const* []>(SaKeyTable::kChunks), {}};
    for (std::uint32_t chunk = 0; SaKeyTable::first_of(chunk) < states_.size(); ++chunk)
      upload_chunk(keys, chunk);
    keys.table = device.upload<SaKeys const*>(keys.addresses.get(), SaKeyTable::kChunks);
    entry = devices_.insert(devices_.end(), std::move(keys));
  }
  return {entry->table.get()};
}

void SaSlots::upload_chunk(DeviceKeys& keys, std::uint32_t chunk) {
  keys.chunks.emplace_back(keys.memory, &keys_[SaKeyTable::first_of(chunk)],
                           SaKeyTable::size_of(chunk));
  keys.addresses[chunk] = keys.chunks.back().get();
}

/// Gives a device the next chunk. Returns the reason if it has no memory for it; empty on success,
/// or if the device has failed and accepts no more work.
std::string SaSlots::extend(DeviceKeys& keys, std::uint32_t chunk) {
  std::string reason;
  // It may have the chunk already: another device had no memory for it.
  try {
    if (chunk == keys.chunks.size()) upload_chunk(keys, chunk);
  } catch (ConfigError const& error) {
    reason = error.what();
  }
  // Also if there is nothing to update: a device that cannot do this has failed.
  if (keys.table.refresh(&keys.addresses[chunk]).empty()) return reason;
  keys.failed = true;
  return {};
}

void SaSlots::refresh(std::uint32_t index) noexcept {
  auto const chunk = SaKeyTable::chunk_of(index);
  // A device that failed here accepts no more work, so it needs no later keys.
  for (auto& keys : devices_)
    if (!keys.failed) keys.failed = !keys.chunks[chunk].refresh(&keys_[index]).empty();
}

}  // namespace warpline::ipsec
