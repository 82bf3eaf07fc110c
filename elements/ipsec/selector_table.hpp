// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/wire.hpp"
#include "elements/ipsec/sa_file.hpp"

namespace warpline::ipsec {

/// Finds the first selector of a list that two addresses match.
///
/// Selectors with the same pair of prefix lengths share a hash table of masked address pairs; a
/// look-up probes one table per distinct pair, those with early selectors first, and stops where no
/// earlier match is possible. A file of tunnels between networks of one size costs one probe
/// however many there are. Read-only once made: any number of threads.
class SelectorTable {
 public:
  static constexpr std::uint32_t kNone = ~0u;

  explicit SelectorTable(std::span<Selector const> selectors);

  /// The index of the first match, or `kNone`.
  std::uint32_t find(ipv4::Header const& header) const noexcept {
    return v4_.find(
        {static_cast<std::uint64_t>(header.source.host()) << 32 | header.destination.host()});
  }
  std::uint32_t find(ipv6::Header const& header) const noexcept;

  /// How many tables a look-up may have to probe.
  std::size_t probes(unsigned version) const { return version == 4 ? v4_.tables() : v6_.tables(); }

 private:
  /// Two addresses as words, the source first.
  template <std::size_t kWords>
  struct Key {
    std::uint64_t words[kWords];

    friend bool operator==(Key const&, Key const&) = default;
    Key operator&(Key const& mask) const {
      Key masked;
      for (std::size_t i = 0; i < kWords; ++i) masked.words[i] = words[i] & mask.words[i];
      return masked;
    }
    std::uint64_t hash() const {
      std::uint64_t mixed = 0;
      for (auto const word : words) mixed = (mixed ^ word) * 0x9e3779b97f4a7c15u;
      return mixed;
    }
  };

  template <std::size_t kWords>
  class TupleSpace {
   public:
    using KeyType = Key<kWords>;

    void add(KeyType const& mask, KeyType const& key, std::uint32_t index);
    void finish();
    std::size_t tables() const { return tables_.size(); }

    std::uint32_t find(KeyType const& key) const noexcept {
      std::uint32_t best = kNone;
      for (auto const& table : tables_) {
        if (table.first >= best) break;
        KeyType const masked = key & table.mask;
        for (std::size_t at = masked.hash() >> table.shift;; at = (at + 1) & table.last) {
          auto const& slot = table.slots[at];
          if (slot.index == kNone) break;
          if (slot.key == masked) {
            best = slot.index < best ? slot.index : best;
            break;
          }
        }
      }
      return best;
    }

   private:
    struct Slot {
      KeyType key{};
      std::uint32_t index = kNone;
    };
    struct Table {
      KeyType mask;
      std::uint32_t first;  // the earliest selector in it
      unsigned shift = 0;
      std::size_t last = 0;
      std::vector<Slot> slots;  // a power of two of them, at most half full
    };
    std::vector<Table> tables_;
  };

  TupleSpace<1> v4_;
  TupleSpace<4> v6_;
};

}  // namespace warpline::ipsec
