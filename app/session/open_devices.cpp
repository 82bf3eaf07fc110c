// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "app/session/open_devices.hpp"

#include "app/session/placeholder_device.hpp"
#include "app/session/session_options.hpp"
#include "gpu/device_scheme.hpp"

namespace warpline::app {
namespace {

DeviceEnvironment environment_of(SessionOptions const& options) {
  DeviceEnvironment environment;
  environment.has_task_timeout = options.task_timeout.has_value();
  environment.wanted_helpers = options.host_cores.value_or(1);
  return environment;
}

}  // namespace

stream::Options stream_options(SessionOptions const& options, unsigned frame_size) {
  OffloadOptions const usual;
  stream::Options result;
  result.completion = options.completion.value_or(result.completion);
  result.transfer = options.transfer;
  result.depth = options.tasks_in_flight.value_or(usual.tasks_in_flight);
  result.streams = options.streams;
  result.task_packets = options.task_packets.value_or(usual.task_packets);
  result.task_bytes = options.task_bytes.value_or(usual.task_bytes);
  result.frame_size = frame_size;
  if (options.task_timeout)
    result.task_timeout =
        std::chrono::duration_cast<std::chrono::milliseconds>(*options.task_timeout);
  return result;
}

void check_device_name(std::string const& name) { find_devices({name}, {}); }

void open_devices(DeviceSet& devices, SessionOptions const& options,
                  std::vector<int> const& helpers, unsigned frame_size) {
  auto environment = environment_of(options);
  environment.streams = stream_options(options, frame_size);
  environment.helpers = helpers;
  for (auto const& device : find_devices(options.devices, environment))
    devices.add(device.scheme->open(device.name, environment));
}

void add_placeholder_devices(DeviceSet& devices, SessionOptions const& options) {
  for (auto const& device : find_devices(options.devices, environment_of(options)))
    devices.add(std::make_unique<PlaceholderDevice>(device.name, device.scheme->kind,
                                                    device.scheme->description));
}

}  // namespace warpline::app
