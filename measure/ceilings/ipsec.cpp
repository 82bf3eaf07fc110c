// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "measure/ceilings/ipsec.hpp"

#include <intel-ipsec-mb.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <limits>
#include <new>
#include <numeric>
#include <random>
#include <vector>

#include "core/base/clock.hpp"
#include "core/net/wire.hpp"

namespace warpline::ceilings {
namespace {

using ipsec::Cipher;
using ipsec::Suite;

constexpr unsigned kBurst = IMB_MAX_BURST_SIZE;

struct FreeManager {
  void operator()(IMB_MGR* manager) const { free_mb_mgr(manager); }
};

struct alignas(64) Keys {
  gcm_key_data gcm;
  std::uint8_t cipher[16 * 15], decryption[16 * 15];
  std::uint8_t inner[64], outer[64];
  std::uint8_t chacha[32];
};

IMB_CIPHER_MODE mode_of(Cipher cipher) {
  switch (cipher) {
    case Cipher::kNull:
      return IMB_CIPHER_NULL;
    case Cipher::kAesCbc:
      return IMB_CIPHER_CBC;
    case Cipher::kAesCtr:
      return IMB_CIPHER_CNTR;
    case Cipher::kAesGcm:
      return IMB_CIPHER_GCM;
    case Cipher::kChaCha20Poly1305:
      return IMB_CIPHER_CHACHA20_POLY1305;
  }
  return IMB_CIPHER_NULL;
}

IMB_HASH_ALG hash_of(ipsec::SuiteInfo const& suite) {
  switch (suite.integrity) {
    case ipsec::Integrity::kHmacSha1:
      return IMB_AUTH_HMAC_SHA_1;
    case ipsec::Integrity::kHmacSha256:
      return IMB_AUTH_HMAC_SHA_256;
    case ipsec::Integrity::kHmacSha384:
      return IMB_AUTH_HMAC_SHA_384;
    case ipsec::Integrity::kHmacSha512:
      return IMB_AUTH_HMAC_SHA_512;
    case ipsec::Integrity::kByCipher:
      break;
  }
  return suite.cipher_kind == Cipher::kAesGcm ? IMB_AUTH_AES_GMAC : IMB_AUTH_CHACHA20_POLY1305;
}

/// The library refuses 12 bytes of HMAC-SHA-256 (ipsec-mb 1.3): it then computes 16.
std::uint32_t icv_size_of(ipsec::SuiteInfo const& suite) {
  return suite.integrity == ipsec::Integrity::kHmacSha256 ? 16 : suite.icv_size;
}

}  // namespace

struct RawIpsecMb::State {
  State(ipsec::SuiteInfo const& of, ipsec::Direction direction, std::size_t sas)
      : suite(of), decrypts(direction == ipsec::Direction::kInbound), keys(sas), order(sas) {
    std::iota(order.begin(), order.end(), 0u);
    std::shuffle(order.begin(), order.end(), std::mt19937(1));
  }

  std::unique_ptr<IMB_MGR, FreeManager> manager{alloc_mb_mgr(0)};
  ipsec::SuiteInfo const& suite;
  bool const decrypts;
  std::uint32_t const text_at = esp::kSize + suite.iv_size;
  std::vector<Keys> keys;            // of each SA
  std::vector<std::uint32_t> order;  // in which packets take the SAs
  std::size_t next = 0;              // in `order`
  gcm_context_data context{};
  chacha20_poly1305_context_data chacha{};
  std::vector<std::uint8_t> buffers;
  std::uint32_t stride = 0;
  std::array<std::array<std::uint8_t, 16>, kPackets> ivs{};
  std::array<IMB_JOB, kBurst> own{};

  Keys const& next_keys() {
    auto const& key = keys[order[next]];
    if (++next == order.size()) next = 0;
    return key;
  }
  std::uint8_t* packet(unsigned i) { return buffers.data() + i * stride; }

  /// Ciphertext of a frame: its IP packet, padding and trailer.
  std::uint32_t text_size(std::uint32_t frame_size) const {
    std::uint32_t const inner = frame_size < ether::kSize ? 0 : frame_size - ether::kSize;
    std::uint32_t const block = suite.block;
    return (inner + static_cast<std::uint32_t>(sizeof(esp::Trailer)) + block - 1) / block * block;
  }

