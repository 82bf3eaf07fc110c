// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ipsec/database/spi_table.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <memory_resource>
#include <vector>

#include "core/base/big_pages.hpp"
#include "core/base/hash.hpp"
#include "core/base/prefetch.hpp"

namespace warpline::ipsec {
namespace {

// A slot: name 32 bits, index 26, kind 2. The name of an SA for any destination is its SPI. For one
// destination it is a hash of both, and the key itself is in a second array.
constexpr unsigned kIndexShift = 6;
enum Kind : std::uint64_t { kEmpty = 0, kRemoved = 1, kAny = 2, kOne = 3 };

constexpr std::uint64_t kKindMask = 3;
constexpr std::uint64_t kNameMask = ~std::uint64_t{0xffffffff};

constexpr std::uint64_t match_of(std::uint32_t name, Kind kind) {
  return static_cast<std::uint64_t>(name) << 32 | kind;
}
constexpr std::uint32_t index_of(std::uint64_t slot) {
  return static_cast<std::uint32_t>(slot) >> kIndexShift;
}

std::uint32_t name_of(SpiKey const& key) {
  return static_cast<std::uint32_t>(
      hash_of({key.spi ^ static_cast<std::uint64_t>(key.version) << 32, key.destination[0],
               key.destination[1]}) >>
      32);
}

bool same(SpiKey const& a, SpiKey const& b) {
  return a.spi == b.spi && a.version == b.version && a.destination[0] == b.destination[0] &&
         a.destination[1] == b.destination[1];
}

constexpr std::size_t kMinSlots = 64;

}  // namespace

struct SpiTable::Table {
  explicit Table(std::size_t count, bool with_keys)
      : slots(count, big_pages()),
        keys(with_keys ? count : 0, big_pages()),
        last(count - 1),
        shift(64u - static_cast<unsigned>(std::countr_zero(count))) {}

  std::size_t home(std::uint32_t name) const { return name * kHashMultiplier >> shift; }

  void prefetch(std::uint32_t name) const { warpline::prefetch(&slots[home(name)]); }
  void prefetch_with_key(std::uint32_t name) const {
    prefetch(name);
    warpline::prefetch(&keys[home(name)]);
  }

  struct Lookup {
    std::size_t index;
    std::uint64_t slot;  // kEmpty: there is no such SA
  };

  /// `key` is compared for an SA of one destination.
  Lookup look_up(std::uint32_t name, Kind kind, SpiKey const& key) const noexcept {
    auto const match = match_of(name, kind);
    for (std::size_t index = home(name);; index = (index + 1) & last) {
      auto const slot = slots[index].load(std::memory_order_acquire);
      if (slot == kEmpty) return {index, slot};
      if ((slot & (kNameMask | kKindMask)) == match && (kind == kAny || same(keys[index], key)))
        return {index, slot};
    }
  }

  /// For a packet.
  std::uint32_t index(std::uint32_t name, SpiKey const& key) const noexcept;

  /// Writes to the first empty slot. A removed one is not reused, so that a reader that has seen
  /// the SA in it does not read another's key.
  void put(std::uint32_t name, std::uint64_t slot, SpiKey const& key) {
    std::size_t index = home(name);
    while (slots[index].load(std::memory_order_relaxed) != kEmpty) index = (index + 1) & last;
    if (!keys.empty()) keys[index] = key;
    ++used;
    of_one += (slot & kKindMask) == kOne ? 1 : 0;
    slots[index].store(slot, std::memory_order_release);
  }

