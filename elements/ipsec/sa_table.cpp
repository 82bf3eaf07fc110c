// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ipsec/sa_table.hpp"

#include <algorithm>

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
    : selectors_(selectors_of(sas)), counters_(std::make_unique<Counter[]>(sas.size())) {
  for (std::size_t i = 0; i < sas.size(); ++i) {
    keys_.push_back(sas[i].keys);
    tunnels_.emplace_back(sas[i]);
    counters_[i].last = sas[i].last_sequence;
  }
  cpu_keys_ = std::make_shared<CpuKeys>(keys_);
}

Verdict SaTable::locate(Packet& packet, InnerPacket& inner) const noexcept {
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
  return tunnels_[found].check_room(packet, inner);
}

bool SaTable::encapsulate(std::span<Packet> packets, Verdict* verdicts) noexcept {
  unsigned dropped = 0;
  for (; !packets.empty(); packets = packets.subspan(std::min(kBurst, packets.size()))) {
    std::size_t const count = std::min(kBurst, packets.size());
    InnerPacket inner[kBurst];
    for (std::size_t i = 0; i < count; ++i) verdicts[i] = locate(packets[i], inner[i]);
    for (std::size_t from = 0; from < count;) {
      if (verdicts[from].is_drop()) {
        ++from;
        continue;
      }
      std::uint32_t const sa = packets[from].tag;
      std::size_t to = from + 1;
      while (to < count && !verdicts[to].is_drop() && packets[to].tag == sa) ++to;
      auto sequence = counters_[sa].last.fetch_add(to - from, std::memory_order_relaxed);
      for (; from < to; ++from) {
        if (++sequence > kLastSequence) [[unlikely]]
          verdicts[from] = drop<"sequence_exhausted">();
        else
          tunnels_[sa].encapsulate(packets[from], inner[from], sequence);
      }
    }
    for (std::size_t i = 0; i < count; ++i) dropped |= verdicts[i].value;
    verdicts += count;
  }
  return dropped == 0;
}

bool SaTable::made(Packet const& packet) const noexcept {
  if (packet.tag >= tunnels_.size() || packet.length < kEspOffset ||
      !is_esp_size(suite(), packet.length - kEspOffset))
    return false;
  return tunnels_[packet.tag].made(packet);
}

}  // namespace warpline::ipsec
