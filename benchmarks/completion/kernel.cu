// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "benchmarks/completion/kernel.hpp"

#include <cstring>

#include "core/base/clock.hpp"

namespace warpline::bench {
namespace {

void run_host(void const* kernel, WorkItem const& item) noexcept {
  auto const busy = static_cast<Stamp const*>(kernel)->busy;
  auto now = cycles();
  for (auto const until = now + busy; now < until; now = cycles()) relax();
  std::memcpy(item.results, &now, sizeof now);
}

#if defined(__CUDACC__)
__global__ void nothing() {}

int launch(void const*, WorkItem const*, std::uint32_t, std::uint32_t, void* stream) noexcept {
  nothing<<<1, 1, 0, static_cast<cudaStream_t>(stream)>>>();
  return static_cast<int>(cudaGetLastError());
}
#endif

}  // namespace

KernelCall stamp_call(Stamp const& stamp) {
  KernelCall call;
  call.host = &run_host;
#if defined(__CUDACC__)
  call.cuda = &launch;
#endif
  call.kernel = &stamp;
  return call;
}

}  // namespace warpline::bench
