// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ids/interleaved_scan.hpp"

#include <algorithm>

namespace warpline::ids {

void InterleavedScan::scan(std::span<Bytes const> texts, Matches* results) noexcept {
  texts_ = texts;
  results_ = results;
  if (automaton_.narrow != nullptr) {
    run(automaton_.narrow);
  } else {
    run(automaton_.wide);
  }
}

template <class Entry>
void InterleavedScan::run(Entry const* rows) noexcept {
  next_ = active_ = 0;
  while (active_ < kLanes && refill(active_)) ++active_;
  // At the end some lanes wait for others: the loop over lanes must be unrolled to be fast.
  while (active_ > 0) {
    if (active_ == kLanes) {
      advance<kLanes>(rows);
    } else if (active_ >= kLanes / 2) {
      advance<kLanes / 2>(rows);
    } else if (active_ >= kLanes / 4) {
      advance<kLanes / 4>(rows);
    } else {
      advance<1>(rows);
    }
    replace_finished();
  }
}

/// Gives the lane the next text that is not empty; false if there is none.
bool InterleavedScan::refill(unsigned lane) noexcept {
  while (next_ < texts_.size() && texts_[next_].size == 0) ++next_;
  if (next_ == texts_.size()) return false;
  position_[lane] = texts_[next_].data;
  left_[lane] = texts_[next_].size;
  state_[lane] = 0;
  text_[lane] = static_cast<std::uint32_t>(next_++);
  return true;
}

void InterleavedScan::replace_finished() noexcept {
  for (unsigned lane = 0; lane < active_;) {
    if (left_[lane] > 0 || refill(lane)) {
      ++lane;
      continue;
    }
    --active_;
    position_[lane] = position_[active_];
    left_[lane] = left_[active_];
    state_[lane] = state_[active_];
    text_[lane] = text_[active_];
  }
}

/// Advances the first `kCount` lanes to the end of the shortest text, or until one has too many
/// matches.
template <unsigned kCount, class Entry>
void InterleavedScan::advance(Entry const* rows) noexcept {
  constexpr auto kAccept = static_cast<Entry>(Entry{1} << (sizeof(Entry) * 8 - 1));
  std::uint8_t const* text[kCount];
  std::uint32_t state[kCount];
  std::uint32_t steps = left_[0];
  for (unsigned lane = 0; lane < kCount; ++lane) {
    text[lane] = position_[lane];
    state[lane] = state_[lane];
    steps = std::min(steps, left_[lane]);
  }
  bool overflow = false;
  std::uint32_t step = 0;
  while (step < steps && !overflow) {
    Entry entries[kCount];
    Entry any = 0;
#pragma GCC unroll 16
    for (unsigned lane = 0; lane < kCount; ++lane) {
      entries[lane] = rows[std::size_t{state[lane]} << 8 | text[lane][step]];
      state[lane] = entries[lane] & static_cast<Entry>(~kAccept);
      any |= entries[lane];
    }
    ++step;
    if ((any & kAccept) == 0) [[likely]]
      continue;
    for (unsigned lane = 0; lane < kCount; ++lane) {
      if ((entries[lane] & kAccept) == 0 ||
          automaton_.collect(state[lane], text[lane] + step, results_[text_[lane]]))
        continue;
      left_[lane] = step;  // it ends here
      overflow = true;
    }
  }
  for (unsigned lane = 0; lane < kCount; ++lane) {
    position_[lane] = text[lane] + step;
    state_[lane] = state[lane];
    left_[lane] -= step;
  }
}

}  // namespace warpline::ids
