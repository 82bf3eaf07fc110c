// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/engine/async_lane.hpp"
#include "core/packet/batch.hpp"

namespace warpline::test {

/// A work of one packet whose kernel counts its runs.
struct CountedWork {
  CountedWork() {
    packet.data = bytes;
    packet.length = sizeof bytes;
    chain.calls[0].host = [](void const* kernel, WorkItem const& given) noexcept {
      **static_cast<unsigned* const*>(kernel) += given.count;
    };
    chain.calls[0].kernel = &counter;
    chain.count = 1;
  }
  CountedWork(CountedWork const&) = delete;
  CountedWork& operator=(CountedWork const&) = delete;
  Work work() { return {&chain, &item, 1}; }

  unsigned runs = 0;
  unsigned* counter = &runs;
  std::uint8_t bytes[16] = {};
  Packet packet{};
  std::byte results[Batch::kResultBytes];
  WorkItem item = WorkItem::of(&packet, 1, results);
  KernelChain chain;
};

}  // namespace warpline::test
