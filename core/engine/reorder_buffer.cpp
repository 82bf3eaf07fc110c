// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "core/engine/reorder_buffer.hpp"

#include <utility>

namespace warpline {

ReorderBuffer::ReorderBuffer(std::size_t capacity, bool ordered)
    : ordered_(ordered), slots_(ordered ? capacity : 0), finished_(ordered ? 0 : capacity) {}

void ReorderBuffer::finish(std::uint64_t ticket, BatchPtr batch, Outcome outcome) noexcept {
  Entry entry{std::move(batch), outcome};
  if (ordered_)
    slots_[ticket % slots_.size()] = std::move(entry);
  else
    finished_.push(std::move(entry));
}

bool ReorderBuffer::ready() const noexcept {
  if (!ordered_) return !finished_.empty();
  return !empty() && slots_[left_ % slots_.size()].outcome != Outcome::kPending;
}

ReorderBuffer::Entry ReorderBuffer::leave() noexcept {
  auto const ticket = left_++;
  return ordered_ ? std::exchange(slots_[ticket % slots_.size()], Entry{}) : finished_.pop();
}

}  // namespace warpline
