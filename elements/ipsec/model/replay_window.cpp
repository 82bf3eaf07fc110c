// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ipsec/model/replay_window.hpp"

#include <algorithm>
#include <bit>
#include <utility>

namespace warpline::ipsec {
namespace {

constexpr std::uint32_t kNumbers = 32;  // of a block

/// Number of blocks; with one more turn of the ring, a block is left of the window.
std::uint32_t blocks(std::uint32_t size) {
  return std::bit_ceil((size + 2 * (kNumbers - 1)) / kNumbers);
}

}  // namespace

std::uint32_t ReplayWindow::ring_words(std::uint32_t size) {
  return blocks(std::clamp(size, kMin, kMax));
}

ReplayWindow::ReplayWindow(std::uint32_t size, bool esn, Word* memory)
    : words_(memory != nullptr ? memory : in_place_),
      size_(static_cast<std::uint16_t>(std::clamp(size, kMin, kMax))),
      mask_(static_cast<std::uint16_t>(blocks(size_) - 1)),
      esn_(esn) {
  owned_ = memory == nullptr && mask_ >= kInPlace;
  if (owned_) words_ = new Word[mask_ + 1u]();
  if (memory == nullptr) words_[0] = bit(0);  // number 0 is not sent (RFC 4303 section 3.3.3)
}

ReplayWindow::~ReplayWindow() {
  if (owned_) delete[] words_;
}

void ReplayWindow::clear() noexcept {
  highest_.store(0, std::memory_order_relaxed);
  for (std::uint32_t i = 0; i <= mask_; ++i) words_[i].store(0, std::memory_order_relaxed);
  words_[0] = bit(0);
}

// A word contains the low 37 bits of its numbers; the highest ones are near `accepted`.
bool ReplayWindow::resume(std::uint64_t accepted) {
  constexpr unsigned kKnownBits = 32 + kBlockBits;
  constexpr auto kBehind = std::uint64_t{1} << (kKnownBits - 1);
  auto highest = accepted;
  for (std::uint32_t i = 0; i <= mask_; ++i) {
    auto const word = words_[i].load(std::memory_order_relaxed);
    auto const bits = static_cast<std::uint32_t>(word);
    if (bits == 0) continue;
    auto const last =
        word >> 32 << kBlockBits | (31u - static_cast<unsigned>(std::countl_zero(bits)));
    auto const ahead = (last - accepted) & ((std::uint64_t{1} << kKnownBits) - 1);
    if (ahead < kBehind) highest = std::max(highest, accepted + ahead);
  }
  highest_.store(highest, std::memory_order_relaxed);
  bool const possible = esn_ || highest <= 0xffffffff;
  if (possible && (is_too_old(accepted) || check(accepted) == Replay::kReplayed)) return true;
  clear();
  return false;
}

void ReplayWindow::restore(std::uint64_t highest, std::span<std::uint32_t const> bits) noexcept {
  clear();
  highest_.store(highest, std::memory_order_relaxed);
  for (std::uint32_t back = 0; back < size_ && back < highest; ++back) {
    auto const number = highest - back;
    bool const known = back > 0 && back / kNumbers < bits.size();
    bool const accepted = !known || (bits[back / kNumbers] >> back % kNumbers & 1) != 0;
    auto& place = word(number);
    auto const before = place.load(std::memory_order_relaxed);
    place.store(
        (same_block(before, number) ? before : block(number)) | (accepted ? bit(number) : 0),
        std::memory_order_relaxed);
  }
}

std::vector<std::uint32_t> ReplayWindow::accepted_below(std::uint64_t highest) const {
  std::vector<std::uint32_t> bits((size_ + kNumbers - 1) / kNumbers, ~0u);
  for (std::uint32_t back = 0; back < size_ && back < highest; ++back)
    if (check(highest - back) == Replay::kFresh) bits[back / kNumbers] &= ~(1u << back % kNumbers);
  return bits;
}

ReplayWindow::ReplayWindow(ReplayWindow&& other) noexcept
    : highest_(other.highest_.load()),
      words_(other.words_ == other.in_place_ ? in_place_ : other.words_),
      size_(other.size_),
      mask_(other.mask_),
      esn_(other.esn_),
      owned_(std::exchange(other.owned_, false)) {
  for (unsigned i = 0; i < kInPlace; ++i) in_place_[i] = other.in_place_[i].load();
}

}  // namespace warpline::ipsec
