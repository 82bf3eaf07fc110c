// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ipsec/cpu_esp.hpp"

#include <intel-ipsec-mb.h>

#include <algorithm>
#include <cstring>
#include <iterator>
#include <memory_resource>
#include <string>
#include <vector>

#include "core/big_pages.hpp"
#include "core/error.hpp"
#include "elements/ipsec/esp_tunnel.hpp"

namespace warpline::ipsec {
namespace {

/// Packets whose jobs are prepared together: their headers and IVs stay in the first-level cache.
constexpr std::size_t kBurst = 32;

struct FreeManager {
  void operator()(IMB_MGR* manager) const { free_mb_mgr(manager); }
};
using Manager = std::unique_ptr<IMB_MGR, FreeManager>;

Manager make_manager(IMB_ARCH* chosen = nullptr) {
  Manager manager(alloc_mb_mgr(0));
  if (!manager) throw ConfigError("ipsec-mb: no memory for a manager");
  init_mb_mgr_auto(manager.get(), chosen);
  if (int const error = imb_get_errno(manager.get()); error != 0)
    throw ConfigError(std::string("ipsec-mb does not run on this processor: ") +
                      imb_get_strerror(error));
  return manager;
}

struct alignas(16) CtrSha1Keys {
  std::uint8_t cipher[16 * 15];
  std::uint32_t inner[5], outer[5];
};

struct alignas(16) Iv {
  std::uint8_t bytes[16];
};

std::uint8_t* esp_of(Packet const& packet) { return packet.data + kEspOffset; }
std::uint32_t esp_size(Packet const& packet) { return packet.length - kEspOffset; }

/// The round keys, and the powers of the hash key that a text of `size` bytes needs, into the
/// first-level cache: with many SAs the library would wait for them line by line.
void prefetch(gcm_key_data const& key, std::uint32_t size) {
  constexpr std::size_t kLine = 64, kRoundKeys = 11 * 16;
  auto const* const begin = reinterpret_cast<std::uint8_t const*>(&key);
  for (std::size_t at = 0; at < kRoundKeys; at += kLine) __builtin_prefetch(begin + at);
  auto const& powers = key.ghash_keys.vaes_avx512.shifted_hkey;
  auto const used = std::min<std::size_t>(size + 2 * 16, sizeof powers);  // AAD and lengths
  auto const* const end = std::end(powers);  // the lowest powers are at the end
  for (auto const* at = end - used; at < end; at += kLine) __builtin_prefetch(at);
}

}  // namespace

struct CpuKeys::Layout {
  Suite suite = Suite::kAes128Gcm;
  std::vector<std::uint32_t> salts;  // as they lie in memory
  std::pmr::vector<gcm_key_data> gcm{big_pages()};
  std::pmr::vector<CtrSha1Keys> ctr_sha1{big_pages()};
};

CpuKeys::CpuKeys(std::span<SaKeys const> keys) {
  auto const manager = make_manager();
  auto layout = std::make_unique<Layout>();
  if (!keys.empty() && keys.front().suite == Suite::kAes128Gcm)
    layout->gcm.reserve(keys.size());
  else
    layout->ctr_sha1.reserve(keys.size());
  for (auto const& sa : keys) {
    std::uint8_t key[16], salt[4];
    for (unsigned i = 0; i < 4; ++i) store_be32(key + 4 * i, sa.cipher.words[i]);
    store_be32(salt, sa.salt);
    std::uint32_t word;
    std::memcpy(&word, salt, sizeof(word));
    layout->salts.push_back(word);
    layout->suite = sa.suite;
    if (sa.suite == Suite::kAes128Gcm) {
      IMB_AES128_GCM_PRE(manager.get(), key, &layout->gcm.emplace_back());
    } else {
      auto& made = layout->ctr_sha1.emplace_back();
      alignas(16) std::uint8_t decryption[16 * 15];
      IMB_AES_KEYEXP_128(manager.get(), key, made.cipher, decryption);
      std::copy_n(sa.authentication.inner.words, 5, made.inner);
      std::copy_n(sa.authentication.outer.words, 5, made.outer);
    }
    explicit_bzero(key, sizeof(key));
  }
  layout_ = std::move(layout);
}

CpuKeys::~CpuKeys() = default;

struct CpuEsp::State {
  Manager manager = make_manager();
  gcm_context_data gcm{};
  Iv ivs[kBurst]{};
  IMB_JOB jobs[kBurst]{};

