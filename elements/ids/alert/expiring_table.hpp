// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <mutex>
#include <vector>

namespace warpline::ids {

/// Values by 64-bit keys in a fixed amount of memory, for state that all workers share: where a
/// group of places is full, the value that expires first makes room. Keys are hashes with a secret
/// seed. Thread-safe: a lock for each of its parts.
template <class Value>
class ExpiringTable {
 public:
  explicit ExpiringTable(std::size_t entries = 65536)
      : groups_(entries / kWays < kLocks ? kLocks : entries / kWays) {}

  std::size_t bytes() const { return groups_.size() * sizeof(groups_[0]); }

  /// Calls `use(Value&, bool is_new)` with the value of a key, under a lock. A value whose time has
  /// come is new again. `use` returns the second in which the value expires.
  template <class Use>
  void with(std::uint64_t key, std::uint32_t now_s, Use&& use) {
    auto const index = static_cast<std::size_t>(key % groups_.size());
    std::lock_guard const lock(locks_[index % kLocks]);
    auto& group = groups_[index];
    auto* place = &group[0];
    for (auto& entry : group) {
      if (entry.used && entry.key == key) {
        place = &entry;
        break;
      }
      if (place->used && (!entry.used || entry.expires_s < place->expires_s)) place = &entry;
    }
    bool const is_new = !place->used || place->key != key || place->expires_s < now_s;
    if (is_new) {
      if (place->used && place->key != key && place->expires_s >= now_s) ++evicted_[index % kLocks];
      *place = {key, 0, true, {}};
    }
    place->expires_s = use(place->value, is_new);
  }

  /// Removes the value of a key.
  void remove(std::uint64_t key) {
    auto const index = static_cast<std::size_t>(key % groups_.size());
    std::lock_guard const lock(locks_[index % kLocks]);
    for (auto& entry : groups_[index])
      if (entry.used && entry.key == key) entry.used = false;
  }

  /// Returns whether there is a value for a key whose time has not come.
  bool contains(std::uint64_t key, std::uint32_t now_s) {
    auto const index = static_cast<std::size_t>(key % groups_.size());
    std::lock_guard const lock(locks_[index % kLocks]);
    for (auto const& entry : groups_[index])
      if (entry.used && entry.key == key) return entry.expires_s >= now_s;
    return false;
  }

  /// Values that made room before their time.
  std::uint64_t evicted() const {
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i < kLocks; ++i) {
      std::lock_guard const lock(locks_[i]);
      sum += evicted_[i];
    }
    return sum;
  }

 private:
  static constexpr std::size_t kWays = 8, kLocks = 64;
  struct Entry {
    std::uint64_t key = 0;
    std::uint32_t expires_s = 0;
    bool used = false;
    Value value{};
  };
  std::vector<std::array<Entry, kWays>> groups_;
  mutable std::array<std::mutex, kLocks> locks_;
  std::array<std::uint64_t, kLocks> evicted_{};
};

}  // namespace warpline::ids
