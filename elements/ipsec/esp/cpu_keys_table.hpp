// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <memory_resource>
#include <mutex>
#include <vector>

#include "core/base/big_pages.hpp"
#include "core/base/stable_array.hpp"
#include "elements/ipsec/esp/cpu_keys.hpp"

struct IMB_MGR;

/// The part of cpu_keys.cpp that cpu_esp.cpp uses.
namespace warpline::ipsec {

struct FreeManager {
  void operator()(IMB_MGR* manager) const;
};
using Manager = std::unique_ptr<IMB_MGR, FreeManager>;

/// `chosen_architecture`: the library's number of the instruction set. Throws `ConfigError` if it
/// does not run on this processor.
Manager make_manager(unsigned* chosen_architecture = nullptr);

/// The states that an HMAC begins with, as the library has them. `Word`: of 32 bits, or of 64 with
/// SHA-384 and SHA-512.
template <class Word>
struct alignas(16) CpuHmacKey {
  Word inner[8], outer[8];
};
/// Bytes of one of them; with AES, that many bytes precede the round keys.
inline constexpr std::size_t hmac_key_size(Integrity integrity) {
  return integrity == Integrity::kHmacSha384 || integrity == Integrity::kHmacSha512
             ? sizeof(CpuHmacKey<std::uint64_t>)
             : sizeof(CpuHmacKey<std::uint32_t>);
}
/// The round keys of any AES key, of the SA's direction with CBC.
inline constexpr std::size_t kRoundKeysSize = 16 * 15;
struct CpuChaChaKey {
  std::uint8_t bytes[32];
};

/// A place of the table: the data needed before the keys arrive from memory. An empty place may
/// consist of zero bytes.
struct alignas(32) CpuSa {
  void* keys = nullptr;    ///< by suite: one of the above or `gcm_key_data`; null: empty
  std::uint32_t salt = 0;  ///< in memory order
  Suite suite = Suite::kAes128Gcm;
  Cipher cipher = Cipher::kNull;
  Integrity integrity = Integrity::kByCipher;
  Direction direction = Direction::kOutbound;
  std::uint8_t key_size = 0, iv_size = 0, icv_size = 0, block = 0;
  bool esn = false, udp_checksum = false;
};
static_assert(sizeof(CpuSa) == 32);

/// Memory for keys of one size, in blocks an odd number of cache lines apart. At a power of two,
/// the lines that every packet needs would share few sets of the caches: with 1,024 SAs with GCM, 1
/// KiB apart, packets of 64 bytes found half as many keys in the second-level cache. One thread.
class KeyBlocks {
 public:
  explicit KeyBlocks(std::size_t bytes) : lines_((bytes + sizeof(Line) - 1) / sizeof(Line) | 1) {}

  std::size_t block_bytes() const { return lines_ * sizeof(Line); }
  /// Aligned to a cache line. Throws `std::bad_alloc`.
  void* take();
  void give(void* block) noexcept { free_.push_back(block); }  // has capacity for it, see `take`

 private:
  struct alignas(64) Line {
    std::uint8_t bytes[64];
  };
  static constexpr std::size_t kMin = 8, kMaxBytes = std::size_t{2} << 20;

  std::size_t lines_;  // of a block
  std::size_t count_ = 0;
  std::vector<std::pmr::vector<Line>> chunks_;
  std::vector<void*> free_;
};

struct CpuKeys::Table {
  explicit Table(std::size_t capacity);

  Manager manager = make_manager();
  StableArray<CpuSa> sas;  // grows under `mutex`, while others read

  std::mutex mutex;                         // for all below, for threads that set and wipe
  std::map<std::size_t, KeyBlocks> blocks;  // by the bytes of a key
  std::atomic<std::size_t> key_bytes{0};    // any thread may read it
  void clear(CpuSa& sa) noexcept;
};

}  // namespace warpline::ipsec
