// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cuda_runtime_api.h>

#include "gpu/stream/driver.hpp"

namespace warpline::cuda {

/// Makes a staged copy: lengths, their prefix sum (Thrust), then descriptors and bytes. Several
/// threads copy each packet. Returns a cudaError_t.
int launch_gather(stream::StagedCopy const& staged_copy, cudaStream_t stream) noexcept;
/// Writes back what the kernels of a segment have written. Returns a cudaError_t.
int launch_scatter(stream::StagedCopy const& staged_copy, cudaStream_t stream) noexcept;
/// Stores a value to pinned memory, for drivers without `cuStreamWriteValue32`.
int launch_write(std::uint32_t* flag, std::uint32_t value, cudaStream_t stream) noexcept;

}  // namespace warpline::cuda