  /// Salt and IV side by side, written well before the library reads them as one word.
  void gather_ivs(std::span<Packet const> packets, std::vector<std::uint32_t> const& salts) {
    for (std::size_t i = 0; i < packets.size(); ++i) {
      std::memcpy(ivs[i].bytes, &salts[packets[i].tag], 4);
      std::memcpy(ivs[i].bytes + 4, esp_of(packets[i]) + esp::kSize, kIvSize);
    }
  }
};

CpuEsp::CpuEsp(std::shared_ptr<CpuKeys const> keys)
    : keys_(std::move(keys)), state_(std::make_unique<State>()) {
  for (auto& job : state_->jobs) {
    job.cipher_mode = IMB_CIPHER_CNTR;
    job.cipher_direction = IMB_DIR_ENCRYPT;
    job.chain_order = IMB_ORDER_CIPHER_HASH;
    job.hash_alg = IMB_AUTH_HMAC_SHA_1;
    job.key_len_in_bytes = IMB_KEY_128_BYTES;
    job.iv_len_in_bytes = 12;
    job.auth_tag_output_len_in_bytes = icv_size(Suite::kAes128CtrHmacSha1);
  }
}

CpuEsp::~CpuEsp() = default;

void CpuEsp::protect(std::span<Packet const> packets) noexcept {
  if (keys_->layout_->suite == Suite::kAes128Gcm) return protect_gcm(packets);
  encrypt_ctr(packets);
  authenticate_sha1(packets);
}

void CpuEsp::protect_gcm(std::span<Packet const> packets) noexcept {
  auto* const manager = state_->manager.get();
  auto const& keys = *keys_->layout_;
  for (std::size_t from = 0; from < packets.size(); from += kBurst) {
    auto const burst = packets.subspan(from, std::min(kBurst, packets.size() - from));
    state_->gather_ivs(burst, keys.salts);
    for (std::size_t i = 0; i < burst.size(); ++i) {
      std::uint32_t const tag_size = icv_size(Suite::kAes128Gcm);
      auto* const header = esp_of(burst[i]);
      auto* const text = header + kEspTextOffset;
      std::uint32_t const size = esp_size(burst[i]) - kEspTextOffset - tag_size;
      if (i + 1 < burst.size()) prefetch(keys.gcm[burst[i + 1].tag], esp_size(burst[i + 1]));
      IMB_AES128_GCM_ENC(manager, &keys.gcm[burst[i].tag], &state_->gcm, text, text, size,
                         state_->ivs[i].bytes, header, esp::kSize, text + size, tag_size);
    }
  }
}

void CpuEsp::encrypt_ctr(std::span<Packet const> packets) noexcept {
  auto const& keys = *keys_->layout_;
  for (std::size_t from = 0; from < packets.size(); from += kBurst) {
    auto const burst = packets.subspan(from, std::min(kBurst, packets.size() - from));
    state_->gather_ivs(burst, keys.salts);
    for (std::size_t i = 0; i < burst.size(); ++i) {
      auto& job = state_->jobs[i];
      job.enc_keys = job.dec_keys = keys.ctr_sha1[burst[i].tag].cipher;
      job.src = job.dst = esp_of(burst[i]) + kEspTextOffset;
      job.cipher_start_src_offset_in_bytes = 0;
      job.msg_len_to_cipher_in_bytes =
          esp_size(burst[i]) - kEspTextOffset - icv_size(Suite::kAes128CtrHmacSha1);
      job.iv = state_->ivs[i].bytes;
    }
    IMB_SUBMIT_CIPHER_BURST_NOCHECK(state_->manager.get(), state_->jobs,
                                    static_cast<std::uint32_t>(burst.size()), IMB_CIPHER_CNTR,
                                    IMB_DIR_ENCRYPT, IMB_KEY_128_BYTES);
  }
}

void CpuEsp::authenticate_sha1(std::span<Packet const> packets) noexcept {
  auto const& keys = *keys_->layout_;
  for (std::size_t from = 0; from < packets.size(); from += kBurst) {
    auto const burst = packets.subspan(from, std::min(kBurst, packets.size() - from));
    for (std::size_t i = 0; i < burst.size(); ++i) {
      auto& job = state_->jobs[i];
      auto const& sa = keys.ctr_sha1[burst[i].tag];
      std::uint32_t const covered = esp_size(burst[i]) - icv_size(Suite::kAes128CtrHmacSha1);
      job.src = esp_of(burst[i]);
      job.hash_start_src_offset_in_bytes = 0;
      job.msg_len_to_hash_in_bytes = covered;
      job.auth_tag_output = esp_of(burst[i]) + covered;
      job.u.HMAC._hashed_auth_key_xor_ipad = reinterpret_cast<std::uint8_t const*>(sa.inner);
      job.u.HMAC._hashed_auth_key_xor_opad = reinterpret_cast<std::uint8_t const*>(sa.outer);
    }
    IMB_SUBMIT_HASH_BURST_NOCHECK(state_->manager.get(), state_->jobs,
                                  static_cast<std::uint32_t>(burst.size()), IMB_AUTH_HMAC_SHA_1);
  }
}

std::string CpuEsp::description() {
  auto chosen = IMB_ARCH_NONE;
  auto const manager = make_manager(&chosen);
  constexpr char const* kNames[IMB_ARCH_NUM] = {"none", "no AES-NI", "SSE",
                                                "AVX",  "AVX2",      "AVX-512"};
  return std::string("ipsec-mb ") + imb_get_version_str() + " (" + kNames[chosen] + ")";
}

}  // namespace warpline::ipsec
