// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "core/base/hd.hpp"
#include "core/device/device.hpp"
#include "core/packet/packet.hpp"

namespace warpline::stream {

/// Finds a packet by its number among those of all items of a task. Trivially copyable and small
/// enough for a kernel's arguments (about 800 bytes), so that a device reads no item list over the
/// bus: a block copies the table to its shared memory once.
struct ItemTable {
  std::byte const* heads[Work::kMaxItems];  ///< of each item's packets
  std::uint32_t begins[Work::kMaxItems];    ///< number of the first packet of each item
  std::uint32_t count;                      ///< items, 1 to `Work::kMaxItems`
  std::uint32_t stride;                     ///< of the heads, the same for all items

  /// On the host: `items` with their prefix sum.
  static ItemTable of(WorkItem const* items, std::uint32_t count) {
    ItemTable table;
    table.count = count;
    table.stride = items[0].stride;
    std::uint32_t packets = 0;
    for (std::uint32_t i = 0; i < count; ++i) {
      table.heads[i] = items[i].heads;
      table.begins[i] = packets;
      packets += items[i].count;
    }
    return table;
  }

  /// A thread's share of copying the table, for threads 0 to `threads` - 1; a barrier must follow.
  WARPLINE_HD void copy_to(ItemTable& other, std::uint32_t thread, std::uint32_t threads) const {
    for (std::uint32_t i = thread; i < count; i += threads) {
      other.heads[i] = heads[i];
      other.begins[i] = begins[i];
    }
    if (thread == 0) other.count = count, other.stride = stride;
  }

  /// The head of packet `index` of all, below the sum of the items' counts. Binary search: at most
  /// 6 steps.
  WARPLINE_HD PacketHead const& at(std::uint32_t index) const {
    // The last item that does not begin after the packet; empty items before it begin there too.
    std::uint32_t item = 0;
    for (std::uint32_t left = count; left > 1;) {
      std::uint32_t const half = left / 2;
      if (begins[item + half] <= index) item += half;
      left -= half;
    }
    auto const* const head = heads[item] + std::size_t{index - begins[item]} * stride;
    return *reinterpret_cast<PacketHead const*>(head);
  }
};

}  // namespace warpline::stream
