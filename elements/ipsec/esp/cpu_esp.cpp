// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ipsec/esp/cpu_esp.hpp"

#include <intel-ipsec-mb.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <iterator>

#include "core/base/prefetch.hpp"
#include "elements/ipsec/esp/cpu_keys_table.hpp"
#include "elements/ipsec/esp/esp_decrypt.hpp"
#include "elements/ipsec/esp/sa_tag.hpp"
#include "elements/ipsec/esp/udp_checksum.hpp"

namespace warpline::ipsec {
namespace {

/// Packets per call of the library, the maximum of its bursts. With fewer, its last lanes run half
/// empty more often: HMAC-SHA-1 of 88 bytes costs 104 cycles in bursts of 32, 92 in these
/// (November 2026).
constexpr std::size_t kBurst = IMB_MAX_BURST_SIZE;
/// Packets by which the prefetch of a key is ahead, where packets are encrypted one by one.
constexpr std::size_t kAhead = 8;
/// Max bytes of all keys that are left to the caches: a core's second-level cache holds them. With
/// 16 SAs, prefetching cost 5 % of a packet's cycles (Zen 5, November 2026).
constexpr std::size_t kMaxNearKeys = std::size_t{128} << 10;

/// A packet whose SA and sizes are known.
struct Item {
  std::uint8_t* esp;
  CpuSa const* sa;
  EspSizes sizes;
  std::uint32_t order;  // in the caller's array

