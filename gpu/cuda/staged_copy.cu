// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#if defined(__CUDACC__)

#include "gpu/cuda/staged_copy.hpp"

#include <thrust/execution_policy.h>
#include <thrust/scan.h>

#include <new>

#include "gpu/stream/item_table.hpp"
#include "gpu/stream/staged_copy.hpp"

namespace warpline::cuda {
namespace {

using stream::ItemTable;
using stream::StagedCopy;

constexpr unsigned kThreads = 256;
constexpr unsigned kThreadsPerPacket = 8;  // 128 bytes at a time, one request of PCIe

/// Temporary storage for Thrust, from memory allocated at start-up: nothing is allocated while
/// packets flow.
class Scratch {
 public:
  using value_type = char;

  Scratch(void* memory, std::size_t size) : memory_(static_cast<char*>(memory)), left_(size) {}
  char* allocate(std::ptrdiff_t bytes) {
    auto const size = (static_cast<std::size_t>(bytes) + 255) / 256 * 256;
    if (size > left_) throw std::bad_alloc();
    left_ -= size;
    return std::exchange(memory_, memory_ + size);
  }
  void deallocate(char*, std::size_t) {}

 private:
  char* memory_;
  std::size_t left_;
};

/// Reads the descriptors of the batches, and computes the size of each copy.
__global__ void read_descriptors(StagedCopy staged_copy, ItemTable item_table) {
  __shared__ ItemTable items;
  item_table.copy_to(items, threadIdx.x, blockDim.x);
  __syncthreads();
  auto const index = blockIdx.x * blockDim.x + threadIdx.x;
  if (index >= staged_copy.packets) return;
  auto const packet = items.at(index);
  staged_copy.descriptors[index] = packet;
  staged_copy.offsets[index] =
      stream::stride(stream::copied_bytes(packet, staged_copy.touched_bytes));
}

/// A thread's share of a copy by `kThreadsPerPacket` neighbouring threads, in words of up to 16
/// bytes if both addresses allow it.
__device__ void copy_share(std::uint8_t* to, std::uint8_t const* from, std::uint32_t size,
                           unsigned rank) {
  auto const addresses =
      reinterpret_cast<std::uintptr_t>(to) | reinterpret_cast<std::uintptr_t>(from);
  std::uint32_t done = 0;
  if (addresses % 16 == 0) {
    done = size / 16 * 16;
    for (auto i = rank * 16u; i < done; i += kThreadsPerPacket * 16u)
      *reinterpret_cast<uint4*>(to + i) = *reinterpret_cast<uint4 const*>(from + i);
  } else if (addresses % 4 == 0) {
    done = size / 4 * 4;
    for (auto i = rank * 4u; i < done; i += kThreadsPerPacket * 4u)
      *reinterpret_cast<std::uint32_t*>(to + i) = *reinterpret_cast<std::uint32_t const*>(from + i);
  } else if (addresses % 2 == 0) {
    done = size / 2 * 2;
    for (auto i = rank * 2u; i < done; i += kThreadsPerPacket * 2u)
      *reinterpret_cast<std::uint16_t*>(to + i) = *reinterpret_cast<std::uint16_t const*>(from + i);
  }
  for (auto i = done + rank; i < size; i += kThreadsPerPacket) to[i] = from[i];
}

__global__ void copy_packets(StagedCopy staged_copy) {
  auto const thread = blockIdx.x * blockDim.x + threadIdx.x;
  auto const index = thread / kThreadsPerPacket;
  if (index >= staged_copy.packets) return;
  auto const rank = thread % kThreadsPerPacket;
  auto const packet = staged_copy.descriptors[index];
  auto const offset = staged_copy.offsets[index];
  auto const copied = stream::copied_bytes(packet, staged_copy.touched_bytes);
  if (copied > 0)
    copy_share(staged_copy.bytes + offset, packet.data + staged_copy.touched_bytes.from, copied,
               rank);
  __syncwarp();  // all threads have read the descriptor
  if (rank == 0)
    staged_copy.descriptors[index] =
        stream::copied_descriptor(packet, staged_copy.bytes, offset, staged_copy.touched_bytes);
}

__global__ void write_back(StagedCopy staged_copy) {
  auto const thread = blockIdx.x * blockDim.x + threadIdx.x;
  auto const index = thread / kThreadsPerPacket;
  if (index >= staged_copy.packets) return;
  auto const& copy = staged_copy.descriptors[index];
  auto const written = stream::written_bytes(copy, staged_copy.touched_bytes);
  if (written > 0)
    copy_share(static_cast<std::uint8_t*>(copy.buffer) + staged_copy.touched_bytes.write_from,
               copy.data + staged_copy.touched_bytes.write_from, written,
               thread % kThreadsPerPacket);
}

__global__ void store(std::uint32_t* flag, std::uint32_t value) {
  __threadfence_system();
  *static_cast<std::uint32_t volatile*>(flag) = value;
}

unsigned blocks_for(std::uint32_t threads) { return (threads + kThreads - 1) / kThreads; }

}  // namespace

int launch_gather(StagedCopy const& staged_copy, cudaStream_t stream) noexcept {
  if (staged_copy.packets == 0) return 0;
  read_descriptors<<<blocks_for(staged_copy.packets), kThreads, 0, stream>>>(
      staged_copy, ItemTable::of(staged_copy.items, staged_copy.count));
  try {
    Scratch scratch(staged_copy.scratch, StagedCopy::kScratch);
    thrust::exclusive_scan(thrust::cuda::par_nosync(scratch).on(stream), staged_copy.offsets,
                           staged_copy.offsets + staged_copy.packets, staged_copy.offsets);
  } catch (std::bad_alloc const&) {
    return cudaErrorMemoryAllocation;
  } catch (...) {
    return cudaErrorUnknown;
  }
  copy_packets<<<blocks_for(staged_copy.packets * kThreadsPerPacket), kThreads, 0, stream>>>(
      staged_copy);
  return cudaGetLastError();
}

int launch_scatter(StagedCopy const& staged_copy, cudaStream_t stream) noexcept {
  if (staged_copy.packets == 0) return 0;
  write_back<<<blocks_for(staged_copy.packets * kThreadsPerPacket), kThreads, 0, stream>>>(
      staged_copy);
  return cudaGetLastError();
}

int launch_write(std::uint32_t* flag, std::uint32_t value, cudaStream_t stream) noexcept {
  store<<<1, 1, 0, stream>>>(flag, value);
  return cudaGetLastError();
}

}  // namespace warpline::cuda

#endif
