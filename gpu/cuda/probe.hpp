// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace warpline::cuda {

/// Properties of one CUDA device that are known without opening it.
struct DeviceInfo {
  int index = 0;
  std::string name;          ///< `NVIDIA H200`
  int major = 0, minor = 0;  ///< compute capability
  unsigned multiprocessors = 0;
  std::size_t memory = 0;  ///< bytes
  std::string pci;         ///< `0000:3b:00.0`
  bool integrated = false;
};

/// The CUDA devices of this machine according to the runtime.
struct Probe {
  std::vector<DeviceInfo> devices;
  std::string version;  ///< of the runtime, `13.0`, and the driver if there is one
  std::string reason;   ///< why there are no devices, one line; empty if there are some
};

/// Queries the runtime, which loads the driver if there is one. Never throws for a missing driver
/// or device, nor in a build without CUDA. Thread-safe; slow (up to a second with a device). Must
/// be the first use of CUDA: sets `CUDA_MODULE_LOADING=EAGER` unless the user has set it.
Probe probe();

}  // namespace warpline::cuda
