// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <memory_resource>
#include <mutex>
#include <vector>

#include "core/big_pages.hpp"
#include "elements/ipsec/cpu_keys.hpp"

struct IMB_MGR;

/// What cpu_keys.cpp makes for cpu_esp.cpp.
namespace warpline::ipsec {

struct FreeManager {
  void operator()(IMB_MGR* manager) const;
};
using Manager = std::unique_ptr<IMB_MGR, FreeManager>;

/// `chosen`: the library's number of the instruction set. Throws `ConfigError` where it does not run
/// on this processor.
Manager make_manager(unsigned* chosen = nullptr);

/// The states that an HMAC begins with, as the library has them.
struct alignas(16) CpuHmacKey {
  std::uint32_t inner[8], outer[8];
};
/// Behind them the round keys, of the SA's direction with CBC.
struct CpuAesHmacKey : CpuHmacKey {
  std::uint8_t rounds[16 * 15];
};
struct CpuChaChaKey {
  std::uint8_t bytes[32];
};

/// A place of the table: what is needed before the keys themselves come from memory.
struct alignas(32) CpuSa {
  void* keys = nullptr;    ///< by the suite one of the above or `gcm_key_data`; null: empty
  std::uint32_t salt = 0;  ///< as it lies in memory
  Suite suite = Suite::kAes128Gcm;
  Cipher cipher = Cipher::kNull;
  Integrity integrity = Integrity::kByCipher;
  Direction direction = Direction::kOutbound;
  std::uint8_t key_size = 0, iv_size = 0, icv_size = 0, block = 0;
  bool esn = false;
};
static_assert(sizeof(CpuSa) == 32);

struct CpuKeys::Table {
  explicit Table(std::size_t capacity) : sas(capacity, big_pages()) {}

  Manager manager = make_manager();
  std::pmr::vector<CpuSa> sas;

  std::mutex mutex;  // of all below, for those who set and wipe
  std::pmr::unsynchronized_pool_resource pool{std::pmr::pool_options{1024, 2048}, big_pages()};
  std::size_t key_bytes = 0;

  void clear(CpuSa& sa) noexcept;
};

}  // namespace warpline::ipsec
