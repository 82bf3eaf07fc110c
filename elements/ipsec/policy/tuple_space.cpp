// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ipsec/policy/tuple_space.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <map>
#include <string>

#include "core/base/big_pages.hpp"
#include "core/base/prefetch.hpp"

namespace warpline::ipsec {
namespace {

constexpr std::uint64_t kPortBits = 0xffff, kProtocolBits = std::uint64_t{0xff} << 40;

}  // namespace

template <std::size_t kWords>
auto TupleSpace<kWords>::Key::of(std::uint64_t const* source, std::uint64_t const* destination,
                                 std::uint64_t transport) -> Key {
  if constexpr (kWords == 2)
    return {{source[0] | destination[0] >> 32, transport}};
  else
    return {{source[0], source[1], destination[0], destination[1], transport}};
}

template <std::size_t kWords>
auto TupleSpace<kWords>::Key::of(FlowKey const& packet) -> Key {
  return of(packet.source, packet.destination, packet.transport);
}

template <std::size_t kWords>
TupleSpace<kWords>::TupleSpace(std::span<FlowRule const> rules) {
  struct Group {
    std::size_t table;
    std::vector<Entry> entries;
  };
  std::map<std::string, Group> groups;  // by the bytes of the mask
  for (std::uint32_t index = 0; index < rules.size(); ++index) {
    auto const& rule = rules[index];
    std::uint64_t mask = 0, value = 0;
    if (rule.protocol) {
      mask |= kProtocolBits;
      value |= FlowKey::opaque(*rule.protocol);
    }
    // A packet without ports has zeros there, so a mask with a port includes the bit for ports.
    if (!rule.any_ports()) {
      mask |= FlowKey::kHasPorts;
      value |= FlowKey::kHasPorts;
    }
    if (rule.source_port.is_exact()) {
      mask |= kPortBits << 16;
      value |= static_cast<std::uint64_t>(rule.source_port.first) << 16;
    }
    if (rule.destination_port.is_exact()) {
      mask |= kPortBits;
      value |= rule.destination_port.first;
    }
    auto const is_range = [](PortRange ports) { return !ports.is_any() && !ports.is_exact(); };
    bool const ranged = is_range(rule.source_port) || is_range(rule.destination_port);
    auto const masks = Key::of(rule.source_mask, rule.destination_mask, mask);
    std::string name(reinterpret_cast<char const*>(&masks), sizeof masks);
    name += ranged ? 'r' : '-';
    auto const [group, is_new] = groups.try_emplace(std::move(name));
    if (is_new) {
      group->second.table = tables_.size();
      tables_.push_back({masks, ranged, index, 0, 0, std::pmr::vector<Bucket>(big_pages())});
    }
    group->second.entries.push_back({Key::of(rule.source, rule.destination, value), index});
  }
  for (auto& [name, group] : groups) fill(tables_[group.table], group.entries, rules);
}

template <std::size_t kWords>
void TupleSpace<kWords>::fill(Table& table, std::span<Entry const> entries,
                              std::span<FlowRule const> rules) {
  // A look-up that continues after the first line waits for memory: with space for 3 keys in a line
  // and 0.5 to 1 on average, one in 300 to 60 does. At least two lines: a shift by 64 would be
  // undefined.
  std::size_t const size = std::bit_ceil(entries.size() * (Bucket::kSlots == 1 ? 2 : 1) + 1);
  table.buckets.resize(size);
  table.last = size - 1;
  table.shift = 64u - static_cast<unsigned>(std::countr_zero(size));
  std::map<std::uint32_t, std::vector<Ranges>> lists;  // by the earliest rule
  for (auto const& entry : entries) {
    std::size_t index = entry.key.hash() >> table.shift, slot = 0;
    for (;; index = (index + 1) & table.last) {
      auto const& bucket = table.buckets[index];
      for (slot = 0; slot < Bucket::kSlots; ++slot)
        if (bucket.first[slot] == kNoMatch || bucket.keys[slot] == entry.key) break;
      if (slot < Bucket::kSlots) break;
    }
    auto& bucket = table.buckets[index];
    if (bucket.first[slot] == kNoMatch) {
      bucket.keys[slot] = entry.key;
      bucket.first[slot] = entry.rule;
    }
    if (table.ranged)
      lists[bucket.first[slot]].push_back(
          {rules[entry.rule].source_port, rules[entry.rule].destination_port, entry.rule});
  }
  for (auto const& [first, list] : lists) {
    if (lists_.size() <= first) lists_.resize(first + 1);
    lists_[first] = {static_cast<std::uint32_t>(ranges_.size()),
                     static_cast<std::uint32_t>(list.size())};
    ranges_.insert(ranges_.end(), list.begin(), list.end());
    longest_ = std::max(longest_, list.size());
  }
}

template <std::size_t kWords>
std::uint32_t TupleSpace<kWords>::in_ranges(std::uint32_t first,
                                            FlowKey const& packet) const noexcept {
  auto const list = lists_[first];
  for (std::uint32_t i = list.from; i < list.from + list.count; ++i) {
    auto const& ranges = ranges_[i];
    if (ranges.source.contains(packet.source_port()) &&
        ranges.destination.contains(packet.destination_port()))
      return ranges.rule;
  }
  return kNoMatch;
}

/// All keys of a line are compared at once: which one matches cannot be predicted.
template <std::size_t kWords>
[[gnu::always_inline]] inline void TupleSpace<kWords>::probe(Table const& table, Key const& masked,
                                                             std::size_t index,
                                                             FlowKey const& packet,
                                                             std::uint32_t& best) const noexcept {
  for (;; index = (index + 1) & table.last) {
    auto const& bucket = table.buckets[index];
    std::uint32_t match = kNoMatch;
    for (std::size_t slot = 0; slot < Bucket::kSlots; ++slot)
      match = bucket.keys[slot] == masked ? std::min(match, bucket.first[slot]) : match;
    if (match != kNoMatch) {
      if (table.ranged) [[unlikely]]
        match = in_ranges(match, packet);
      best = std::min(best, match);
      return;
    }
    if (bucket.first[Bucket::kSlots - 1] == kNoMatch) [[likely]]
      return;
  }
}

template <std::size_t kWords>
std::uint32_t TupleSpace<kWords>::find(FlowKey const& packet) const noexcept {
  auto const key = Key::of(packet);
  std::uint32_t best = kNoMatch;
  for (auto const& table : tables_) {
    if (table.first >= best) break;
    auto const masked = key & table.mask;
    probe(table, masked, masked.hash() >> table.shift, packet, best);
  }
  return best;
}

template <std::size_t kWords>
void TupleSpace<kWords>::find(std::span<FlowKey const> packets,
                              std::uint32_t* matches) const noexcept {
  Key keys[kBurst], masked[kBurst];
  std::size_t indices[kBurst];
  std::uint8_t waiting[kBurst];
  std::size_t count = packets.size();
  for (std::size_t i = 0; i < count; ++i) {
    keys[i] = Key::of(packets[i]);
    matches[i] = kNoMatch;
    waiting[i] = static_cast<std::uint8_t>(i);
  }
  for (auto const& table : tables_) {
    std::size_t left = 0;
    for (std::size_t n = 0; n < count; ++n) {
      auto const i = waiting[n];
      if (table.first >= matches[i]) continue;
      waiting[left++] = i;
      masked[i] = keys[i] & table.mask;
      indices[i] = masked[i].hash() >> table.shift;
      prefetch(&table.buckets[indices[i]]);
    }
    if (left == 0) return;
    count = left;
    for (std::size_t n = 0; n < count; ++n) {
      auto const i = waiting[n];
      probe(table, masked[i], indices[i], packets[i], matches[i]);
    }
  }
}

template class TupleSpace<2>;
template class TupleSpace<5>;

}  // namespace warpline::ipsec
