// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "elements/ipsec/esp/sa_keys.hpp"

namespace warpline::ipsec {

/// The keys of a table of SAs, of any suites, in ipsec-mb's own layout: with GCM 1 KiB an SA, since
/// it holds powers of the hash key; with AES and an HMAC 304 bytes, 368 with SHA-384 or SHA-512, others
/// less. Besides, 32 bytes
/// for each place.
///
/// All workers read one table. Places are filled and emptied while they do, by one thread or
/// several: what is used at a place must have ended before, and may begin after; other places
/// are not disturbed.
class CpuKeys {
 public:
  /// `capacity` empty places, whose memory is taken when they are filled. Throws `ConfigError` where
  /// the library does not run on this processor.
  explicit CpuKeys(std::size_t capacity);
  /// As many places as keys, filled.
  explicit CpuKeys(std::span<SaKeys const> keys);
  /// Overwrites all keys.
  ~CpuKeys();
  CpuKeys(CpuKeys const&) = delete;
  CpuKeys& operator=(CpuKeys const&) = delete;

  std::size_t capacity() const;
  /// Puts an SA, inbound or outbound, where there may be one already. Throws `std::bad_alloc`.
  void set(std::size_t index, SaKeys const& keys);
  /// Overwrites the keys of an SA, if there is one, and gives their memory back.
  void wipe(std::size_t index) noexcept;
  /// Bytes that the keys of all SAs take now, without their places.
  std::size_t key_bytes() const;
  /// Bytes that an SA of a suite takes, with its place.
  static std::size_t bytes(Suite suite);

 private:
  friend class CpuEsp;
  struct Table;
  std::unique_ptr<Table> table_;
};

}  // namespace warpline::ipsec