  void fill(IMB_JOB& job, unsigned i, std::uint32_t text) {
    auto const& sa = next_keys();
    auto* const esp = packet(i);
    bool const aead = suite.aead(), cbc = suite.cipher_kind == Cipher::kAesCbc;
    std::uint32_t const first = cbc && !decrypts ? esp::kSize : text_at;  // CBC encrypts its IV
    job.cipher_mode = mode_of(suite.cipher_kind);
    job.hash_alg = hash_of(suite);
    job.cipher_direction = decrypts ? IMB_DIR_DECRYPT : IMB_DIR_ENCRYPT;
    job.chain_order = decrypts ? IMB_ORDER_HASH_CIPHER : IMB_ORDER_CIPHER_HASH;
    job.enc_keys = suite.cipher_kind == Cipher::kAesGcm ? static_cast<void const*>(&sa.gcm)
                   : suite.cipher_kind == Cipher::kChaCha20Poly1305 ? sa.chacha
                                                                    : sa.cipher;
    job.dec_keys = cbc ? sa.decryption : job.enc_keys;
    job.key_len_in_bytes = suite.key_size;
    job.iv = ivs[i].data();
    job.iv_len_in_bytes = cbc ? 16 : 12;
    job.src = esp;
    job.dst = esp + first;
    job.cipher_start_src_offset_in_bytes = first;
    job.msg_len_to_cipher_in_bytes = text_at + text - first;
    job.hash_start_src_offset_in_bytes = aead ? text_at : 0;
    job.msg_len_to_hash_in_bytes = aead ? text : text + text_at;
    job.auth_tag_output = esp + text_at + text;
    job.auth_tag_output_len_in_bytes = icv_size_of(suite);
    if (suite.cipher_kind == Cipher::kAesGcm) {
      job.u.GCM.aad = esp;
      job.u.GCM.aad_len_in_bytes = esp::kSize;
    } else if (aead) {
      job.u.CHACHA20_POLY1305.aad = esp;
      job.u.CHACHA20_POLY1305.aad_len_in_bytes = esp::kSize;
    } else {
      job.u.HMAC._hashed_auth_key_xor_ipad = sa.inner;
      job.u.HMAC._hashed_auth_key_xor_opad = sa.outer;
    }
  }

  void direct(unsigned i, std::uint32_t text) {
    auto const& sa = next_keys();
    auto* const mb = manager.get();
    auto* const esp = packet(i);
    auto* const data = esp + text_at;
    if (suite.cipher_kind == Cipher::kChaCha20Poly1305) {
      IMB_CHACHA20_POLY1305_INIT(mb, sa.chacha, &chacha, ivs[i].data(), esp, esp::kSize);
      if (decrypts) {
        IMB_CHACHA20_POLY1305_DEC_UPDATE(mb, sa.chacha, &chacha, data, data, text);
        IMB_CHACHA20_POLY1305_DEC_FINALIZE(mb, &chacha, data + text, 16);
      } else {
        IMB_CHACHA20_POLY1305_ENC_UPDATE(mb, sa.chacha, &chacha, data, data, text);
        IMB_CHACHA20_POLY1305_ENC_FINALIZE(mb, &chacha, data + text, 16);
      }
      return;
    }
    auto const crypt = suite.key_size == 16   ? (decrypts ? mb->gcm128_dec : mb->gcm128_enc)
                       : suite.key_size == 24 ? (decrypts ? mb->gcm192_dec : mb->gcm192_enc)
                                              : (decrypts ? mb->gcm256_dec : mb->gcm256_enc);
    crypt(&sa.gcm, &context, data, data, text, ivs[i].data(), esp, esp::kSize, data + text,
          suite.icv_size);
  }

  template <class Size>
  void burst(unsigned from, Size size) {
    IMB_JOB* jobs[kBurst];
    while (IMB_GET_NEXT_BURST(manager.get(), kBurst, jobs) < kBurst)
      IMB_FLUSH_BURST(manager.get(), kBurst, jobs);
    for (unsigned i = 0; i < kBurst; ++i) fill(*jobs[i], from + i, size(from + i));
    IMB_SUBMIT_BURST_NOCHECK(manager.get(), kBurst, jobs);
  }

  template <class Size>
  void split_bursts(unsigned from, Size size) {
    for (unsigned i = 0; i < kBurst; ++i) fill(own[i], from + i, size(from + i));
    if (decrypts) hash_burst(from);
    if (suite.cipher_kind != Cipher::kNull) cipher_burst();
    if (!decrypts) hash_burst(from);
  }

  void cipher_burst() {
    for (auto& job : own) {
      job.src += job.cipher_start_src_offset_in_bytes;
      job.cipher_start_src_offset_in_bytes = 0;
    }
    IMB_SUBMIT_CIPHER_BURST_NOCHECK(manager.get(), own.data(), kBurst, mode_of(suite.cipher_kind),
                                    decrypts ? IMB_DIR_DECRYPT : IMB_DIR_ENCRYPT,
                                    static_cast<IMB_KEY_SIZE_BYTES>(suite.key_size));
  }

