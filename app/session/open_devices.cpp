// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "app/session/open_devices.hpp"

#include <algorithm>

#include "app/session/pretend_device.hpp"
#include "app/session/session_options.hpp"
#include "core/base/error.hpp"
#include "core/base/numbers.hpp"
#include "gpu/cuda/cuda_driver.hpp"
#include "gpu/cuda/probe.hpp"
#include "gpu/host/host_device.hpp"

namespace warpline::app {
namespace {

/// The names of the devices to add, each once, without the own core.
std::vector<std::string> wanted_devices(SessionOptions const& options) {
  std::vector<std::string> available{"cpu"};
  if (options.host_cores.value_or(1) > 0) available.emplace_back("host");
  auto const gpus = cuda::probe();
  for (auto const& info : gpus.devices) available.push_back("cuda:" + std::to_string(info.index));
  std::vector<std::string> wanted;
  for (auto const& name : options.devices.empty() ? available : options.devices) {
    if (std::find(available.begin(), available.end(), name) == available.end()) {
      std::string text = "unknown device '" + name + "'; there are:";
      for (auto const& each : available) text += " " + each;
      if (name.starts_with("cuda") && !gpus.reason.empty()) text += " (" + gpus.reason + ")";
      throw ConfigError(text + did_you_mean(name, available));
    }
    if (std::find(wanted.begin(), wanted.end(), name) != wanted.end())
      throw ConfigError("device '" + name + "' is asked for twice");
    wanted.push_back(name);
  }
  std::erase(wanted, "cpu");
  return wanted;
}

int cuda_index(std::string_view name) {
  return to_number<int>(name.substr(std::string_view("cuda:").size())).value_or(0);
}

}  // namespace

stream::Options stream_options(SessionOptions const& options, unsigned frame_size) {
  OffloadOptions const usual;
  stream::Options made;
  made.completion = options.completion.value_or(made.completion);
  made.transfer = options.transfer;
  made.depth = options.tasks_in_flight.value_or(usual.tasks_in_flight);
  made.task_packets = options.task_packets.value_or(usual.task_packets);
  made.task_bytes = options.task_bytes.value_or(usual.task_bytes);
  made.frame_size = frame_size;
  if (options.task_timeout)
    made.task_timeout =
        std::chrono::duration_cast<std::chrono::milliseconds>(*options.task_timeout);
  return made;
}

void open_devices(DeviceSet& devices, SessionOptions const& options,
                  std::vector<int> const& helpers, unsigned frame_size) {
  auto const streams = stream_options(options, frame_size);
  auto on_cuda = streams;
  // A thread of this machine may wait long for a processor, a kernel never takes seconds.
  if (!options.task_timeout) on_cuda.task_timeout = std::chrono::seconds(2);
  for (auto const& name : wanted_devices(options)) {
    if (name == "host")
      devices.add(std::make_unique<host::HostDevice>(helpers, name, streams));
    else
      devices.add(cuda::open_device(cuda_index(name), on_cuda));
  }
}

void pretend_devices(DeviceSet& devices, SessionOptions const& options) {
  for (auto const& name : wanted_devices(options)) {
    bool const host = name == "host";
    devices.add(std::make_unique<PretendDevice>(
        name, host ? Device::Kind::kHost : Device::Kind::kCuda,
        host ? "kernel bodies on helper threads of this machine" : "a CUDA device"));
  }
}

}  // namespace warpline::app
