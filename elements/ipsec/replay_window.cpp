// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ipsec/replay_window.hpp"

#include <algorithm>
#include <bit>
#include <utility>

namespace warpline::ipsec {
namespace {

constexpr std::uint32_t kNumbers = 32;  // of a block

/// Blocks such that one more turn around the ring is left of the window.
std::uint32_t blocks(std::uint32_t size) {
  return std::bit_ceil((size + 2 * (kNumbers - 1)) / kNumbers);
}

}  // namespace

std::uint32_t ReplayWindow::memory_words(std::uint32_t size) {
  return 1 + blocks(std::clamp(size, kLeast, kMost));
}

ReplayWindow::ReplayWindow(std::uint32_t size, bool esn, Word* memory, bool resume)
    : state_(memory != nullptr ? memory : in_place_),
      size_(static_cast<std::uint16_t>(std::clamp(size, kLeast, kMost))),
      mask_(static_cast<std::uint16_t>(blocks(size_) - 1)),
      esn_(esn) {
  owned_ = memory == nullptr && memory_words(size_) > kInPlace;
  if (owned_) state_ = new Word[memory_words(size_)]();
  if (resume) return;
  for (std::uint32_t i = 0; i < memory_words(size_); ++i)
    state_[i].store(0, std::memory_order_relaxed);
  state_[1] = bit(0);  // number 0 is not sent (RFC 4303 section 3.3.3)
}

ReplayWindow::~ReplayWindow() {
  if (owned_) delete[] state_;
}

void ReplayWindow::restore(std::uint64_t highest, std::span<std::uint32_t const> seen) noexcept {
  state_[0].store(highest, std::memory_order_relaxed);
  for (std::uint32_t back = 0; back < size_ && back < highest; ++back) {
    auto const number = highest - back;
    bool const known = back > 0 && back / kNumbers < seen.size();
    bool const accepted = !known || (seen[back / kNumbers] >> back % kNumbers & 1) != 0;
    auto& place = word(number);
    auto const before = place.load(std::memory_order_relaxed);
    place.store(
        (same_block(before, number) ? before : block(number)) | (accepted ? bit(number) : 0),
        std::memory_order_relaxed);
  }
}

std::vector<std::uint32_t> ReplayWindow::accepted_below(std::uint64_t highest) const {
  std::vector<std::uint32_t> seen((size_ + kNumbers - 1) / kNumbers, ~0u);
  for (std::uint32_t back = 0; back < size_ && back < highest; ++back)
    if (check(highest - back) == Replay::kFresh) seen[back / kNumbers] &= ~(1u << back % kNumbers);
  return seen;
}

ReplayWindow::ReplayWindow(ReplayWindow&& other) noexcept
    : state_(other.state_ == other.in_place_ ? in_place_ : other.state_),
      size_(other.size_),
      mask_(other.mask_),
      esn_(other.esn_),
      owned_(std::exchange(other.owned_, false)) {
  for (unsigned i = 0; i < kInPlace; ++i) in_place_[i] = other.in_place_[i].load();
}

}  // namespace warpline::ipsec