  std::uint8_t* iv() const { return esp + esp::kSize; }
  std::uint8_t* ciphertext() const { return esp + sizes.ciphertext; }
  std::uint8_t* icv() const { return esp + sizes.icv; }
};
using Items = std::span<Item const>;

struct alignas(16) Bytes16 {
  std::uint8_t bytes[16];
};
struct alignas(16) IcvBytes {
  std::uint8_t bytes[kMaxIcvSize];
};

/// The round keys, and the powers of the hash key that a text of `size` bytes needs.
inline void prefetch_gcm(gcm_key_data const& key, std::uint32_t key_size, std::uint32_t size) {
  prefetch(key.expanded_keys, 16 * (key_size / 4 + 7));
  auto const& powers = key.ghash_keys.vaes_avx512.shifted_hkey;
  auto const used = std::min<std::size_t>(size + 2 * 16, sizeof powers);  // AAD and lengths
  prefetch(std::end(powers) - used, used);  // the lowest powers are at the end
}

/// Prefetches the keys that the packet's suite needs. With many SAs the library would wait for
/// memory line by line.
void prefetch_keys(Item const& item) {
  auto const& sa = *item.sa;
  switch (sa.cipher) {
    case Cipher::kAesGcm:
      return prefetch_gcm(*static_cast<gcm_key_data const*>(sa.keys), sa.key_size,
                          item.sizes.ciphertext_size);
    case Cipher::kAesCtr:
    case Cipher::kAesCbc:
      return prefetch(sa.keys, hmac_key_size(sa.integrity) + 16 * (sa.key_size / 4u + 7));
    case Cipher::kChaCha20Poly1305:
    case Cipher::kNull:
      return prefetch(sa.keys);
  }
}

/// The library reads it as one word: to be written well before.
void write_nonce(std::uint8_t* to, Item const& item) {
  std::memcpy(to, &item.sa->salt, 4);
  std::memcpy(to + 4, item.iv(), 8);
}

constexpr std::uint32_t kWord = sizeof(std::uint64_t);

std::uint64_t word_at(std::uint8_t const* from) {
  std::uint64_t word = 0;
  std::memcpy(&word, from, kWord);
  return word;
}

/// In constant time, so that it does not reveal where they differ. `size`: at least 8.
bool same(std::uint8_t const* a, std::uint8_t const* b, std::uint32_t size) {
  if (size == 2 * kWord) [[likely]]
    return ((word_at(a) ^ word_at(b)) | (word_at(a + kWord) ^ word_at(b + kWord))) == 0;
  std::uint64_t difference = word_at(a + size - kWord) ^ word_at(b + size - kWord);
  for (std::uint32_t offset = 0; offset + kWord < size; offset += kWord)
    difference |= word_at(a + offset) ^ word_at(b + offset);
  return difference == 0;
}

/// `size`: at least 8.
void copy_icv(std::uint8_t* to, std::uint8_t const* from, std::uint32_t size) {
  auto const last = word_at(from + size - kWord);
  for (std::uint32_t offset = 0; offset + kWord < size; offset += kWord) {
    auto const word = word_at(from + offset);
    std::memcpy(to + offset, &word, kWord);
  }
  std::memcpy(to + size - kWord, &last, kWord);
}

/// The sum of `size` bytes, a multiple of 4, as words of 32 bits in host order: a loop that
/// compilers turn into vectors. For 92 / 1436 bytes it takes 6.5 / 88 cycles, with AVX2 5.7 / 46
/// (Zen 5, November 2026).
[[gnu::always_inline]] inline std::uint64_t sum_words(std::uint8_t const* data,
                                                      std::uint32_t size) {
  std::uint64_t sum = 0;
  for (auto const* const end = data + size; data < end; data += 4) {
    std::uint32_t word = 0;
    std::memcpy(&word, data, sizeof word);
    sum += word;
  }
  return sum;
}
using SumWords = std::uint64_t(std::uint8_t const* data, std::uint32_t size);
std::uint64_t sum_words_by_sse(std::uint8_t const* data, std::uint32_t size) {
  return sum_words(data, size);
}
[[gnu::target("avx2")]] std::uint64_t sum_words_by_avx2(std::uint8_t const* data,
                                                        std::uint32_t size) {
  return sum_words(data, size);
}

/// The IV that the IV of a packet is encrypted under, with CBC.
constexpr Bytes16 kZero{};

/// An HMAC of the library's. It refuses other lengths of the integrity value (ipsec-mb 1.3), so
/// that a shorter one is cut off afterwards.
struct CpuHash {
  IMB_HASH_ALG algorithm;
  std::uint32_t icv_size;
};
CpuHash hash_of(Integrity integrity) {
  switch (integrity) {
    case Integrity::kHmacSha1:
      return {IMB_AUTH_HMAC_SHA_1, 12};
    case Integrity::kHmacSha256:
      return {IMB_AUTH_HMAC_SHA_256, 16};
    case Integrity::kHmacSha384:
      return {IMB_AUTH_HMAC_SHA_384, 24};
    case Integrity::kHmacSha512:
      return {IMB_AUTH_HMAC_SHA_512, 32};
    case Integrity::kByCipher:
      break;
  }
  return {IMB_AUTH_NULL, 0};
}

std::uint8_t const* key_bytes(Item const& item) {
  return static_cast<std::uint8_t const*>(item.sa->keys);
}

/// Writes the HMAC of the packet to `icv`.
void fill_hmac(IMB_JOB& job, Item const& item, std::uint8_t* icv, std::uint32_t icv_size) {
  auto const& sa = *item.sa;
  job.src = item.esp;
  job.hash_start_src_offset_in_bytes = 0;
  job.msg_len_to_hash_in_bytes = item.sizes.icv + (sa.esn ? kEsnSize : 0);
  job.auth_tag_output = icv;
  job.auth_tag_output_len_in_bytes = icv_size;
  job.u.HMAC._hashed_auth_key_xor_ipad = key_bytes(item);
  job.u.HMAC._hashed_auth_key_xor_opad = key_bytes(item) + hmac_key_size(sa.integrity) / 2;
}

}  // namespace

struct CpuEsp::State {
  State() {
    for (auto& job : jobs) job.chain_order = IMB_ORDER_CIPHER_HASH;
  }

  Manager manager = make_manager();
  SumWords* const sum_udp =
      __builtin_cpu_supports("avx2") != 0 ? &sum_words_by_avx2 : &sum_words_by_sse;
  gcm_context_data gcm{};
  Item items[kBurst]{};
  Bytes16 ivs[kBurst]{}, aads[kBurst]{};  // nonces, also of suites without one; see `gather_aads`
  IcvBytes computed[kBurst]{}, received[kBurst]{};
  IMB_JOB jobs[kBurst]{};
  bool far = false;       // the keys need prefetches
  bool extended = false;  // an SA of `items` has extended sequence numbers

