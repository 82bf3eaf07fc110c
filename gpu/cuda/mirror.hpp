// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cuda_runtime_api.h>

#include "gpu/stream/driver.hpp"

namespace warpline::cuda {

/// Makes a mirror: lengths, their prefix sum (Thrust), then descriptors and bytes, several lanes a
/// packet. Returns a cudaError_t.
int launch_gather(stream::Mirror const& mirror, cudaStream_t stream) noexcept;
/// Writes back what the kernels of a segment have written. Returns a cudaError_t.
int launch_scatter(stream::Mirror const& mirror, cudaStream_t stream) noexcept;
/// Stores a value to pinned memory, for drivers without `cuStreamWriteValue32`.
int launch_write(std::uint32_t* flag, std::uint32_t value, cudaStream_t stream) noexcept;

}  // namespace warpline::cuda