  void hash_burst(unsigned from) {
    for (unsigned i = 0; i < kBurst; ++i) own[i].src = packet(from + i);
    IMB_SUBMIT_HASH_BURST_NOCHECK(manager.get(), own.data(), kBurst, hash_of(suite));
  }
};

RawIpsecMb::RawIpsecMb(Suite suite, ipsec::Direction direction, std::size_t sas)
    : state_(std::make_unique<State>(ipsec::info(suite), direction, sas)) {
  if (!state_->manager) throw std::bad_alloc();
  auto* const manager = state_->manager.get();
  init_mb_mgr_auto(manager, nullptr);
  auto const key_size = state_->suite.key_size;
  std::uint32_t number = 0;
  for (auto& keys : state_->keys) {
    std::uint8_t key[32] = {};
    std::memcpy(key, &number, sizeof number);
    ++number;
    if (key_size == 16)
      IMB_AES128_GCM_PRE(manager, key, &keys.gcm);
    else if (key_size == 24)
      IMB_AES192_GCM_PRE(manager, key, &keys.gcm);
    else
      IMB_AES256_GCM_PRE(manager, key, &keys.gcm);
    if (key_size == 16)
      IMB_AES_KEYEXP_128(manager, key, keys.cipher, keys.decryption);
    else if (key_size == 24)
      IMB_AES_KEYEXP_192(manager, key, keys.cipher, keys.decryption);
    else
      IMB_AES_KEYEXP_256(manager, key, keys.cipher, keys.decryption);
    std::memcpy(keys.chacha, key, sizeof key);
  }
  for (unsigned i = 0; i < kPackets; ++i) state_->ivs[i][11] = static_cast<std::uint8_t>(i);
}

RawIpsecMb::~RawIpsecMb() = default;

std::span<RawIpsecMb::Interface const> RawIpsecMb::interfaces(Suite suite) {
  static constexpr Interface kAead[] = {Interface::kDirect, Interface::kBurst};
  // Not by jobs: IMB_FLUSH_BURST of ipsec-mb 1.3 leaves some of 256 unfinished, in lanes that
  // hashes share.
  static constexpr Interface kTwoParts[] = {Interface::kSplitBursts};
  return ipsec::info(suite).aead() ? std::span<Interface const>(kAead) : kTwoParts;
}

std::span<RawIpsecMb::Interface const> RawIpsecMb::interfaces() const {
  return interfaces(state_->suite.suite);
}

std::string RawIpsecMb::name(Interface interface) {
  switch (interface) {
    case Interface::kDirect:
      return "direct call";
    case Interface::kBurst:
      return "burst";
    case Interface::kSplitBursts:
      return "cipher burst, hash burst";
  }
  return {};
}

void RawIpsecMb::prepare(std::span<std::uint32_t const> frame_sizes) {
  auto const largest = *std::max_element(frame_sizes.begin(), frame_sizes.end());
  // An odd number of cache lines, so that the packets do not fall into the same sets.
  state_->stride = std::max<std::uint32_t>(2048, (largest + 191) & ~63u) + 64;
  state_->buffers.assign(static_cast<std::size_t>(state_->stride) * kPackets, 0x5a);
}

void RawIpsecMb::run(Interface interface, std::span<std::uint32_t const> frame_sizes) noexcept {
  auto& state = *state_;
  auto const size = [&](unsigned i) {
    return state.text_size(frame_sizes[i % frame_sizes.size()]);
  };
  if (interface == Interface::kDirect) {
    for (unsigned i = 0; i < kPackets; ++i) state.direct(i, size(i));
    return;
  }
  for (unsigned from = 0; from < kPackets; from += kBurst)
    if (interface == Interface::kBurst)
      state.burst(from, size);
    else
      state.split_bursts(from, size);
  IMB_JOB* jobs[kBurst];
  while (IMB_FLUSH_BURST(state.manager.get(), kBurst, jobs) > 0) {
  }
}

CipherRate RawIpsecMb::measure(std::span<std::uint32_t const> frame_sizes,
                               std::chrono::nanoseconds at_least) {
  using Clock = std::chrono::steady_clock;
  constexpr unsigned kPasses = 16;  // some 0.3 to 3 ms a window
  prepare(frame_sizes);
  auto const per_second = cycles_per_second();
  CipherRate best;
  best.cycles_per_packet = std::numeric_limits<double>::infinity();
  auto const begin = Clock::now();
  do {
    for (auto const interface : interfaces()) {
      auto const start = cycles();
      for (unsigned pass = 0; pass < kPasses; ++pass) run(interface, frame_sizes);
      auto const cost = static_cast<double>(cycles() - start) / (kPasses * kPackets);
      if (cost < best.cycles_per_packet) best = {per_second / cost, cost, name(interface)};
    }
  } while (Clock::now() - begin < at_least);
  return best;
}

}  // namespace warpline::ceilings
