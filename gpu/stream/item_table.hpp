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
  Packet const* packets[Work::kMostItems];
  std::uint32_t begins[Work::kMostItems];  ///< number of the first packet of each item
  std::uint32_t count;                     ///< items, 1 to `Work::kMostItems`

  /// On the host: `items` with their prefix sum.
  static ItemTable of(WorkItem const* items, std::uint32_t count) {
    ItemTable table;
    table.count = count;
    std::uint32_t packets = 0;
    for (std::uint32_t i = 0; i < count; ++i) {
      table.packets[i] = items[i].packets;
      table.begins[i] = packets;
      packets += items[i].count;
    }
    return table;
  }

  /// A thread's share of copying the table, for threads 0 to `threads` - 1; a barrier must follow.
  WARPLINE_HD void copy_to(ItemTable& other, std::uint32_t thread, std::uint32_t threads) const {
    for (std::uint32_t i = thread; i < count; i += threads) {
      other.packets[i] = packets[i];
      other.begins[i] = begins[i];
    }
    if (thread == 0) other.count = count;
  }

  /// Packet `index` of all, below the sum of the items' counts. Binary search: at most 6 steps.
  WARPLINE_HD Packet const& at(std::uint32_t index) const {
    // The last item that does not begin after the packet; empty items before it begin there too.
    std::uint32_t item = 0;
    for (std::uint32_t left = count; left > 1;) {
      std::uint32_t const half = left / 2;
      if (begins[item + half] <= index) item += half;
      left -= half;
    }
    return packets[item][index - begins[item]];
  }
};

}  // namespace warpline::stream
