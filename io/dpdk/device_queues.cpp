// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "io/dpdk/device_queues.hpp"

#include <algorithm>
#include <cctype>
#include <cstdlib>

namespace warpline {
namespace {

/// A driver with an argument for the number of queues, and the number without that argument.
struct QueueArgument {
  char const* driver;
  char const* name;
  unsigned otherwise;
};

// DPDK 22.11, doc/guides/nics.
constexpr QueueArgument kArguments[] = {
    {"net_af_packet", "qpairs", 1},
    {"net_af_xdp", "queue_count", 1},
    {"net_virtio_user", "queues", 1},
    {"net_vhost", "queues", 1},
};

QueueArgument const* argument_of(std::string const& device) {
  auto const driver = driver_of(device);
  auto const* end = std::end(kArguments);
  auto const* entry = std::find_if(std::begin(kArguments), end,
                                   [&](auto const& argument) { return driver == argument.driver; });
  return entry == end ? nullptr : entry;
}

/// Number of times that `key=` occurs in the arguments.
unsigned times(std::string const& arguments, std::string const& key) {
  unsigned count = 0;
  auto const text = "," + arguments;
  for (auto position = text.find("," + key + "="); position != std::string::npos;
       position = text.find("," + key + "=", position + 1))
    ++count;
  return count;
}

}  // namespace

std::string driver_of(std::string device) {
  while (!device.empty() && std::isdigit(static_cast<unsigned char>(device.back())) != 0)
    device.pop_back();
  return device;
}

std::optional<unsigned> queues_by_specification(DpdkPortOptions const& options) {
  if (auto const* argument = argument_of(options.device)) {
    auto const key = std::string(",") + argument->name + "=";
    auto const text = "," + options.arguments;
    auto const begin = text.find(key);
    if (begin == std::string::npos) return argument->otherwise;
    auto const value = std::strtoul(text.c_str() + begin + key.size(), nullptr, 10);
    return value == 0 ? argument->otherwise : static_cast<unsigned>(value);
  }
  if (driver_of(options.device) == "net_pcap") {
    auto const& arguments = options.arguments;
    auto const inputs = times(arguments, "rx_pcap") + times(arguments, "rx_iface");
    return std::max(1u, std::max(inputs, times(arguments, "iface")));
  }
  return {};
}

std::string queue_argument(std::string const& device, unsigned workers) {
  auto const* argument = argument_of(device);
  return argument == nullptr ? std::string() : argument->name + ("=" + std::to_string(workers));
}

}  // namespace warpline
