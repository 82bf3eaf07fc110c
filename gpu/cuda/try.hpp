// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cuda_runtime_api.h>

#include <stdexcept>
#include <string>

namespace warpline::cuda {

/// A call of the CUDA runtime that failed: which, where, and why. Thrown on the calling thread.
class Error : public std::runtime_error {
 public:
  Error(std::string const& call, cudaError_t code)
      : std::runtime_error(call + ": " + cudaGetErrorName(code) + ", " + cudaGetErrorString(code)),
        code_(code) {}
  cudaError_t code() const { return code_; }

 private:
  cudaError_t code_;
};

inline void check(cudaError_t code, char const* call) {
  if (code == cudaSuccess) return;
  cudaGetLastError();  // the runtime keeps it for the next call otherwise
  throw Error(call, code);
}

}  // namespace warpline::cuda

/// Makes the call of the CUDA runtime and throws `cuda::Error` if it fails. For set-up only: on the
/// data path errors are values.
#define CUDA_TRY(call) ::warpline::cuda::check((call), #call)
