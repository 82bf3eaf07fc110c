// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ipsec/esp_receiver.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <type_traits>

#include "core/base/clock.hpp"
#include "core/base/prefetch.hpp"
#include "elements/ipsec/esp/esp_decrypt.hpp"
#include "elements/ipsec/packet/outer_packet.hpp"

namespace warpline::ipsec {
namespace {

static_assert(std::endian::native == std::endian::little);

/// `kSingleThreaded`: no other thread counts.
template <bool kSingleThreaded = false, class T>
void count(std::atomic<T>& counter, std::type_identity_t<T> by = 1) noexcept {
  if constexpr (kSingleThreaded)
    counter.store(counter.load(std::memory_order_relaxed) + by, std::memory_order_relaxed);
  else
    counter.fetch_add(by, std::memory_order_relaxed);
}

/// Word by word: loads of words that were stored in parts would wait for them.
void read_key(OuterPacket const& outer, SpiKey& key) noexcept {
  key.spi = outer.spi;
  key.version = outer.ipv4 ? 4 : 6;
  if (outer.ipv4) [[likely]] {
    std::uint32_t address = 0;
    std::memcpy(&address, outer.destination, sizeof address);
    key.destination[0] = address;  // in the first four bytes: little-endian, as x86-64 is
    key.destination[1] = 0;
  } else {
    std::memcpy(key.destination, outer.destination, sizeof key.destination);
  }
}

Verdict refuse(Replay replay, SaCounters& use) noexcept {
  if (replay == Replay::kTooOld) {
    count(use.inbound.too_old);
    return drop<"too_old">();
  }
  count(use.inbound.replayed);
  return drop<"replayed">();
}

}  // namespace

EspReceiver::EspReceiver(std::shared_ptr<SaDatabase> database, std::uint16_t udp_port)
    : database_(std::move(database)), slots_(database_->slots()), udp_port_(udp_port) {}

bool EspReceiver::prepare(std::span<Packet> packets, Verdict* verdicts) noexcept {
  unsigned dropped = 0;
  now_ = cycles();
  while (!packets.empty()) {
    auto const burst = packets.first(std::min(kBurst, packets.size()));
    dropped |= prepare_burst(burst, verdicts);
    verdicts += burst.size();
    packets = packets.subspan(burst.size());
  }
  return dropped == 0;
}

/// First the SAs of a burst, then the data that is not in an SA's line.
inline void EspReceiver::prefetch_all(std::size_t count, Verdict const* verdicts,
                                      std::uint32_t const* indices,
                                      OuterPacket const* outer) const noexcept {
  for (std::size_t i = 0; i < count; ++i)
    if (!verdicts[i].is_drop() && indices[i] != SpiTable::kNone) slots_.prefetch(indices[i]);
  for (std::size_t i = 0; i < count; ++i) {
    if (verdicts[i].is_drop() || indices[i] == SpiTable::kNone) continue;
    auto const& sa = slots_.inbound(indices[i]);
    sa.window.prefetch(outer[i].sequence);
    if (sa.selects) prefetch(&slots_.selector(indices[i]));
  }
}

unsigned EspReceiver::prepare_burst(std::span<Packet> packets, Verdict* verdicts) noexcept {
  OuterPacket outer[kBurst];
  std::uint32_t found[kBurst];
  for (std::size_t i = 0; i < packets.size(); ++i) {
    auto const kind = inspect_outer(packets[i], outer[i], udp_port_);
    verdicts[i] = kind == OuterKind::kEsp ? forward() : dropped_as(kind);
    if (kind == OuterKind::kEsp) [[likely]]
      read_key(outer[i], keys_[i]);
  }
  database_->spis().find({keys_, packets.size()}, found);
  if (slots_.far()) prefetch_all(packets.size(), verdicts, found, outer);
  unsigned dropped = 0;
  for (std::size_t i = 0; i < packets.size(); ++i) {
    if (!verdicts[i].is_drop()) [[likely]] {
      if (found[i] == SpiTable::kNone) [[unlikely]] {
        verdicts[i] = drop<"no_sa">();
      } else {
        auto& sa = slots_.inbound(found[i]);
        auto const sequence = sa.window.estimate(outer[i].sequence);
        auto const replay = sa.anti_replay ? sa.window.check(sequence) : Replay::kFresh;
        verdicts[i] = replay == Replay::kFresh
                          ? sa.esp.prepare(packets[i], outer[i], sequence, found[i])
                          : refuse(replay, slots_.use(found[i]));
      }
    }
    dropped |= verdicts[i].value;
  }
  return dropped;
}

void EspReceiver::finish(std::span<Packet> packets, std::uint32_t const* results,
                         Verdict* verdicts) noexcept {
  if (slots_.single_threaded())
    finish_all<true>(packets, results, verdicts);
  else
    finish_all<false>(packets, results, verdicts);
}

template <bool kSingleThreaded>
void EspReceiver::finish_all(std::span<Packet> packets, std::uint32_t const* results,
                             Verdict* verdicts) noexcept {
  for (std::size_t i = 0; i < packets.size(); ++i) {
    SaTag const tag(packets[i].tag);
    verdicts[i] = results[i] == EspResult::kGood ? accept<kSingleThreaded>(packets[i], tag)
                                                 : reject(tag, results[i]);
  }
}

Verdict EspReceiver::reject(SaTag tag, std::uint32_t result) noexcept {
  if (result == EspResult::kSize) return drop<"bad_esp_size">();
  count(slots_.use(tag.index()).inbound.integrity_failures);
  return drop<"bad_icv">();
}

inline Verdict EspReceiver::check_policy(Packet const& packet, InboundSa const& sa,
                                         std::uint32_t index) const noexcept {
  auto const* const ip = packet.data + packet.l2_length;
  std::uint32_t const size = packet.length - packet.l2_length;
  if (sa.selects && !slots_.selector(index).takes(ip, size)) return drop<"policy_mismatch">();
  auto const* const policies = database_->inbound();
  if (policies == nullptr) [[likely]]
    return forward();
  FlowKey key;
  auto const& use = slots_.use(index);
  if (!read_flow_key(ip, size, key)) return drop<"policy_mismatch">();
  return policies->by_sa(key, use.inbound.peer, use.inbound.any_peer);
}

template <bool kSingleThreaded>
[[gnu::always_inline]] inline Verdict EspReceiver::accept(Packet& packet, SaTag tag) noexcept {
  auto& sa = slots_.inbound(tag.index());
  auto& use = slots_.use(tag.index());
  auto const offset = SaTag::kFirstOffset + tag.offset();
  auto const replay = sa.window.mark<kSingleThreaded>(sa.esp.sequence(packet, offset));
  if (replay != Replay::kFresh && sa.anti_replay) [[unlikely]]
    return refuse(replay, use);
  auto const verdict = sa.esp.decapsulate(packet, offset);
  if (verdict.is_drop()) [[unlikely]]
    return verdict;
  auto const permitted = check_policy(packet, sa, tag.index());
  if (permitted.is_drop()) [[unlikely]] {
    count(use.inbound.mismatched);
    return permitted;
  }
  count<kSingleThreaded>(use.inbound.packets);
  count<kSingleThreaded>(use.bytes, packet.length - packet.l2_length);
  use.last_use.store(now_, std::memory_order_relaxed);
  return forward();
}

}  // namespace warpline::ipsec
