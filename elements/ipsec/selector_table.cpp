// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ipsec/selector_table.hpp"

#include <algorithm>
#include <bit>

namespace warpline::ipsec {
namespace {

std::uint64_t load_be64(std::uint8_t const* from) {
  return static_cast<std::uint64_t>(load_be32(from)) << 32 | load_be32(from + 4);
}

/// The bytes of a prefix's mask, as of its address.
IpPrefix mask_of(IpPrefix const& prefix) {
  IpPrefix mask = prefix;
  for (unsigned bit = 0; bit < prefix.width(); ++bit)
    if (bit < prefix.length)
      mask.bytes[bit / 8] |= static_cast<std::uint8_t>(0x80u >> bit % 8);
    else
      mask.bytes[bit / 8] &= static_cast<std::uint8_t>(~(0x80u >> bit % 8));
  return mask;
}

std::uint64_t pair_v4(IpPrefix const& source, IpPrefix const& destination) {
  return static_cast<std::uint64_t>(load_be32(source.bytes.data())) << 32 |
         load_be32(destination.bytes.data());
}

}  // namespace

template <std::size_t kWords>
void SelectorTable::TupleSpace<kWords>::add(KeyType const& mask, KeyType const& key,
                                            std::uint32_t index) {
  auto found = std::find_if(tables_.begin(), tables_.end(),
                            [&](Table const& table) { return table.mask == mask; });
  if (found == tables_.end()) {
    tables_.push_back({mask, index, 0, 0, {}});
    found = tables_.end() - 1;
  }
  found->slots.push_back({key, index});
}

template <std::size_t kWords>
void SelectorTable::TupleSpace<kWords>::finish() {
  for (auto& table : tables_) {
    auto const entries = std::move(table.slots);
    // At least two slots: a shift by 64 would be undefined.
    std::size_t const size = std::bit_ceil(std::max<std::size_t>(1, entries.size()) * 2);
    table.slots.assign(size, Slot{});
    table.last = size - 1;
    table.shift = 64u - static_cast<unsigned>(std::countr_zero(size));
    for (auto const& entry : entries) {
      std::size_t at = entry.key.hash() >> table.shift;
      while (table.slots[at].index != kNone && !(table.slots[at].key == entry.key))
        at = (at + 1) & table.last;
      if (table.slots[at].index == kNone) table.slots[at] = entry;
    }
  }
}

SelectorTable::SelectorTable(std::span<Selector const> selectors) {
  for (std::uint32_t index = 0; index < selectors.size(); ++index) {
    auto const& [source, destination] = selectors[index];
    for (unsigned const version : {4u, 6u}) {
      if ((source && source->version != version) ||
          (destination && destination->version != version))
        continue;
      IpPrefix any;
      any.version = version;
      IpPrefix const from = source.value_or(any), to = destination.value_or(any);
      IpPrefix const from_mask = mask_of(from), to_mask = mask_of(to);
      if (version == 4) {
        v4_.add({pair_v4(from_mask, to_mask)}, {pair_v4(from, to)}, index);
      } else {
        auto const pair_v6 = [](IpPrefix const& a, IpPrefix const& b) {
          return Key<4>{{load_be64(&a.bytes[0]), load_be64(&a.bytes[8]), load_be64(&b.bytes[0]),
                         load_be64(&b.bytes[8])}};
        };
        v6_.add(pair_v6(from_mask, to_mask), pair_v6(from, to), index);
      }
    }
  }
  v4_.finish();
  v6_.finish();
}

std::uint32_t SelectorTable::find(ipv6::Header const& header) const noexcept {
  return v6_.find(
      {{load_be64(&header.source.bytes[0]), load_be64(&header.source.bytes[8]),
        load_be64(&header.destination.bytes[0]), load_be64(&header.destination.bytes[8])}});
}

}  // namespace warpline::ipsec
