// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "gpu/cuda/probe.hpp"

#ifdef WARPLINE_CUDA

#include <cuda_runtime_api.h>

#include <cstdlib>

namespace warpline::cuda {
namespace {

std::string dotted(int version) {
  return std::to_string(version / 1000) + "." + std::to_string(version % 1000 / 10);
}

/// Has kernels loaded with the context instead of by the first packets that need them. The driver
/// reads the variable when the runtime loads it: that is the first call which needs a driver, and
/// every program of ours probes before it makes any other.
void load_kernels_eagerly() {
  static int const status = setenv("CUDA_MODULE_LOADING", "EAGER", 0);
  static_cast<void>(status);
}

}  // namespace

Probe probe() {
  load_kernels_eagerly();
  Probe result;
  int runtime = 0;
  int driver = 0;
  cudaRuntimeGetVersion(&runtime);
  result.version = "runtime " + dotted(runtime);
  if (cudaDriverGetVersion(&driver) == cudaSuccess && driver > 0)
    result.version += ", driver " + dotted(driver);
  else
    result.version += ", no driver";

  int count = 0;
  auto const error = cudaGetDeviceCount(&count);
  if (error == cudaErrorInsufficientDriver) {
    result.reason = driver == 0 ? "no CUDA driver is installed"
                                : "the CUDA driver (" + dotted(driver) +
                                      ") is older than the runtime (" + dotted(runtime) + ")";
    return result;
  }
  if (error != cudaSuccess) {
    result.reason = cudaGetErrorString(error);
    return result;
  }
  for (int i = 0; i < count; ++i) {
    cudaDeviceProp properties{};
    if (cudaGetDeviceProperties(&properties, i) != cudaSuccess) continue;
    DeviceInfo info;
    info.index = i;
    info.name = properties.name;
    info.major = properties.major;
    info.minor = properties.minor;
    info.multiprocessors = static_cast<unsigned>(properties.multiProcessorCount);
    info.memory = properties.totalGlobalMem;
    info.integrated = properties.integrated != 0;
    char pci[32] = {};
    if (cudaDeviceGetPCIBusId(pci, sizeof pci, i) == cudaSuccess) info.pci = pci;
    result.devices.push_back(std::move(info));
  }
  if (result.devices.empty()) result.reason = "the CUDA driver sees no device";
  return result;
}

}  // namespace warpline::cuda

#else

namespace warpline::cuda {

Probe probe() { return {{}, "not built in", "this build has no CUDA"}; }

}  // namespace warpline::cuda

#endif
