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

/// Blocks that stay: each fills its tables once and goes from one group of packets to another, in
/// whichever batch it is. `groups`: of a batch with the most packets.
template <class Reads, class Writes, class Team>
__global__ void __launch_bounds__(Team::kThreads, Team::kBlocks)
    by_teams(Team team, WorkItem const* items, std::uint32_t count, std::uint32_t groups,
             std::uint32_t table_bytes) {
  using Block = TeamBlock<Reads, Writes, Team>;
  extern __shared__ uint4 block_memory[];
  auto* const memory = reinterpret_cast<std::byte*>(block_memory);
  auto const shared = team.load(memory + Block::kPartBytes, table_bytes, threadIdx.x);
  for (std::uint32_t at = blockIdx.x; at < count * groups; at += gridDim.x) {
    auto const item = items[at / groups];
    std::uint32_t const first = at % groups * Block::kPackets;
    if (first >= item.count) continue;
    __syncthreads();  // the tables are there; the last group's parts have been read
    Block::part(team, shared, item, first, threadIdx.x, memory);
    __syncthreads();
    Block::join(team, shared, item, first, threadIdx.x, memory);
    if constexpr (kHasAfter<Team>) {
      __syncthreads();
      Block::after(team, shared, item, first, threadIdx.x, memory);
    }
  }
}

/// Memory that blocks of a kernel may use on each device, queried once. Any thread.
class BlockRooms {
 public:
  /// In bytes of memory.
  struct Room {
    std::uint32_t block, processor, reserved, processors;

    /// Memory of one block if a multiprocessor holds `blocks` of them.
    std::uint32_t of(std::uint32_t blocks) const {
      return std::min(block, processor / blocks - reserved) / 16 * 16;
    }
    /// How many such blocks the device holds at a time, at most `blocks` on a multiprocessor.
    std::uint32_t count(std::uint32_t bytes, std::uint32_t blocks) const {
      return processors * std::max(1u, std::min(blocks, processor / (bytes + reserved)));
    }
  };

  /// Lets `kernel` use all the memory that a block can have on the current device, and returns how
  /// much that is; null after an error, a cudaError_t.
  Room const* of_current_device(void const* kernel, int& error) noexcept {
    int device = 0;
    error = cudaGetDevice(&device);
    if (error != 0) return nullptr;
    auto const at = static_cast<std::size_t>(device);
    if (at >= kMaxDevices) {
      error = cudaErrorInvalidDevice;
      return nullptr;
    }
    std::call_once(once_[at], [&] { errors_[at] = ask(kernel, device, rooms_[at]); });
    error = errors_[at];
    return error == 0 ? &rooms_[at] : nullptr;
  }

 private:
  static constexpr std::size_t kMaxDevices = 64;

  static int ask(void const* kernel, int device, Room& room) noexcept {
    for (auto const& [value, attribute] :
         {std::pair{&room.block, cudaDevAttrMaxSharedMemoryPerBlockOptin},
          {&room.processor, cudaDevAttrMaxSharedMemoryPerMultiprocessor},
          {&room.reserved, cudaDevAttrReservedSharedMemoryPerBlock},
          {&room.processors, cudaDevAttrMultiProcessorCount}}) {
      int got = 0;
      if (auto const error = cudaDeviceGetAttribute(&got, attribute, device)) return error;
      *value = static_cast<std::uint32_t>(got);
    }
    return cudaFuncSetAttribute(kernel, cudaFuncAttributeMaxDynamicSharedMemorySize,
                                static_cast<int>(room.block));
  }

  std::array<std::once_flag, kMaxDevices> once_;
  std::array<Room, kMaxDevices> rooms_{};
  std::array<int, kMaxDevices> errors_{};
};

/// As a `CudaLaunch`; `launched` is false if the device has too little memory per block.
template <class Reads, class Writes, class Team>
int launch_teams(Team const& team, WorkItem const* items, std::uint32_t count,
                 std::uint32_t max_packets, cudaStream_t stream, bool& launched) noexcept {
  using Block = TeamBlock<Reads, Writes, Team>;
  static BlockRooms rooms;
  auto* const kernel = &by_teams<Reads, Writes, Team>;
  int error = 0;
  auto const* const room = rooms.of_current_device(reinterpret_cast<void const*>(kernel), error);
  launched = true;
  if (room == nullptr) return error;
  auto const available = room->of(Team::kBlocks);
  auto const tables =
      team.table_bytes(available < Block::kPartBytes ? 0 : available - Block::kPartBytes);
  auto const bytes = Block::kPartBytes + tables;
  launched = bytes <= room->block;
  if (!launched) return 0;
  std::uint32_t const groups = (max_packets + Block::kPackets - 1) / Block::kPackets;
  kernel<<<std::min(count * groups, room->count(bytes, Team::kBlocks)), Team::kThreads, bytes,
           stream>>>(team, items, count, groups, tables);
  return static_cast<int>(cudaGetLastError());
}

}  // namespace warpline::cuda
#endif
