// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cuda_runtime_api.h>

#include <stdexcept>
#include <string>
#include <string_view>

namespace warpline::cuda {

/// A call of the CUDA runtime that failed: which, where, and why. Thrown on the calling thread.
class Error : public std::runtime_error {
 public:
  /// `file`: as the compiler was given it; the message has its last part, and `line`.
  Error(std::string const& call, cudaError_t code, std::string_view file, int line)
      : std::runtime_error(call + ": " + cudaGetErrorName(code) + ", " + cudaGetErrorString(code) +
                           " (" + std::string(file.substr(file.rfind('/') + 1)) + ":" +
                           std::to_string(line) + ")"),
        code_(code) {}
  cudaError_t code() const { return code_; }

 private:
  cudaError_t code_;
};

/// Throws `Error` unless `code` is success. Use `CUDA_TRY`, which fills in the other arguments.
inline void check(cudaError_t code, char const* call, std::string_view file, int line) {
  if (code == cudaSuccess) return;
  cudaGetLastError();  // the runtime keeps it for the next call otherwise
  throw Error(call, code, file, line);
}

}  // namespace warpline::cuda

/// Makes the call of the CUDA runtime and throws `cuda::Error` if it fails. For set-up only: on the
/// data path errors are values.
#define CUDA_TRY(call) ::warpline::cuda::check((call), #call, __FILE__, __LINE__)
