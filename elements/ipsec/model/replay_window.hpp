// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <span>
#include <vector>

#include "core/base/prefetch.hpp"

namespace warpline::ipsec {

/// The result of a replay check of a sequence number.
enum class Replay : std::uint8_t {
  kFresh,     ///< never accepted, not too old
  kReplayed,  ///< accepted before; or 0, which no sender uses
  kTooOld,    ///< left of the window
};

/// Anti-replay of one inbound SA (RFC 4303 section 3.4.3 and appendix A2), without locks. Any
/// number of threads may call any method at any time. Packets may be checked in one order and
/// marked in another, at any distance. If one number is marked several times, exactly one call
/// returns `kFresh`, once the number was authenticated.
///
/// A ring of words, each a block of 32 numbers: the block's own number (modulo 2^32) and a bit for
/// each number. Consecutive blocks follow each other in the ring, so that a newer one replaces an
/// older. The ring is longer than the window: a replaced block is left of it. 64 numbers need no
/// memory outside this object.
///
/// The ring may be in the caller's memory, such as a mapped file. At every moment, also in the
/// middle of `mark`, another window can resume from it and accepts no number that this one has
/// accepted.
class ReplayWindow {
 public:
  using Word = std::atomic<std::uint64_t>;  ///< block number, bits
  static constexpr std::uint32_t kMin = 64, kMax = 4096;

  /// Words of a ring for a window of `size` numbers.
  static std::uint32_t ring_words(std::uint32_t size);

  /// `size`: how many numbers, from the highest down, are still accepted, `kMin` to `kMax`. `esn`:
  /// 64-bit numbers.
  explicit ReplayWindow(std::uint32_t size = kMin, bool esn = false)
      : ReplayWindow(size, esn, nullptr) {}
  /// The same with its ring in `memory`: `ring_words(size)` words that outlive the window. For use
  /// after `resume` or `restore`.
  ReplayWindow(std::uint32_t size, bool esn, Word* memory);
  /// Resumes from the content that a window of this size left in `memory`. `accepted`: a number
  /// that it accepted when its highest number was at most 2^36 below its last one; 0: none. Returns
  /// false, and the window starts empty, if the ring cannot be of that window.
  bool resume(std::uint64_t accepted);
  /// Not while others use `other`.
  ReplayWindow(ReplayWindow&& other) noexcept;
  ~ReplayWindow();

  /// The whole number of a packet with these low 32 bits. With `esn` it is the one of the 2^32
  /// numbers from the window's left edge (RFC 4303 appendix A2.2); otherwise `low`. The integrity
  /// check must confirm it.
  std::uint64_t estimate(std::uint32_t low) const noexcept;

  /// What `mark` would return now.
  Replay check(std::uint64_t number) const noexcept;

  /// Accepts `number`, which the integrity check of its packet has confirmed, or returns the
  /// reason. With `kSingleThreaded` no other thread may be in `mark`: plain loads and stores
  /// replace locked exchanges (two, of about 20 cycles each; November
  /// 2026).
  template <bool kSingleThreaded = false>
  Replay mark(std::uint64_t number) noexcept;

  /// Continues from another window's state: `highest` was accepted, and the earlier numbers whose
  /// bits are set in `bits`: bit n % 32 of word n / 32 is `highest` - n. Numbers beyond `bits`
  /// count as accepted, so that none is accepted twice. Before the first `mark`, while no other
  /// thread uses the window.
  void restore(std::uint64_t highest, std::span<std::uint32_t const> bits) noexcept;

  /// Asks for the memory that a number with these low 32 bits needs.
  void prefetch(std::uint32_t low) const noexcept { prefetch_for_write(&word(low)); }

  /// The highest number that was marked; 0 if none was.
  std::uint64_t highest() const { return highest_.load(std::memory_order_acquire); }
  std::uint32_t size() const { return size_; }
  bool extended() const { return esn_; }
  /// The accepted numbers below `highest`, in the form of `restore`: `size` bits.
  std::vector<std::uint32_t> accepted_below(std::uint64_t highest) const;

 private:
  static constexpr unsigned kBlockBits = 5, kInPlace = 4;

  static std::uint64_t block(std::uint64_t number) { return number >> kBlockBits << 32; }
  static std::uint64_t bit(std::uint64_t number) { return std::uint64_t{1} << (number & 31); }
  static bool same_block(std::uint64_t word, std::uint64_t number) {
    return word >> 32 == block(number) >> 32;
  }
  void clear() noexcept;
  Word& word(std::uint64_t number) const { return words_[number >> kBlockBits & mask_]; }
  bool is_too_old(std::uint64_t number) const {
    auto const highest = highest_.load(std::memory_order_acquire);
    return highest >= size_ && number <= highest - size_;
  }

  std::atomic<std::uint64_t> highest_{0};
  Word* words_;  // `in_place_`, allocated, or the caller's
  mutable Word in_place_[kInPlace]{};
  std::uint16_t size_;
  std::uint16_t mask_;
  bool esn_;
  bool owned_ = false;  // `words_` were allocated
};
static_assert(sizeof(ReplayWindow) == 56);

inline std::uint64_t ReplayWindow::estimate(std::uint32_t low) const noexcept {
  if (!esn_) return low;
  auto const highest = highest_.load(std::memory_order_relaxed);
  auto const bottom = highest < size_ ? 0 : highest - size_ + 1;
  return bottom + (low - static_cast<std::uint32_t>(bottom));
}

inline Replay ReplayWindow::check(std::uint64_t number) const noexcept {
  if (number > highest_.load(std::memory_order_acquire)) [[likely]]  // in order: as most are
    return Replay::kFresh;
  auto const current = word(number).load(std::memory_order_acquire);
  if (is_too_old(number)) return Replay::kTooOld;
  return same_block(current, number) && (current & bit(number)) != 0 ? Replay::kReplayed
                                                                     : Replay::kFresh;
}

// The highest number is raised first and read after the word. A thread that sees a newer block
// therefore sees a highest number for which its own number is too old, and a different block in its
// word is older. Numbers 2^37 apart look the same: at worst a fresh one is refused.
template <bool kSingleThreaded>
inline Replay ReplayWindow::mark(std::uint64_t number) noexcept {
  auto highest = highest_.load(std::memory_order_relaxed);
  if constexpr (kSingleThreaded) {
    if (highest < number) [[likely]]
      highest_.store(number, std::memory_order_relaxed);
    else if (is_too_old(number))
      return Replay::kTooOld;
  } else {
    while (highest < number &&
           !highest_.compare_exchange_weak(highest, number, std::memory_order_acq_rel,
                                           std::memory_order_relaxed)) {
    }
  }
  auto& place = word(number);
  auto current = place.load(std::memory_order_acquire);
  for (;;) {
    if (!kSingleThreaded && is_too_old(number)) return Replay::kTooOld;
    auto const before = same_block(current, number) ? current : block(number);
    auto const after = before | bit(number);
    if (before == after) return Replay::kReplayed;
    if constexpr (kSingleThreaded) {
      place.store(after, std::memory_order_release);
      return Replay::kFresh;
    }
    if (place.compare_exchange_weak(current, after, std::memory_order_acq_rel,
                                    std::memory_order_acquire))
      return Replay::kFresh;
  }
}

}  // namespace warpline::ipsec