  template <class Run>
  void by_suites(CpuKeys::Table const& table, std::span<Packet const> packets, std::uint32_t* into,
                 Run const& run) noexcept;
  template <class High>
  void gather_aads(Items burst, High const& high) noexcept;
  void gcm_crypt(Items burst, bool decrypts) noexcept;
  void chacha_crypt(Items burst, bool decrypts) noexcept;
  void cipher(Items burst, bool decrypts) noexcept;
  void hash(Items burst, bool decrypts) noexcept;
  void complete_udp(Items burst) noexcept;
  void protect(Items burst) noexcept;
  void open(Items burst, std::uint32_t* into) noexcept;
};

/// Calls `run(burst)` for the good packets of each suite. Those that are not good get
/// `EspResult::kSize` in `into`, unless that is null.
template <class Run>
void CpuEsp::State::by_suites(CpuKeys::Table const& table, std::span<Packet const> packets,
                              std::uint32_t* into, Run const& run) noexcept {
  static constexpr CpuSa kEmpty;
  auto const sa_of = [&table](Packet const& packet) {
    auto const index = SaTag(packet.tag).index();
    return index < table.sas.size() ? &table.sas[index] : &kEmpty;
  };
  if (packets.empty()) return;
  far = table.key_bytes.load(std::memory_order_relaxed) > kMaxNearKeys;
  static_assert(kSuiteCount <= 64);
  auto const bit = [](Suite suite) { return std::uint64_t{1} << static_cast<unsigned>(suite); };
  std::uint64_t suites = bit(sa_of(packets.front())->suite);
  for (std::uint64_t waiting = suites; waiting != 0;) {
    auto const suite = static_cast<Suite>(std::countr_zero(waiting));
    std::size_t count = 0;
    auto const flush = [&] {
      if (count == 0) return;
      run(Items(items, count));
      count = 0;
      extended = false;
    };
    for (std::size_t i = 0; i < packets.size(); ++i) {
      auto const* const sa = sa_of(packets[i]);
      if (sa->suite != suite) [[unlikely]] {
        waiting |= bit(sa->suite) & ~suites;
        suites |= bit(sa->suite);
        continue;
      }
      auto const esp = SaTag(packets[i].tag).esp(packets[i]);
      EspSizes const sizes(*sa, esp.size);
      if (!sizes.good() || sa->keys == nullptr) {
        if (into != nullptr) into[i] = EspResult::kSize;
        continue;
      }
      auto& item = items[count] = {esp.data, sa, sizes, static_cast<std::uint32_t>(i)};
      write_nonce(ivs[count].bytes, item);
      extended |= sa->esn;
      bool const now = far && (count < kAhead || sa->cipher != Cipher::kAesGcm);
      if (now && (count == 0 || items[count - 1].sa != sa)) prefetch_keys(item);
      if (++count == kBurst) flush();
    }
    flush();
    waiting &= ~bit(suite);
  }
}

/// Associated data with extended sequence numbers, written well before the library reads it as one
/// word. `high`: where an item has the high half.
template <class High>
void CpuEsp::State::gather_aads(Items burst, High const& high) noexcept {
  if (!extended) return;
  for (std::size_t i = 0; i < burst.size(); ++i) {
    auto const& item = burst[i];
    if (!item.sa->esn) continue;
    std::memcpy(aads[i].bytes, item.esp, 4);
    std::memcpy(aads[i].bytes + 4, high(item), kEsnSize);
    std::memcpy(aads[i].bytes + 8, item.esp + 4, 4);
  }
}

void CpuEsp::State::gcm_crypt(Items burst, bool decrypts) noexcept {
  auto const key_size = burst.front().sa->key_size;
  auto const* const mb = manager.get();
  auto const crypt = decrypts ? (key_size == 16   ? mb->gcm128_dec
                                 : key_size == 24 ? mb->gcm192_dec
                                                  : mb->gcm256_dec)
                              : (key_size == 16   ? mb->gcm128_enc
                                 : key_size == 24 ? mb->gcm192_enc
                                                  : mb->gcm256_enc);
  for (std::size_t i = 0; i < burst.size(); ++i) {
    auto const& item = burst[i];
    bool const esn = item.sa->esn;
    if (far && i + kAhead < burst.size() && burst[i + kAhead].sa != burst[i + kAhead - 1].sa) {
      auto const& later = burst[i + kAhead];
      prefetch_gcm(*static_cast<gcm_key_data const*>(later.sa->keys), key_size,
                   later.sizes.ciphertext_size);
    }
    crypt(static_cast<gcm_key_data const*>(item.sa->keys), &gcm, item.ciphertext(),
          item.ciphertext(), item.sizes.ciphertext_size, ivs[i].bytes,
          esn ? aads[i].bytes : item.esp, esp::kSize + (esn ? kEsnSize : 0),
          decrypts ? computed[i].bytes : item.icv(), item.sa->icv_size);
  }
}

/// Job by job, each finished when it is submitted. Not by IMB_SUBMIT_BURST: in ipsec-mb 1.3 it
/// miscounts the library's ring of 256 if jobs wait for others of their lanes.
void CpuEsp::State::chacha_crypt(Items burst, bool decrypts) noexcept {
  auto* const mb = manager.get();
  for (std::size_t i = 0; i < burst.size(); ++i) {
    auto const& item = burst[i];
    auto& job = *IMB_GET_NEXT_JOB(mb);
    job.cipher_mode = IMB_CIPHER_CHACHA20_POLY1305;
    job.hash_alg = IMB_AUTH_CHACHA20_POLY1305;
    job.cipher_direction = decrypts ? IMB_DIR_DECRYPT : IMB_DIR_ENCRYPT;
    job.chain_order = decrypts ? IMB_ORDER_HASH_CIPHER : IMB_ORDER_CIPHER_HASH;
    job.enc_keys = job.dec_keys = item.sa->keys;
    job.key_len_in_bytes = sizeof(CpuChaChaKey);
    job.iv = ivs[i].bytes;
    job.iv_len_in_bytes = 12;
    job.src = job.dst = item.ciphertext();
    job.cipher_start_src_offset_in_bytes = job.hash_start_src_offset_in_bytes = 0;
    job.msg_len_to_cipher_in_bytes = job.msg_len_to_hash_in_bytes = item.sizes.ciphertext_size;
    job.auth_tag_output = decrypts ? computed[i].bytes : item.icv();
    job.auth_tag_output_len_in_bytes = item.sa->icv_size;
    job.u.CHACHA20_POLY1305.aad = item.sa->esn ? aads[i].bytes : item.esp;
    job.u.CHACHA20_POLY1305.aad_len_in_bytes = esp::kSize + (item.sa->esn ? kEsnSize : 0);
    IMB_SUBMIT_JOB_NOCHECK(mb);
  }
  while (IMB_FLUSH_JOB(mb) != nullptr) {
  }
}

void CpuEsp::State::cipher(Items burst, bool decrypts) noexcept {
  if (burst.empty()) return;
  bool const ctr = burst.front().sa->cipher == Cipher::kAesCtr;
  for (std::size_t i = 0; i < burst.size(); ++i) {
    auto const& item = burst[i];
    auto& job = jobs[i];
    job.enc_keys = job.dec_keys = key_bytes(item) + hmac_key_size(item.sa->integrity);
    job.cipher_start_src_offset_in_bytes = 0;
    job.src = job.dst = item.ciphertext();
    job.msg_len_to_cipher_in_bytes = item.sizes.ciphertext_size;
    job.iv_len_in_bytes = ctr ? 12 : 16;
    if (ctr) {
      write_nonce(ivs[i].bytes, item);  // some packets of the burst may be missing here
      job.iv = ivs[i].bytes;
    } else if (decrypts) {
      job.iv = item.iv();
    } else {  // the IV is the encrypted content of its field
      job.iv = kZero.bytes;
      job.src = job.dst = item.iv();
      job.msg_len_to_cipher_in_bytes += item.sa->iv_size;
    }
  }
  IMB_SUBMIT_CIPHER_BURST_NOCHECK(manager.get(), jobs, static_cast<std::uint32_t>(burst.size()),
                                  ctr ? IMB_CIPHER_CNTR : IMB_CIPHER_CBC,
                                  decrypts ? IMB_DIR_DECRYPT : IMB_DIR_ENCRYPT,
                                  static_cast<IMB_KEY_SIZE_BYTES>(burst.front().sa->key_size));
}

void CpuEsp::State::hash(Items burst, bool decrypts) noexcept {
  auto const library = hash_of(burst.front().sa->integrity);
  bool const apart = decrypts || burst.front().sa->icv_size != library.icv_size;
  for (std::size_t i = 0; i < burst.size(); ++i) {
    auto const& item = burst[i];
    auto const& sa = *item.sa;
    if (decrypts) {
      copy_icv(received[i].bytes, item.icv(), sa.icv_size);
      if (sa.esn) std::memcpy(item.icv(), item.icv() + sa.icv_size, kEsnSize);
    }
    fill_hmac(jobs[i], item, apart ? computed[i].bytes : item.icv(), library.icv_size);
  }
  IMB_SUBMIT_HASH_BURST_NOCHECK(manager.get(), jobs, static_cast<std::uint32_t>(burst.size()),
                                library.algorithm);
  if (!apart || decrypts) return;
  for (std::size_t i = 0; i < burst.size(); ++i)
    copy_icv(burst[i].icv(), computed[i].bytes, burst[i].sa->icv_size);
}

/// `complete_udp_checksum` of each packet: a sum of words in the other byte order is the sum in
/// that order (RFC 1071 section 2 (B)).
void CpuEsp::State::complete_udp(Items burst) noexcept {
  for (auto const& item : burst) {
    if (!item.sa->udp_checksum) continue;
    auto& udp = *reinterpret_cast<udp::Header*>(item.esp - udp::kSize);
    if (udp.checksum.host() == 0) continue;
    auto const* const data = item.esp - udp::kSize;
    auto const checksum =
        udp_checksum_of(sum_udp(data, udp::kSize + item.sizes.icv + item.sa->icv_size));
    std::memcpy(udp.checksum.bytes, &checksum, sizeof checksum);
  }
}

void CpuEsp::State::protect(Items burst) noexcept {
  auto const& sa = *burst.front().sa;
  if (sa.integrity != Integrity::kByCipher) {
    if (sa.cipher != Cipher::kNull) cipher(burst, false);
    hash(burst, false);
  } else {
    gather_aads(burst, [](Item const& item) { return item.icv(); });
    if (sa.cipher == Cipher::kAesGcm)
      gcm_crypt(burst, false);
    else
      chacha_crypt(burst, false);
  }
  complete_udp(burst);
}

/// Writes an `EspResult` of each packet to `into[order]`.
void CpuEsp::State::open(Items burst, std::uint32_t* into) noexcept {
  auto const& sa = *burst.front().sa;
  auto const judge = [&](auto const& expected) {
    for (std::size_t i = 0; i < burst.size(); ++i)
      into[burst[i].order] = same(expected(i), computed[i].bytes, sa.icv_size)
                                 ? EspResult::kGood
                                 : EspResult::kIntegrity;
  };
  if (sa.integrity == Integrity::kByCipher) {
    gather_aads(burst, [](Item const& item) { return item.icv() + item.sa->icv_size; });
    if (sa.cipher == Cipher::kAesGcm)
      gcm_crypt(burst, true);
    else
      chacha_crypt(burst, true);
    return judge([&](std::size_t i) { return burst[i].icv(); });
  }
  hash(burst, true);
  judge([&](std::size_t i) { return received[i].bytes; });
  if (sa.cipher == Cipher::kNull) return;
  Item good[kBurst];
  std::size_t count = 0;
  for (std::size_t i = 0; i < burst.size(); ++i)
    if (into[burst[i].order] == EspResult::kGood) good[count++] = burst[i];
  cipher(Items(good, count), true);
}

CpuEsp::CpuEsp(std::shared_ptr<CpuKeys const> keys)
    : keys_(std::move(keys)), state_(std::make_unique<State>()) {}

CpuEsp::~CpuEsp() = default;

void CpuEsp::protect(std::span<Packet const> packets) noexcept {
  state_->by_suites(*keys_->table_, packets, nullptr,
                    [this](Items burst) { state_->protect(burst); });
}

void CpuEsp::encrypt(std::span<Packet const> packets) noexcept {
  state_->by_suites(*keys_->table_, packets, nullptr, [this](Items burst) {
    auto const cipher = burst.front().sa->cipher;
    if (cipher == Cipher::kAesCtr || cipher == Cipher::kAesCbc) state_->cipher(burst, false);
  });
}

void CpuEsp::authenticate(std::span<Packet const> packets) noexcept {
  state_->by_suites(*keys_->table_, packets, nullptr, [this](Items burst) {
    if (burst.front().sa->integrity == Integrity::kByCipher) return;
    state_->hash(burst, false);
    state_->complete_udp(burst);
  });
}

void CpuEsp::open(std::span<Packet const> packets, std::uint32_t* results) noexcept {
  state_->by_suites(*keys_->table_, packets, results,
                    [&](Items burst) { state_->open(burst, results); });
}

std::string CpuEsp::description() {
  unsigned architecture = 0;
  auto const manager = make_manager(&architecture);
  constexpr char const* kNames[IMB_ARCH_NUM] = {"none", "no AES-NI", "SSE",
                                                "AVX",  "AVX2",      "AVX-512"};
  return std::string("ipsec-mb ") + imb_get_version_str() + " (" + kNames[architecture] + ")";
}

}  // namespace warpline::ipsec