  std::pmr::vector<std::atomic<std::uint64_t>> slots;
  std::pmr::vector<SpiKey> keys;  // empty until an SA is for one destination
  std::size_t last;
  unsigned shift;
  alignas(64) std::size_t used = 0;  // slots that are not empty; this and the next: for the writer
  std::size_t of_one = 0;            // SAs of one destination
};

SpiKey SpiKey::of(std::uint32_t spi, IpAddress const& destination) {
  SpiKey key{spi, destination.version, {}};
  std::memcpy(key.destination, destination.bytes.data(), destination.bytes.size());
  return key;
}

SpiTable::SpiTable(Quiescence& readers)
    : readers_(readers), table_(std::make_unique<Table>(kMinSlots, false).release()) {}

SpiTable::~SpiTable() { std::unique_ptr<Table>(table_.load(std::memory_order_relaxed)).reset(); }

bool SpiTable::add(std::uint32_t spi, std::optional<IpAddress> const& destination,
                   std::uint32_t index) {
  auto* table = table_.load(std::memory_order_relaxed);
  auto const key = destination ? SpiKey::of(spi, *destination) : SpiKey{spi, 4, {}};
  auto const kind = destination ? kOne : kAny;
  auto const name = destination ? name_of(key) : spi;
  bool const taken =
      (kind == kAny || !table->keys.empty()) && table->look_up(name, kind, key).slot != kEmpty;
  if (taken) return false;
  if (2 * (table->used + 1) > table->slots.size() || (destination && table->keys.empty()))
    table = rebuild(destination.has_value());
  table->put(name, match_of(name, kind) | static_cast<std::uint64_t>(index) << kIndexShift, key);
  ++size_;
  return true;
}

bool SpiTable::remove(std::uint32_t spi, std::optional<IpAddress> const& destination) {
  auto* const table = table_.load(std::memory_order_relaxed);
  auto const key = destination ? SpiKey::of(spi, *destination) : SpiKey{spi, 4, {}};
  if (destination && table->keys.empty()) return false;
  auto const result =
      table->look_up(destination ? name_of(key) : spi, destination ? kOne : kAny, key);
  if (result.slot == kEmpty) return false;
  table->slots[result.index].store(kRemoved, std::memory_order_release);
  table->of_one -= destination ? 1u : 0u;
  --size_;
  return true;
}

SpiTable::Table* SpiTable::rebuild(bool with_keys) {
  auto* const old = table_.load(std::memory_order_relaxed);
  auto const slots = std::bit_ceil(std::max(kMinSlots, 4 * (size_ + 1)));
  auto next = std::make_unique<Table>(slots, with_keys || old->of_one != 0);
  for (std::size_t index = 0; index < old->slots.size(); ++index) {
    auto const slot = old->slots[index].load(std::memory_order_relaxed);
    if (slot == kEmpty || slot == kRemoved) continue;
    next->put(static_cast<std::uint32_t>(slot >> 32), slot,
              old->keys.empty() ? SpiKey{} : old->keys[index]);
  }
  auto* const published = next.release();
  table_.store(published, std::memory_order_release);
  readers_.retire(std::unique_ptr<Table>(old));
  return published;
}

std::uint32_t SpiTable::Table::index(std::uint32_t name, SpiKey const& key) const noexcept {
  // The slot is read once: it may be removed at any moment.
  auto slot = keys.empty() ? kEmpty : look_up(name, kOne, key).slot;
  if (slot == kEmpty) slot = look_up(key.spi, kAny, key).slot;
  return slot == kEmpty ? kNone : index_of(slot);
}

std::uint32_t SpiTable::find(SpiKey const& key) const noexcept {
  auto const& table = *table_.load(std::memory_order_acquire);
  return table.index(table.keys.empty() ? 0 : name_of(key), key);
}

void SpiTable::find(std::span<SpiKey const> keys, std::uint32_t* indices) const noexcept {
  constexpr std::size_t kBurst = 32;
  auto const& table = *table_.load(std::memory_order_acquire);
  bool const by_destination = !table.keys.empty();
  std::uint32_t names[kBurst] = {};
  while (!keys.empty()) {
    auto const burst = keys.first(std::min(kBurst, keys.size()));
    for (std::size_t i = 0; i < burst.size(); ++i) {
      table.prefetch(burst[i].spi);
      if (by_destination) table.prefetch_with_key(names[i] = name_of(burst[i]));
    }
    for (std::size_t i = 0; i < burst.size(); ++i) *indices++ = table.index(names[i], burst[i]);
    keys = keys.subspan(burst.size());
  }
}

}  // namespace warpline::ipsec
