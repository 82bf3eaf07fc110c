// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <mutex>
#include <utility>

#include "core/device/team.hpp"

#if defined(__CUDACC__)
/// Launches kernels in their form for teams of threads. Included by `gpu/launch.cuh`.
namespace warpline::cuda {

/// A kernel with persistent blocks: each fills its tables once, then processes one group of packets
/// after another, in any batch. `groups`: number of groups in the largest batch.
template <class Reads, class Writes, class Team>
__global__ void __launch_bounds__(Team::kThreads, Team::kBlocks)
    by_teams(Team team, WorkItem const* items, std::uint32_t count, std::uint32_t groups,
             std::uint32_t table_bytes) {
  using Block = TeamBlock<Reads, Writes, Team>;
  extern __shared__ uint4 block_memory[];
  auto* const memory = reinterpret_cast<std::byte*>(block_memory);
  auto const shared = team.load(memory + Block::kPartialBytes, table_bytes, threadIdx.x);
  for (std::uint32_t group = blockIdx.x; group < count * groups; group += gridDim.x) {
    auto const item = items[group / groups];
    std::uint32_t const first = group % groups * Block::kPackets;
    if (first >= item.count) continue;
    __syncthreads();  // the tables are filled; the previous group's partial results have been read
    Block::partial(team, shared, item, first, threadIdx.x, memory);
    __syncthreads();
    Block::reduce(team, shared, item, first, threadIdx.x, memory);
    if constexpr (kHasEpilogue<Team>) {
      __syncthreads();
      Block::epilogue(team, shared, item, first, threadIdx.x, memory);
    }
  }
}

/// Limits of a kernel's shared memory on each device, queried once. Any thread.
class SharedMemoryLimits {
 public:
  /// Limits of one device: bytes of shared memory, and the number of multiprocessors.
  struct Limits {
    std::uint32_t block, processor, reserved, processors;

    /// Bytes of shared memory per block if `blocks` of them are resident on a multiprocessor.
    std::uint32_t bytes_per_block(std::uint32_t blocks) const {
      return std::min(block, processor / blocks - reserved) / 16 * 16;
    }
    /// Number of resident blocks on the device, at most `blocks` per multiprocessor.
    std::uint32_t resident_blocks(std::uint32_t bytes, std::uint32_t blocks) const {
      return processors * std::max(1u, std::min(blocks, processor / (bytes + reserved)));
    }
  };

  /// Allows `kernel` the maximum shared memory of a block on the current device, and returns the
  /// limits. On failure returns null and sets `error`, a cudaError_t.
  Limits const* of_current_device(void const* kernel, int& error) noexcept {
    int device = 0;
    error = cudaGetDevice(&device);
    if (error != 0) return nullptr;
    auto const index = static_cast<std::size_t>(device);
    if (index >= kMaxDevices) {
      error = cudaErrorInvalidDevice;
      return nullptr;
    }
    std::call_once(once_[index], [&] { errors_[index] = query(kernel, device, limits_[index]); });
    error = errors_[index];
    return error == 0 ? &limits_[index] : nullptr;
  }

 private:
  static constexpr std::size_t kMaxDevices = 64;

  static int query(void const* kernel, int device, Limits& limits) noexcept {
    for (auto const& [value, attribute] :
         {std::pair{&limits.block, cudaDevAttrMaxSharedMemoryPerBlockOptin},
          {&limits.processor, cudaDevAttrMaxSharedMemoryPerMultiprocessor},
          {&limits.reserved, cudaDevAttrReservedSharedMemoryPerBlock},
          {&limits.processors, cudaDevAttrMultiProcessorCount}}) {
      int limit = 0;
      if (auto const error = cudaDeviceGetAttribute(&limit, attribute, device)) return error;
      *value = static_cast<std::uint32_t>(limit);
    }
    return cudaFuncSetAttribute(kernel, cudaFuncAttributeMaxDynamicSharedMemorySize,
                                static_cast<int>(limits.block));
  }

  std::array<std::once_flag, kMaxDevices> once_;
  std::array<Limits, kMaxDevices> limits_{};
  std::array<int, kMaxDevices> errors_{};
};

/// Like a `CudaLaunch`. Sets `launched` to false if the device has too little shared memory per
/// block.
template <class Reads, class Writes, class Team>
int launch_teams(Team const& team, WorkItem const* items, std::uint32_t count,
                 std::uint32_t max_packets, cudaStream_t stream, bool& launched) noexcept {
  using Block = TeamBlock<Reads, Writes, Team>;
  static SharedMemoryLimits limits_of_kernel;
  auto* const kernel = &by_teams<Reads, Writes, Team>;
  int error = 0;
  auto const* const limits =
      limits_of_kernel.of_current_device(reinterpret_cast<void const*>(kernel), error);
  launched = true;
  if (limits == nullptr) return error;
  auto const available = limits->bytes_per_block(Team::kBlocks);
  auto const tables =
      team.table_bytes(available < Block::kPartialBytes ? 0 : available - Block::kPartialBytes);
  auto const bytes = Block::kPartialBytes + tables;
  launched = bytes <= limits->block;
  if (!launched) return 0;
  std::uint32_t const groups = (max_packets + Block::kPackets - 1) / Block::kPackets;
  kernel<<<std::min(count * groups, limits->resident_blocks(bytes, Team::kBlocks)), Team::kThreads,
           bytes, stream>>>(team, items, count, groups, tables);
  return static_cast<int>(cudaGetLastError());
}

}  // namespace warpline::cuda
#endif
