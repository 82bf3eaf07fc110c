// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#if defined(WARPLINE_CUDA)

#include <gtest/gtest.h>

#include "gpu/cuda/try.hpp"

namespace warpline::cuda {
namespace {

TEST(CudaTry, NamesTheCallTheErrorAndThePlace) {
  auto const line = __LINE__ + 2;
  try {
    CUDA_TRY(cudaErrorMemoryAllocation);
    FAIL() << "nothing was thrown";
  } catch (Error const& error) {
    EXPECT_EQ(error.what(),
              "cudaErrorMemoryAllocation: cudaErrorMemoryAllocation, out of memory "
              "(cuda_try_test.cpp:" +
                  std::to_string(line) + ")");
    EXPECT_EQ(error.code(), cudaErrorMemoryAllocation);
  }
}

TEST(CudaTry, DoesNothingElseAfterSuccess) { EXPECT_NO_THROW(CUDA_TRY(cudaSuccess)); }

}  // namespace
}  // namespace warpline::cuda

#endif
