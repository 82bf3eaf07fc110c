// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "gpu/calibration_kernels.hpp"

#include "gpu/launch.cuh"

namespace warpline {
namespace {

struct SumBytes {
  WARPLINE_HD std::uint32_t operator()(Bytes bytes) const {
    std::uint32_t sum = 0;
    for (std::uint32_t i = 0; i < bytes.size; ++i) sum += bytes.data[i];
    return sum;
  }
};

struct FlipBytes {
  WARPLINE_HD void operator()(MutableBytes bytes) const {
    for (std::uint32_t i = 0; i < bytes.size; ++i) bytes.data[i] ^= 0xff;
  }
};

template <class Reads, class Writes, class Kernel>
KernelCall call_of() {
  static constexpr Kernel kKernel{};
  KernelCall call;
  call.kernel = &kKernel;
  call.host = [](void const* kernel, WorkItem const& item) noexcept {
    for (std::uint32_t i = 0; i < item.count; ++i)
      run_kernel<Reads, Writes>(*static_cast<Kernel const*>(kernel), item.head(i), i, item.results);
  };
  call.cuda = cuda_launch_of(KernelTypes<Reads, Writes, Kernel>{}, 0);
  return call;
}

}  // namespace

KernelCall sum_bytes_call() { return call_of<Payload<>, Result<std::uint32_t>, SumBytes>(); }
KernelCall flip_bytes_call() { return call_of<Edit<>, NoResult, FlipBytes>(); }

}  // namespace warpline
