// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "benchmarks/ceilings/ipsec.hpp"

#include <intel-ipsec-mb.h>

#include <algorithm>
#include <array>
#include <limits>
#include <new>
#include <vector>

#include "core/clock.hpp"
#include "core/wire.hpp"
#include "elements/ipsec/esp_body.hpp"

namespace warpline::ceilings {
namespace {

using ipsec::Suite;

constexpr unsigned kBurst = 32;

/// Ciphertext of a frame: its IP packet, padding and trailer.
std::uint32_t text_size(std::uint32_t frame_size) {
  std::uint32_t const inner = frame_size < ether::kSize ? 0 : frame_size - ether::kSize;
  return (inner + static_cast<std::uint32_t>(sizeof(esp::Trailer)) + 3) & ~3u;
}

struct FreeManager {
  void operator()(IMB_MGR* manager) const { free_mb_mgr(manager); }
};

struct alignas(64) Keys {
  gcm_key_data gcm;
  std::uint8_t cipher[16 * 15], decryption[16 * 15];
  std::uint8_t inner[20], outer[20];
};

}  // namespace

struct RawIpsecMb::State {
  std::unique_ptr<IMB_MGR, FreeManager> manager{alloc_mb_mgr(0)};
  Suite suite;
  Keys keys{};
  gcm_context_data context{};
  std::vector<std::uint8_t> buffers;
  std::uint32_t stride = 0;
  std::array<std::array<std::uint8_t, 16>, kPackets> ivs{};
  std::array<IMB_JOB, kBurst> own{};

  std::uint8_t* packet(unsigned i) { return buffers.data() + i * stride; }

  void fill(IMB_JOB& job, unsigned i, std::uint32_t text) {
    auto* const esp = packet(i);
    bool const gcm = suite == Suite::kAes128Gcm;
    job.cipher_mode = gcm ? IMB_CIPHER_GCM : IMB_CIPHER_CNTR;
    job.hash_alg = gcm ? IMB_AUTH_AES_GMAC : IMB_AUTH_HMAC_SHA_1;
    job.cipher_direction = IMB_DIR_ENCRYPT;
    job.chain_order = IMB_ORDER_CIPHER_HASH;
    job.enc_keys = job.dec_keys = gcm ? static_cast<void const*>(&keys.gcm) : keys.cipher;
    job.key_len_in_bytes = 16;
    job.iv = ivs[i].data();
    job.iv_len_in_bytes = 12;
    job.src = esp;
    job.dst = esp + ipsec::kEspTextOffset;
    job.cipher_start_src_offset_in_bytes = ipsec::kEspTextOffset;
    job.msg_len_to_cipher_in_bytes = text;
    job.hash_start_src_offset_in_bytes = gcm ? ipsec::kEspTextOffset : 0;
    job.msg_len_to_hash_in_bytes = gcm ? text : text + ipsec::kEspTextOffset;
    job.auth_tag_output = esp + ipsec::kEspTextOffset + text;
    job.auth_tag_output_len_in_bytes = ipsec::icv_size(suite);
    if (gcm) {
      job.u.GCM.aad = esp;
      job.u.GCM.aad_len_in_bytes = esp::kSize;
    } else {
      job.u.HMAC._hashed_auth_key_xor_ipad = keys.inner;
      job.u.HMAC._hashed_auth_key_xor_opad = keys.outer;
    }
  }

  void direct(unsigned i, std::uint32_t text) {
    auto* const esp = packet(i);
    auto* const data = esp + ipsec::kEspTextOffset;
    IMB_AES128_GCM_ENC(manager.get(), &keys.gcm, &context, data, data, text, ivs[i].data(), esp,
                       esp::kSize, data + text, ipsec::icv_size(suite));
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
    for (unsigned i = 0; i < kBurst; ++i) {
      fill(own[i], from + i, size(from + i));
      own[i].src = packet(from + i);
    }
    IMB_SUBMIT_CIPHER_BURST_NOCHECK(manager.get(), own.data(), kBurst, IMB_CIPHER_CNTR,
                                    IMB_DIR_ENCRYPT, IMB_KEY_128_BYTES);
    IMB_SUBMIT_HASH_BURST_NOCHECK(manager.get(), own.data(), kBurst, IMB_AUTH_HMAC_SHA_1);
  }
};

RawIpsecMb::RawIpsecMb(Suite suite) : state_(std::make_unique<State>()) {
  if (!state_->manager) throw std::bad_alloc();
  state_->suite = suite;
  auto* const manager = state_->manager.get();
  init_mb_mgr_auto(manager, nullptr);
  std::uint8_t const key[16] = {};
  IMB_AES128_GCM_PRE(manager, key, &state_->keys.gcm);
  IMB_AES_KEYEXP_128(manager, key, state_->keys.cipher, state_->keys.decryption);
  for (unsigned i = 0; i < kPackets; ++i) state_->ivs[i][11] = static_cast<std::uint8_t>(i);
}

RawIpsecMb::~RawIpsecMb() = default;

std::span<RawIpsecMb::Interface const> RawIpsecMb::interfaces() const {
  static constexpr Interface kGcm[] = {Interface::kDirect, Interface::kBurst};
  static constexpr Interface kCtr[] = {Interface::kSplitBursts, Interface::kBurst};
  return state_->suite == Suite::kAes128Gcm ? std::span<Interface const>(kGcm) : kCtr;
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
  state_->stride = std::max<std::uint32_t>(2048, (largest + 127) & ~63u) + 64;
  state_->buffers.assign(static_cast<std::size_t>(state_->stride) * kPackets, 0x5a);
}

void RawIpsecMb::run(Interface interface, std::span<std::uint32_t const> frame_sizes) noexcept {
  auto& state = *state_;
  auto const size = [&](unsigned i) { return text_size(frame_sizes[i % frame_sizes.size()]); };
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
      auto const each = static_cast<double>(cycles() - start) / (kPasses * kPackets);
      if (each < best.cycles_per_packet) best = {per_second / each, each, name(interface)};
    }
  } while (Clock::now() - begin < at_least);
  return best;
}

}  // namespace warpline::ceilings
