// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ipsec/esp/cpu_keys.hpp"

#include <intel-ipsec-mb.h>

#include <algorithm>
#include <cstring>
#include <iterator>
#include <new>
#include <string>

#include "core/base/error.hpp"
#include "core/base/secret_pages.hpp"
#include "elements/ipsec/esp/cpu_keys_table.hpp"

namespace warpline::ipsec {
namespace {

std::size_t size_of_keys(Cipher cipher, Integrity integrity) {
  switch (cipher) {
    case Cipher::kNull:
      return hmac_key_size(integrity);
    case Cipher::kAesCbc:
    case Cipher::kAesCtr:
      return hmac_key_size(integrity) + kRoundKeysSize;
    case Cipher::kAesGcm:
      return sizeof(gcm_key_data);
    case Cipher::kChaCha20Poly1305:
      return sizeof(CpuChaChaKey);
  }
  return 0;
}

void store_words(std::uint8_t* to, std::uint32_t const* words, unsigned count) {
  for (unsigned i = 0; i < count; ++i) store_be32(to + 4 * i, words[i]);
}

/// From the raw key, which an expanded one begins with.
void expand_gcm(IMB_MGR* manager, AesKey const& aes, unsigned key_size, gcm_key_data* into) {
  std::uint8_t raw[32];
  for (unsigned i = 0; i < 8; ++i)
    if (4 * i < key_size) store_be32(raw + 4 * i, aes.words[i]);
  if (key_size == 16)
    IMB_AES128_GCM_PRE(manager, raw, into);
  else if (key_size == 24)
    IMB_AES192_GCM_PRE(manager, raw, into);
  else
    IMB_AES256_GCM_PRE(manager, raw, into);
  explicit_bzero(raw, sizeof raw);
}

template <class Hash>
void copy_hmac(HmacKey<Hash> const& key, void* into) {
  auto& copy = *new (into) CpuHmacKey<typename Hash::Word>{};
  std::copy(std::begin(key.inner.words), std::end(key.inner.words), copy.inner);
  std::copy(std::begin(key.outer.words), std::end(key.outer.words), copy.outer);
}

void copy_hmac(SaKeys const& keys, void* into) {
  switch (keys.integrity) {
    case Integrity::kHmacSha1:
      return copy_hmac(keys.authentication.sha1, into);
    case Integrity::kHmacSha256:
      return copy_hmac(keys.authentication.sha256, into);
    case Integrity::kHmacSha384:
      return copy_hmac(keys.authentication.sha384, into);
    case Integrity::kHmacSha512:
      return copy_hmac(keys.authentication.sha512, into);
    case Integrity::kByCipher:
      break;
  }
}

/// The library's round keys have the same form as those of the bodies, also for decryption.
void fill(IMB_MGR* manager, SaKeys const& keys, unsigned key_size, void* into) {
  switch (keys.cipher) {
    case Cipher::kNull:
      return copy_hmac(keys, into);
    case Cipher::kAesCbc:
    case Cipher::kAesCtr: {
      copy_hmac(keys, into);
      bool const inverse = keys.cipher == Cipher::kAesCbc && keys.direction == Direction::kInbound;
      auto const& rounds = inverse ? keys.key.inverse.rounds : keys.key.aes;
      return store_words(static_cast<std::uint8_t*>(into) + hmac_key_size(keys.integrity),
                         rounds.words, 4 * (rounds.rounds + 1));
    }
    case Cipher::kAesGcm:
      return expand_gcm(manager, keys.key.aes, key_size, new (into) gcm_key_data{});
    case Cipher::kChaCha20Poly1305:
      auto& block = *new (into) CpuChaChaKey{};
      store_words(block.bytes, keys.key.chacha.words, 8);
      for (unsigned i = 0; i < 32; i += 4) std::reverse(block.bytes + i, block.bytes + i + 4);
  }
}

}  // namespace

void FreeManager::operator()(IMB_MGR* manager) const { free_mb_mgr(manager); }

Manager make_manager(unsigned* chosen_architecture) {
  Manager manager(alloc_mb_mgr(0));
  if (!manager) throw ConfigError("ipsec-mb: no memory for a manager");
  auto architecture = IMB_ARCH_NONE;
  init_mb_mgr_auto(manager.get(), &architecture);
  if (chosen_architecture != nullptr) *chosen_architecture = static_cast<unsigned>(architecture);
  if (int const error = imb_get_errno(manager.get()); error != 0)
    throw ConfigError(std::string("ipsec-mb does not run on this processor: ") +
                      imb_get_strerror(error));
  return manager;
}

void* KeyBlocks::take() {
  if (free_.empty()) {
    auto const max_blocks = kMaxBytes / sizeof(Line) / lines_;
    auto const more = std::min(std::max(kMin, count_), max_blocks);
    free_.reserve(count_ + more);
    auto& chunk = chunks_.emplace_back(more * lines_, secret_pages());
    count_ += more;
    for (auto index = more; index-- > 0;) free_.push_back(&chunk[index * lines_]);
  }
  auto* const block = free_.back();
  free_.pop_back();
  return block;
}

CpuKeys::Table::Table(std::size_t capacity) : sas(capacity) {}

CpuKeys::CpuKeys(std::size_t capacity) : table_(std::make_unique<Table>(capacity)) {}

CpuKeys::CpuKeys(std::span<SaKeys const> keys) : CpuKeys(keys.size()) {
  for (std::size_t i = 0; i < keys.size(); ++i) set(i, keys[i]);
}

CpuKeys::~CpuKeys() {
  for (std::size_t i = 0; i < table_->sas.size(); ++i) table_->clear(table_->sas[i]);
}

std::size_t CpuKeys::capacity() const { return table_->sas.capacity(); }

void CpuKeys::set(std::size_t index, SaKeys const& keys) {
  std::scoped_lock const lock(table_->mutex);
  auto& sas = table_->sas;
  if (index >= sas.size()) sas.grow(std::min(std::max(index + 1, 2 * sas.size()), sas.capacity()));
  auto const key_size = info(keys.suite).key_size;
  auto const bytes = size_of_keys(keys.cipher, keys.integrity);
  void* const block = table_->blocks.try_emplace(bytes, bytes).first->second.take();
  fill(table_->manager.get(), keys, key_size, block);
  table_->key_bytes += bytes;
  auto& sa = sas[index];
  table_->clear(sa);
  std::uint8_t salt[4];
  store_be32(salt, keys.salt);
  std::memcpy(&sa.salt, salt, sizeof salt);
  sa.suite = keys.suite;
  sa.cipher = keys.cipher;
  sa.integrity = keys.integrity;
  sa.direction = keys.direction;
  sa.key_size = key_size;
  sa.iv_size = keys.iv_size;
  sa.icv_size = keys.icv_size;
  sa.block = keys.block;
  sa.esn = keys.esn;
  sa.udp_checksum = keys.udp_checksum;
  sa.keys = block;
}

void CpuKeys::wipe(std::size_t index) noexcept {
  std::scoped_lock const lock(table_->mutex);
  if (index < table_->sas.size()) table_->clear(table_->sas[index]);
}

std::size_t CpuKeys::bytes(Suite suite) {
  auto const& suite_info = info(suite);
  return sizeof(CpuSa) +
         KeyBlocks(size_of_keys(suite_info.cipher_kind, suite_info.integrity)).block_bytes();
}

std::size_t CpuKeys::key_bytes() const { return table_->key_bytes; }

void CpuKeys::Table::clear(CpuSa& sa) noexcept {
  if (sa.keys != nullptr) {
    auto const bytes = size_of_keys(sa.cipher, sa.integrity);
    explicit_bzero(sa.keys, bytes);
    blocks.find(bytes)->second.give(sa.keys);
    key_bytes -= bytes;
  }
  sa = {};
}

}  // namespace warpline::ipsec
