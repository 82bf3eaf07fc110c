// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ipsec/sa_slots.hpp"

#include <algorithm>
#include <cstring>
#include <new>

#include "core/big_pages.hpp"
#include "core/secret_pages.hpp"
#include "elements/ipsec/esp_sizes.hpp"

namespace warpline::ipsec {
namespace {

std::uint64_t last_sequence(SaConfig const& sa) {
  auto const most = sa.form.esn ? SaUse::kLastExtended : SaUse::kLastSequence;
  if (!sa.hard.packets) return most;
  return sa.last_sequence + std::min(*sa.hard.packets, most - sa.last_sequence);
}

}  // namespace

SaSlots::SaSlots(std::uint32_t capacity)
    : capacity_(capacity),
      keys_(capacity, secret_pages()),
      places_(capacity, big_pages()),
      selectors_(capacity, big_pages()),
      states_(capacity),
      cpu_keys_(std::make_shared<CpuKeys>(std::size_t{capacity})) {}

SaSlots::~SaSlots() {
  for (std::uint32_t index = 0; index < capacity_; ++index) erase(index);
}

void SaSlots::set(std::uint32_t index, SaConfig const& sa, Direction direction) {
  erase(index);
  keys_[index] =
      make_sa_keys(sa.suite, direction, sa.form.esn, sa.key.bytes(), sa.authentication.bytes());
  cpu_keys_->set(index, keys_[index]);
  auto& place = places_[index];
  if (direction == Direction::kOutbound)
    new (&place.outbound) OutboundSa(sa.spi, sa.form, sa.last_sequence);
  else
    (new (&place.inbound) InboundSa(sa.form, sa.replay_window))
        ->window.restore(sa.last_received, sa.received);
  if (direction == Direction::kInbound && sa.selector && *sa.selector != TrafficSelector{}) {
    selectors_[index] = SaSelector(*sa.selector);
    place.inbound.selects = true;
  }
  auto* const use = new (&place.use) SaUse(direction);
  if (direction == Direction::kOutbound) {
    resume(index, sa);
    if (sa.hard.bytes) use->outbound.hard_bytes = *sa.hard.bytes;
  }
  refresh(index);
  states_[index].store(static_cast<std::uint8_t>(1 + static_cast<std::uint8_t>(direction)),
                       std::memory_order_release);
}

void SaSlots::resume(std::uint32_t index, SaConfig const& sa) {
  auto& place = places_[index];
  place.outbound.last.store(sa.last_sequence, std::memory_order_relaxed);
  auto& use = place.use.outbound;
  use.last_sequence = last_sequence(sa);
  use.limit.store(use.last_sequence, std::memory_order_relaxed);
}

ReplayWindow& SaSlots::keep_window(std::uint32_t index, ReplayWindow::Word* memory) {
  auto& window = places_[index].inbound.window;
  auto const size = window.size();
  bool const extended = window.extended();
  std::destroy_at(&window);
  return *new (&window) ReplayWindow(size, extended, memory);
}

void SaSlots::erase(std::uint32_t index) noexcept {
  auto const state = states_[index].exchange(kEmpty, std::memory_order_acq_rel);
  if (state == kEmpty) return;
  if (state == 1 + static_cast<std::uint8_t>(Direction::kInbound))
    places_[index].inbound.~InboundSa();
  explicit_bzero(&keys_[index], sizeof keys_[index]);
  cpu_keys_->wipe(index);
  selectors_[index] = SaSelector();
}

void SaSlots::wipe(std::uint32_t index) noexcept {
  if (states_[index].load(std::memory_order_relaxed) == kEmpty) return;
  erase(index);
  refresh(index);
}

bool SaSlots::made(Packet const& packet) const noexcept {
  SaTag const tag(packet.tag);
  auto const index = tag.index(), offset = SaTag::kFirstOffset + tag.offset();
  return holds(index, Direction::kOutbound) && packet.length >= offset &&
         EspSizes(keys_[index], packet.length - offset).good() &&
         places_[index].outbound.esp.made(packet, offset);
}

SaKeys const* SaSlots::upload(Device& device) {
  if (std::find(devices_.begin(), devices_.end(), &device) == devices_.end())
    devices_.push_back(&device);
  return device.upload(static_cast<SaKeys const*>(keys_.data()), keys_.size());
}

void SaSlots::refresh(std::uint32_t index) noexcept {
  // A device that could not takes no more work, so it has no use for later keys either.
  std::erase_if(devices_, [&](Device* device) {
    return !device->refresh(&keys_[index], sizeof keys_[index]).empty();
  });
}

}  // namespace warpline::ipsec
