// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "gpu/host/host_device.hpp"

#include "gpu/host/thread_driver.hpp"

namespace warpline::host {

HostDevice::HostDevice(std::vector<int> const& cores, std::string name,
                       stream::Options const& options)
    : StreamDevice(std::move(name), Kind::kHost, std::make_unique<ThreadDriver>(cores), options),
      helpers_(cores.size()) {}

std::string HostDevice::description() const {
  if (helpers_ == 0) return "kernel bodies inline on the worker's CPU";
  return "kernel bodies on " + std::to_string(helpers_) + " helper thread" +
         (helpers_ == 1 ? "" : "s") + " of this machine";
}

}  // namespace warpline::host
