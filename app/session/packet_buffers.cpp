// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "app/session/packet_buffers.hpp"

#include <algorithm>

#include "app/session/session_options.hpp"
#include "measure/table.hpp"

namespace warpline::app {
namespace {

constexpr std::size_t kBuffersPerWorker = 16384;
constexpr std::size_t kLargeBuffers = 512;

}  // namespace

PoolOptions packet_buffers(SessionOptions const& options, std::size_t threads) {
  PoolOptions pool;
  pool.count = options.buffers.value_or(kBuffersPerWorker * threads);
  if (options.buffer_size) {
    pool.frame_size = static_cast<unsigned>(*options.buffer_size);
  } else if (options.longest_frame > pool.frame_size) {
    pool.large_count = std::min(kLargeBuffers, pool.count);
    pool.large_frame_size = options.longest_frame;
  }
  return pool;
}

std::uint32_t longest_frame(std::span<PortSpec const> specs) {
  std::uint32_t longest = 0;
  for (auto const& spec : specs) longest = std::max(longest, spec.request->longest_frame());
  return longest;
}

std::string describe(PoolOptions const& buffers) {
  auto text = "packet buffers: " + std::to_string(buffers.count) + " for frames of " +
              std::to_string(buffers.frame_size) + " bytes";
  if (buffers.large_count > 0)
    text += ", " + std::to_string(buffers.large_count) + " for frames of " +
            std::to_string(buffers.large_frame_size) + " bytes";
  auto const bytes = static_cast<double>(DpdkPool::memory_of(buffers));
  return text + ": " + fixed(bytes / (1 << 20), 1) + " MiB";
}

}  // namespace warpline::app
