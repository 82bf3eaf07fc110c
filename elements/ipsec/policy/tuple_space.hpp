// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory_resource>
#include <span>
#include <vector>

#include "core/base/hash.hpp"
#include "core/base/prefetch.hpp"
#include "elements/ipsec/policy/flow_rule.hpp"

namespace warpline::ipsec {

/// Tuple space search: rules with the same masks share a hash table of masked keys. A look-up
/// probes one table per distinct combination of masks, those with early rules first, and stops when
/// no earlier match is possible. An exact port is part of the key; rules with ranges of ports are
/// in a list at the rest of their key.
///
/// Its cost depends on `probes()`, not on the number of rules. Read-only after construction.
/// `kWords`: 2 for IPv4, 5 for IPv6.
template <std::size_t kWords>
class TupleSpace {
 public:
  /// Packets looked up side by side.
  static constexpr std::size_t kBurst = 32;

  explicit TupleSpace(std::span<FlowRule const> rules);

  /// The maximum number of probes of a look-up: tables, and four ranges of ports count as one.
  std::size_t probes() const { return tables_.size() + longest_ / 4; }

  /// The index of the first match, or `kNoMatch`.
  std::uint32_t find(FlowKey const& packet) const noexcept;
  /// The same for `packets`, at most `kBurst`, which wait for memory together.
  void find(std::span<FlowKey const> packets, std::uint32_t* matches) const noexcept;

 private:
  struct Key {
    std::uint64_t words[kWords];

    static Key of(FlowKey const& packet);
    static Key of(std::uint64_t const* source, std::uint64_t const* destination,
                  std::uint64_t transport);
    friend bool operator==(Key const&, Key const&) = default;
    Key operator&(Key const& mask) const {
      Key masked;
      for (std::size_t i = 0; i < kWords; ++i) masked.words[i] = words[i] & mask.words[i];
      return masked;
    }
    std::uint64_t hash() const { return hash_of(words); }
  };
  /// A cache line of keys and of the earliest rule for each, with `kNoMatch` after the last: those
  /// with this hash, and some of the previous line if it is full.
  struct alignas(64) Bucket {
    static constexpr std::size_t kSlots = kCacheLine / (sizeof(Key) + sizeof(std::uint32_t));
    Bucket() { std::fill_n(first, kSlots, kNoMatch); }

    Key keys[kSlots]{};
    std::uint32_t first[kSlots];
  };
  static_assert(sizeof(Bucket) == kCacheLine);
  struct Ranges {
    PortRange source, destination;
    std::uint32_t rule;
  };
  struct Table {
    Key mask;
    bool ranged;
    std::uint32_t first;  // the earliest rule in it
    unsigned shift = 0;
    std::size_t last = 0;
    std::pmr::vector<Bucket> buckets;  // a power of two of them, more than there are keys
  };
  struct List {
    std::uint32_t from = 0, count = 0;
  };
  struct Entry {
    Key key;
    std::uint32_t rule;
  };

  void fill(Table& table, std::span<Entry const> entries, std::span<FlowRule const> rules);
  void probe(Table const& table, Key const& masked, std::size_t index, FlowKey const& packet,
             std::uint32_t& best) const noexcept;
  std::uint32_t in_ranges(std::uint32_t first, FlowKey const& packet) const noexcept;

  std::vector<Table> tables_;  // by `first`
  std::vector<Ranges> ranges_;
  std::vector<List> lists_;  // of ranges, by the earliest rule with their key
  std::size_t longest_ = 0;  // list of ranges
};

extern template class TupleSpace<2>;
extern template class TupleSpace<5>;

}  // namespace warpline::ipsec
