// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <compare>
#include <concepts>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

namespace warpline::ids {

/// An unsigned number of 128 bits: an IPv6 address in host order.
struct Number128 {
  std::uint64_t high = 0, low = 0;
  friend constexpr auto operator<=>(Number128 const&, Number128 const&) = default;
};

namespace detail {
template <std::unsigned_integral T>
constexpr T next(T value) {
  return static_cast<T>(value + 1);
}
template <std::unsigned_integral T>
constexpr T previous(T value) {
  return static_cast<T>(value - 1);
}
constexpr Number128 next(Number128 value) {
  return {value.high + (value.low == ~std::uint64_t{0} ? 1 : 0), value.low + 1};
}
constexpr Number128 previous(Number128 value) {
  return {value.high - (value.low == 0 ? 1 : 0), value.low - 1};
}
template <class T>
constexpr T max_value() {
  if constexpr (std::unsigned_integral<T>)
    return std::numeric_limits<T>::max();
  else
    return {~std::uint64_t{0}, ~std::uint64_t{0}};
}
}  // namespace detail

/// A set of numbers as sorted, disjoint intervals that do not touch. `T`: an unsigned integer or
/// `Number128`. One thread changes it; any may read.
template <class T>
class IntervalSet {
 public:
  struct Interval {
    T first, last;  ///< inclusive
    friend bool operator==(Interval const&, Interval const&) = default;
  };

  IntervalSet() = default;
  /// The numbers from `first` to `last`, inclusive.
  IntervalSet(T first, T last) { add(Interval{first, last}); }
  static IntervalSet all() { return {T{}, detail::max_value<T>()}; }

  bool empty() const { return intervals_.empty(); }
  bool is_all() const {
    return intervals_.size() == 1 && intervals_[0].first == T{} &&
           intervals_[0].last == detail::max_value<T>();
  }
  std::vector<Interval> const& intervals() const { return intervals_; }

  bool contains(T value) const {
    auto const after = std::upper_bound(
        intervals_.begin(), intervals_.end(), value,
        [](T const& number, Interval const& interval) { return number < interval.first; });
    return after != intervals_.begin() && value <= std::prev(after)->last;
  }

  void add(Interval added) {
    std::vector<Interval> result;
    for (auto const& interval : intervals_) {
      if (ends_before(interval, added)) {
        result.push_back(interval);
      } else if (ends_before(added, interval)) {
        result.push_back(added);
        added = interval;
      } else {
        added = {std::min(added.first, interval.first), std::max(added.last, interval.last)};
      }
    }
    result.push_back(added);
    intervals_ = std::move(result);
  }
  void add(IntervalSet const& other) {
    for (auto const& interval : other.intervals_) add(interval);
  }
  void remove(IntervalSet const& other) {
    for (auto const& interval : other.intervals_) remove(interval);
  }

  friend bool operator==(IntervalSet const&, IntervalSet const&) = default;

 private:
  /// True if there is a number between `a` and the later `b`.
  static bool ends_before(Interval const& a, Interval const& b) {
    return a.last < b.first && detail::next(a.last) < b.first;
  }
  void remove(Interval const& removed) {
    std::vector<Interval> result;
    for (auto const& interval : intervals_) {
      if (interval.last < removed.first || removed.last < interval.first) {
        result.push_back(interval);
        continue;
      }
      if (interval.first < removed.first)
        result.push_back({interval.first, detail::previous(removed.first)});
      if (removed.last < interval.last)
        result.push_back({detail::next(removed.last), interval.last});
    }
    intervals_ = std::move(result);
  }

  std::vector<Interval> intervals_;
};

using PortSet = IntervalSet<std::uint16_t>;

}  // namespace warpline::ids
