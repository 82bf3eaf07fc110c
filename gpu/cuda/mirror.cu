// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#if defined(__CUDACC__)

#include "gpu/cuda/mirror.hpp"

#include <thrust/execution_policy.h>
#include <thrust/scan.h>

#include <new>

#include "gpu/stream/item_table.hpp"
#include "gpu/stream/mirror.hpp"

namespace warpline::cuda {
namespace {

using stream::ItemTable;
using stream::Mirror;

constexpr unsigned kThreads = 256;
constexpr unsigned kLanes = 8;  // of a packet's copy: 128 bytes at a time, one request of PCIe's

/// Temporary storage for Thrust from memory that is there already: nothing is allocated while
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

/// Descriptors as they are in the batches, and how much room each copy takes.
__global__ void read_descriptors(Mirror mirror, ItemTable given) {
  __shared__ ItemTable items;
  given.copy_to(items, threadIdx.x, blockDim.x);
  __syncthreads();
  auto const index = blockIdx.x * blockDim.x + threadIdx.x;
  if (index >= mirror.packets) return;
  auto const packet = items.at(index);
  mirror.descriptors[index] = packet;
  mirror.offsets[index] = stream::stride(stream::copied_bytes(packet, mirror.touched_bytes));
}

/// `kLanes` neighbouring threads copy from `from` to `to`: words of 16 bytes where both allow it.
__device__ void copy_lanes(std::uint8_t* to, std::uint8_t const* from, std::uint32_t size,
                           unsigned lane) {
  auto const either = reinterpret_cast<std::uintptr_t>(to) | reinterpret_cast<std::uintptr_t>(from);
  std::uint32_t done = 0;
  if (either % 16 == 0) {
    done = size / 16 * 16;
    for (auto i = lane * 16u; i < done; i += kLanes * 16u)
      *reinterpret_cast<uint4*>(to + i) = *reinterpret_cast<uint4 const*>(from + i);
  } else if (either % 4 == 0) {
    done = size / 4 * 4;
    for (auto i = lane * 4u; i < done; i += kLanes * 4u)
      *reinterpret_cast<std::uint32_t*>(to + i) = *reinterpret_cast<std::uint32_t const*>(from + i);
  } else if (either % 2 == 0) {
    done = size / 2 * 2;
    for (auto i = lane * 2u; i < done; i += kLanes * 2u)
      *reinterpret_cast<std::uint16_t*>(to + i) = *reinterpret_cast<std::uint16_t const*>(from + i);
  }
  for (auto i = done + lane; i < size; i += kLanes) to[i] = from[i];
}

__global__ void copy_packets(Mirror mirror) {
  auto const thread = blockIdx.x * blockDim.x + threadIdx.x;
  auto const index = thread / kLanes;
  if (index >= mirror.packets) return;
  auto const lane = thread % kLanes;
  auto const packet = mirror.descriptors[index];
  auto const offset = mirror.offsets[index];
  auto const copied = stream::copied_bytes(packet, mirror.touched_bytes);
  if (copied > 0)
    copy_lanes(mirror.bytes + offset, packet.data + mirror.touched_bytes.from, copied, lane);
  __syncwarp();  // all lanes have read the descriptor
  if (lane == 0)
    mirror.descriptors[index] =
        stream::mirrored(packet, mirror.bytes, offset, mirror.touched_bytes);
}

__global__ void write_back(Mirror mirror) {
  auto const thread = blockIdx.x * blockDim.x + threadIdx.x;
  auto const index = thread / kLanes;
  if (index >= mirror.packets) return;
  auto const& copy = mirror.descriptors[index];
  auto const written = stream::written_bytes(copy, mirror.touched_bytes);
  if (written > 0)
    copy_lanes(static_cast<std::uint8_t*>(copy.buffer) + mirror.touched_bytes.write_from,
               copy.data + mirror.touched_bytes.write_from, written, thread % kLanes);
}

__global__ void store(std::uint32_t* flag, std::uint32_t value) {
  __threadfence_system();
  *static_cast<std::uint32_t volatile*>(flag) = value;
}

unsigned blocks_for(std::uint32_t threads) { return (threads + kThreads - 1) / kThreads; }

}  // namespace

int launch_gather(Mirror const& mirror, cudaStream_t stream) noexcept {
  if (mirror.packets == 0) return 0;
  read_descriptors<<<blocks_for(mirror.packets), kThreads, 0, stream>>>(
      mirror, ItemTable::of(mirror.items, mirror.count));
  try {
    Scratch scratch(mirror.scratch, Mirror::kScratch);
    thrust::exclusive_scan(thrust::cuda::par_nosync(scratch).on(stream), mirror.offsets,
                           mirror.offsets + mirror.packets, mirror.offsets);
  } catch (std::bad_alloc const&) {
    return cudaErrorMemoryAllocation;
  } catch (...) {
    return cudaErrorUnknown;
  }
  copy_packets<<<blocks_for(mirror.packets * kLanes), kThreads, 0, stream>>>(mirror);
  return cudaGetLastError();
}

int launch_scatter(Mirror const& mirror, cudaStream_t stream) noexcept {
  if (mirror.packets == 0) return 0;
  write_back<<<blocks_for(mirror.packets * kLanes), kThreads, 0, stream>>>(mirror);
  return cudaGetLastError();
}

int launch_write(std::uint32_t* flag, std::uint32_t value, cudaStream_t stream) noexcept {
  store<<<1, 1, 0, stream>>>(flag, value);
  return cudaGetLastError();
}

}  // namespace warpline::cuda

#endif
