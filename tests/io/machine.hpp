// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/base/error.hpp"
#include "core/element/port.hpp"
#include "io/dpdk/dpdk_pool.hpp"
#include "io/dpdk/eal.hpp"
#include "tests/support/frame.hpp"

namespace warpline::test {

/// DPDK's environment, without hugepages, started when it is first asked for. Kept to the end of
/// the process: DPDK cannot be started twice.
Eal& eal();

/// A pool with a name of its own.
std::unique_ptr<DpdkPool> make_pool(std::size_t count = 2048, unsigned frame_size = 2048,
                                    std::size_t large_count = 0, unsigned large_frame_size = 0);

/// Buffers of the pool that hold these frames.
std::vector<Packet> packets_of(DpdkPool& pool, std::vector<Frame> const& frames);

Frame frame_of(Packet const& packet);

/// Receives until `count` packets are there or nothing has come for a while; copies and releases
/// them.
std::vector<Frame> receive_all(RxQueue& queue, BufferPool& pool, std::size_t count);

/// A capture of these frames, a microsecond apart.
void write_capture(std::string const& path, std::vector<Frame> const& frames);

/// The text of the `ConfigError` that `action` throws, or a note that it threw nothing.
template <class Action>
std::string config_error(Action&& action) {
  try {
    action();
  } catch (ConfigError const& error) {
    return error.what();
  }
  return "(nothing was thrown)";
}

}  // namespace warpline::test
