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

ReplayWindow::ReplayWindow(std::uint32_t size, bool esn)
    : size_(static_cast<std::uint16_t>(std::clamp(size, kLeast, kMost))),
      mask_(static_cast<std::uint16_t>(blocks(size_) - 1)),
      esn_(esn) {
  if (mask_ >= kInPlace) beside_ = std::make_unique<Word[]>(mask_ + 1u);
  words()[0] = bit(0);  // number 0 is not sent (RFC 4303 section 3.3.3)
}

void ReplayWindow::restore(std::uint64_t highest, std::span<std::uint32_t const> seen) noexcept {
  highest_.store(highest, std::memory_order_relaxed);
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

ReplayWindow::ReplayWindow(ReplayWindow&& other) noexcept
    : highest_(other.highest_.load()),
      beside_(std::move(other.beside_)),
      size_(other.size_),
      mask_(other.mask_),
      esn_(other.esn_) {
  for (unsigned i = 0; i < kInPlace; ++i) in_place_[i] = other.in_place_[i].load();
}

}  // namespace warpline::ipsec
