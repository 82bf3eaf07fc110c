// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

namespace warpline {

/// The multiplier of Fibonacci hashing: 2^64 divided by the golden ratio.
inline constexpr std::uint64_t kHashMultiplier = 0x9e3779b97f4a7c15;

/// A hash of 64-bit words for tables in memory: one multiplication per word. The high bits are the
/// best ones. Not for input that an attacker chooses to collide.
template <std::size_t kWords>
constexpr std::uint64_t hash_of(std::uint64_t const (&words)[kWords]) {
  std::uint64_t hash = 0;
  for (auto const word : words) hash = (hash ^ hash >> 32 ^ word) * kHashMultiplier;
  return hash;
}

}  // namespace warpline
