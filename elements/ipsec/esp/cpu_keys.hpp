// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "elements/ipsec/esp/sa_keys.hpp"

namespace warpline::ipsec {

/// The keys of a table of SAs, of any suites, in ipsec-mb's layout. With GCM an SA takes 1 KiB,
/// because it stores powers of the hash key; with AES and an HMAC 304 bytes, 368 with SHA-384 or
/// SHA-512, others less. Each place takes 32 bytes more.
///
/// All workers read one table. One or several threads fill and empty places meanwhile: the use of a
/// place must have ended before, and may begin after; other places are not affected.
class CpuKeys {
 public:
  /// Creates `capacity` empty places, which get memory when they are filled. Throws `ConfigError`
  /// if the library does not run on this processor.
  explicit CpuKeys(std::size_t capacity);
  /// As many places as keys, filled.
  explicit CpuKeys(std::span<SaKeys const> keys);
  /// Overwrites all keys.
  ~CpuKeys();
  CpuKeys(CpuKeys const&) = delete;
  CpuKeys& operator=(CpuKeys const&) = delete;

  std::size_t capacity() const;
  /// Sets an inbound or outbound SA; it may replace another. Throws `std::bad_alloc`.
  void set(std::size_t index, SaKeys const& keys);
  /// Overwrites the keys of an SA, if there is one, and frees their memory.
  void wipe(std::size_t index) noexcept;
  /// Bytes of the keys of all SAs, without their places.
  std::size_t key_bytes() const;
  /// Bytes of an SA of this suite, with its place.
  static std::size_t bytes(Suite suite);

 private:
  friend class CpuEsp;
  struct Table;
  std::unique_ptr<Table> table_;
};

}  // namespace warpline::ipsec
