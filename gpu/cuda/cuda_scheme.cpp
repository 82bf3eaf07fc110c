// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <string_view>

#include "core/base/numbers.hpp"
#include "gpu/cuda/cuda_driver.hpp"
#include "gpu/cuda/probe.hpp"
#include "gpu/device_scheme.hpp"

namespace warpline::cuda {
namespace {

constexpr std::string_view kPrefix = "cuda:";

std::vector<std::string> find(DeviceEnvironment const&) {
  std::vector<std::string> names;
  for (auto const& info : probe().devices)
    names.push_back(std::string(kPrefix) + std::to_string(info.index));
  return names;
}

std::string explain_none(std::string const& name) {
  return name.starts_with("cuda") ? probe().reason : std::string();
}

std::unique_ptr<Device> open(std::string const& name, DeviceEnvironment const& environment) {
  auto const index = to_number<int>(std::string_view(name).substr(kPrefix.size())).value_or(0);
  auto streams = environment.streams;
  // A thread of this machine may wait long for a processor. A kernel never takes seconds.
  streams.streams = streams.streams.value_or(2);
  if (!environment.has_task_timeout) streams.task_timeout = std::chrono::seconds(2);
  return open_device(index, streams);
}

DeviceSchemeRegistration const registration{{.rank = 20,
                                             .kind = Device::Kind::kCuda,
                                             .description = "a CUDA device",
                                             .find = find,
                                             .explain_none = explain_none,
                                             .open = open}};

}  // namespace
}  // namespace warpline::cuda
