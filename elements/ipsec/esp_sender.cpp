// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ipsec/esp_sender.hpp"

#include <algorithm>

#include "core/clock.hpp"

namespace warpline::ipsec {
namespace {

/// A counter that one thread may write plainly where it is alone.
template <bool kAlone, class T>
T add(std::atomic<T>& counter, T count) noexcept {
  if constexpr (!kAlone) return counter.fetch_add(count, std::memory_order_relaxed) + count;
  auto const sum = counter.load(std::memory_order_relaxed) + count;
  counter.store(sum, std::memory_order_relaxed);
  return sum;
}

}  // namespace

/// Packets looked at before their headers are written: what is read stays in the first-level cache.
struct EspSender::Burst {
  std::span<Packet> packets;
  Verdict* verdicts;
  InnerPacket inner[kBurst];
  std::uint32_t sa[kBurst];
};

EspSender::EspSender(std::shared_ptr<SaDatabase> database)
    : database_(std::move(database)), slots_(database_->slots()), reader_(database_->readers()) {
  reader_.offline();
}

template <class Step>
bool EspSender::in_bursts(std::span<Packet> packets, Verdict* verdicts, Step&& step) noexcept {
  unsigned other = 0;
  reader_.online();
  while (!packets.empty()) {
    Burst burst;
    burst.packets = packets.first(std::min(kBurst, packets.size()));
    burst.verdicts = verdicts;
    other |= step(burst);
    verdicts += burst.packets.size();
    packets = packets.subspan(burst.packets.size());
  }
  reader_.offline();
  return other == 0;
}

/// Forwards to 0 what has an SA and to 1 what may bypass.
void EspSender::look_up(Burst& burst) noexcept {
  auto const& policies = database_->outbound();
  auto const count = burst.packets.size();
  auto const only = policies.only();
  FlowKey keys[kBurst];
  std::uint32_t found[kBurst];
  for (std::size_t i = 0; i < count; ++i) {
    auto& packet = burst.packets[i];
    auto& inner = burst.inner[i];
    burst.verdicts[i] = inspect_inner(packet, inner);
    if (burst.verdicts[i].is_drop() || only != kNoMatch) continue;
    if (!read_flow_key(packet.data + ether::kSize, inner.size, keys[i])) [[unlikely]]
      burst.verdicts[i] = drop<"bad_ip_header">();
  }
  if (only != kNoMatch)
    std::fill_n(found, count, only);
  else
    policies.find({keys, count}, found);
  for (std::size_t i = 0; i < count; ++i) {
    auto& verdict = burst.verdicts[i];
    if (verdict.is_drop()) [[unlikely]]
      continue;
    if (found[i] == kNoMatch) [[unlikely]] {
      verdict = policies.unmatched();
    } else if (auto const action = policies.action(found[i]); action != PolicyAction::kProtect)
        [[unlikely]] {
      verdict = action == PolicyAction::kBypass ? forward(1) : drop<"policy_discard">();
    } else if ((burst.sa[i] = policies.sa(found[i])) == OutboundPolicies::kNoSa) [[unlikely]] {
      verdict = drop<"no_sa">();
    } else {
      __builtin_prefetch(&slots_.outbound(burst.sa[i]), 1);
      __builtin_prefetch(&slots_.use(burst.sa[i]), 1);
    }
  }
}

template <bool kAlone>
unsigned EspSender::number(Burst& burst) noexcept {
  auto const packets = burst.packets;
  auto* const verdicts = burst.verdicts;
  unsigned dropped = 0;
  for (std::size_t i = 0; i < packets.size(); ++i)
    if (!verdicts[i].is_drop()) [[likely]]
      verdicts[i] = slots_.outbound(burst.sa[i]).esp.check_room(packets[i], burst.inner[i]);
  auto const now = cycles();
  for (std::size_t from = 0; from < packets.size();) {
    if (verdicts[from].is_drop()) [[unlikely]] {
      dropped |= verdicts[from++].value;
      continue;
    }
    auto const index = burst.sa[from];
    std::uint64_t bytes = burst.inner[from].size;
    std::size_t to = from + 1;
    for (; to < packets.size() && !verdicts[to].is_drop() && burst.sa[to] == index; ++to)
      bytes += burst.inner[to].size;
    auto& sa = slots_.outbound(index);
    auto& use = slots_.use(index);
    auto const sum = add<kAlone>(use.bytes, bytes);
    add<kAlone>(use.packets, std::uint64_t{to - from});
    use.last_use.store(now, std::memory_order_relaxed);
    bool const spent = sum > use.hard_bytes;
    auto const last = use.last_sequence;
    for (auto sequence = sa.take<kAlone>(to - from); from < to; ++from) {
      if (++sequence > last || spent) [[unlikely]]
        dropped |= (verdicts[from] = sequence > 0xffffffff && !spent ? drop<"sequence_exhausted">()
                                                                     : drop<"sa_expired">())
                       .value;
      else
        sa.esp.encapsulate(packets[from], burst.inner[from], sequence, index);
    }
  }
  return dropped;
}

bool EspSender::encapsulate(std::span<Packet> packets, Verdict* verdicts) noexcept {
  return in_bursts(packets, verdicts, [this](Burst& burst) {
    look_up(burst);
    for (std::size_t i = 0; i < burst.packets.size(); ++i)
      if (burst.verdicts[i] == forward(1)) [[unlikely]]
        burst.verdicts[i] = drop<"policy_bypass">();
    return slots_.alone() ? number<true>(burst) : number<false>(burst);
  });
}

bool EspSender::encapsulate_tagged(std::span<Packet> packets, Verdict* verdicts) noexcept {
  return in_bursts(packets, verdicts, [this](Burst& burst) {
    for (std::size_t i = 0; i < burst.packets.size(); ++i) {
      burst.verdicts[i] = inspect_inner(burst.packets[i], burst.inner[i]);
      burst.sa[i] = burst.packets[i].tag;
      if (!burst.verdicts[i].is_drop() && !slots_.holds(burst.sa[i], Direction::kOutbound))
          [[unlikely]]
        burst.verdicts[i] = drop<"no_sa">();
    }
    return slots_.alone() ? number<true>(burst) : number<false>(burst);
  });
}

bool EspSender::classify(std::span<Packet> packets, Verdict* verdicts) noexcept {
  return in_bursts(packets, verdicts, [this](Burst& burst) {
    look_up(burst);
    unsigned other = 0;
    for (std::size_t i = 0; i < burst.packets.size(); ++i) {
      other |= burst.verdicts[i].value;
      if (burst.verdicts[i] == forward()) burst.packets[i].tag = burst.sa[i];
    }
    return other;
  });
}

}  // namespace warpline::ipsec
