// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

namespace warpline {

inline constexpr std::size_t kCacheLine = 64;

/// Prefetches the cache line at `address`, which need not be valid. The compiler's built-in alone
/// is not enough: g++ 12 considers a function that does nothing else to have no effect and removes
/// calls of it.
inline void prefetch(void const* address) noexcept {
#if defined(__x86_64__)
  asm volatile("prefetcht0 %0" : : "m"(*static_cast<char const*>(address)));
#else
  __builtin_prefetch(address);
#endif
}

/// The same for a line that will be written.
inline void prefetch_for_write(void const* address) noexcept {
#if defined(__x86_64__)
  asm volatile("prefetchw %0" : : "m"(*static_cast<char const*>(address)));
#else
  __builtin_prefetch(address, 1);
#endif
}

/// Prefetches every line of `bytes` bytes.
inline void prefetch(void const* from, std::size_t bytes) noexcept {
  auto const begin = reinterpret_cast<std::uintptr_t>(from);
  for (auto line = begin & ~(kCacheLine - 1); line < begin + bytes; line += kCacheLine)
    prefetch(reinterpret_cast<void const*>(line));
}

}  // namespace warpline
