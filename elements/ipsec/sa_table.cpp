// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ipsec/sa_table.hpp"

#include <algorithm>

#include "core/big_pages.hpp"

namespace warpline::ipsec {
namespace {

/// Packets looked at before their headers are written: what is read stays in the first-level cache.
constexpr std::size_t kBurst = 32;

/// The last number without extended sequence numbers (RFC 4303 section 3.3.3).
constexpr std::uint64_t kLastSequence = 0xffffffff;

std::vector<Selector> selectors_of(std::span<SaConfig const> sas) {
  std::vector<Selector> selectors;
  for (auto const& sa : sas) selectors.push_back(sa.selector);
  return selectors;
}

}  // namespace

SaTable::SaTable(std::span<SaConfig const> sas)
    : outbound_(big_pages()), selectors_(selectors_of(sas)) {
  outbound_.reserve(sas.size());
  for (auto const& sa : sas) {
    keys_.push_back(sa.keys);
    outbound_.emplace_back(sa);
  }
  cpu_keys_ = std::make_shared<CpuKeys>(keys_);
  icv_size_ = icv_size(suite());
}

// Inline by force: a call for every packet costs 5 of 40 cycles.
[[gnu::always_inline]] inline Verdict SaTable::locate(Packet& packet,
                                                      InnerPacket& inner) const noexcept {
  auto const seen = inspect_inner(packet, inner);
  if (seen.is_drop()) [[unlikely]]
    return seen;
  auto const* const ip = packet.data + ether::kSize;
  std::uint32_t const found = inner.protocol == protocol::kIpv4
                                  ? selectors_.find(*reinterpret_cast<ipv4::Header const*>(ip))
                                  : selectors_.find(*reinterpret_cast<ipv6::Header const*>(ip));
  if (found == SelectorTable::kNone) [[unlikely]]
    return drop<"no_sa">();
  packet.tag = found;
  __builtin_prefetch(&outbound_[found], 1);
  return EspTunnel::check_room(packet, inner, icv_size_);
}

/// Takes `count` numbers and returns the one before them. A locked addition costs about 20 cycles.
template <bool kAlone>
std::uint64_t SaTable::Outbound::take(std::uint64_t count) noexcept {
  if constexpr (!kAlone) return last.fetch_add(count, std::memory_order_relaxed);
  auto const before = last.load(std::memory_order_relaxed);
  last.store(before + count, std::memory_order_relaxed);
  return before;
}

template <bool kAlone>
unsigned SaTable::encapsulate_burst(std::span<Packet> packets, Verdict* verdicts) noexcept {
  InnerPacket inner[kBurst];
  for (std::size_t i = 0; i < packets.size(); ++i) verdicts[i] = locate(packets[i], inner[i]);
  unsigned dropped = 0;
  for (std::size_t from = 0; from < packets.size();) {
    if (verdicts[from].is_drop()) [[unlikely]] {
      dropped |= verdicts[from++].value;
      continue;
    }
    std::uint32_t const tag = packets[from].tag;
    std::size_t to = from + 1;
    if constexpr (!kAlone)
      while (to < packets.size() && !verdicts[to].is_drop() && packets[to].tag == tag) ++to;
    auto& sa = outbound_[tag];
    for (auto sequence = sa.take<kAlone>(to - from); from < to; ++from) {
      if (++sequence > kLastSequence) [[unlikely]]
        dropped |= (verdicts[from] = drop<"sequence_exhausted">()).value;
      else
        sa.tunnel.encapsulate(packets[from], inner[from], sequence);
    }
  }
  return dropped;
}

bool SaTable::encapsulate(std::span<Packet> packets, Verdict* verdicts) noexcept {
  unsigned dropped = 0;
  while (!packets.empty()) {
    auto const burst = packets.first(std::min(kBurst, packets.size()));
    dropped |= alone_ ? encapsulate_burst<true>(burst, verdicts)
                      : encapsulate_burst<false>(burst, verdicts);
    verdicts += burst.size();
    packets = packets.subspan(burst.size());
  }
  return dropped == 0;
}

bool SaTable::made(Packet const& packet) const noexcept {
  if (packet.tag >= outbound_.size() || packet.length < kEspOffset ||
      !is_esp_size(suite(), packet.length - kEspOffset))
    return false;
  return outbound_[packet.tag].tunnel.made(packet);
}

}  // namespace warpline::ipsec
