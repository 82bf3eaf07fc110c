// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/element/offload.hpp"
#include "gpu/team.cuh"

/// Launches kernels: an element's body with a thread for each packet, or its form for teams of
/// threads if it has one. Included by every `.cu` element; without a CUDA compiler it adds
/// nothing.
namespace warpline {

#if defined(__CUDACC__)
namespace cuda {

template <class Reads, class Writes, class Kernel>
__global__ void each_packet(Kernel kernel, WorkItem const* items) {
  auto const& item = items[blockIdx.y];
  std::uint32_t const index = blockIdx.x * blockDim.x + threadIdx.x;
  if (index < item.count) run_kernel<Reads, Writes>(kernel, item.head(index), index, item.results);
}

template <class Reads, class Writes, class Kernel>
int launch(void const* kernel, WorkItem const* items, std::uint32_t count,
           std::uint32_t max_packets, void* stream) noexcept {
  constexpr unsigned kThreads = 128;
  if (count == 0 || max_packets == 0) return 0;
  if constexpr (kHasTeam<Kernel>) {
    bool launched = false;
    auto const error =
        launch_teams<Reads, Writes>(static_cast<Kernel const*>(kernel)->team(), items, count,
                                    max_packets, static_cast<cudaStream_t>(stream), launched);
    if (launched) return error;
  }
  dim3 const blocks((max_packets + kThreads - 1) / kThreads, count);
  each_packet<Reads, Writes><<<blocks, kThreads, 0, static_cast<cudaStream_t>(stream)>>>(
      *static_cast<Kernel const*>(kernel), items);
  return static_cast<int>(cudaGetLastError());
}

}  // namespace cuda

template <class Reads, class Writes, class Kernel>
constexpr CudaLaunch cuda_launch_of(KernelTypes<Reads, Writes, Kernel>, int) {
  return &cuda::launch<Reads, Writes, Kernel>;
}
#endif

}  // namespace warpline
