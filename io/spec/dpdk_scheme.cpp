// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "io/spec/dpdk_scheme.hpp"

#include <algorithm>

#include "io/dpdk/device_queues.hpp"
#include "io/dpdk/pci_devices.hpp"
#include "io/spec/port_scheme.hpp"
#include "io/spec/spec_options.hpp"

namespace warpline {
namespace {

std::string device_word(std::string_view text) {
  return std::string(text.substr(0, text.find_first_of(",=")));
}

bool is_virtual_device(std::string_view word) {
  return word.starts_with("net_") || word.starts_with("eth_");
}

PortSpec parse(PortText const& text) {
  auto const name = device_word(text.text);
  SpecOptions options(text, std::min(name.size() + 1, text.text.size()), name, {});
  auto const request = std::make_shared<DpdkRequest>();
  auto& device = request->options;
  bool const pci = is_pci_address(name);
  device.device = pci ? full_pci_address(name) : name;
  device.mtu = static_cast<unsigned>(options.number("mtu", 0, 68, 65535 - 18));
  device.descriptors = static_cast<unsigned>(options.number("descriptors", 0, 1, 65535));
  if (options.text("pad")) device.pad = static_cast<int>(options.number("pad", 60, 0, 1500));
  device.promiscuous = options.yes("promiscuous", true);
  if (!pci)
    for (auto const& piece : options.rest())
      device.arguments += (device.arguments.empty() ? "" : ",") + piece;
  options.finish();
  return {text.text, {}, device.device, request};
}

/// Adds the file that an argument of the driver names.
void add_driver_file(std::vector<FileUse>& files, DpdkPortOptions const& port,
                     std::string const& key, FileUse::Kind kind) {
  auto const& text = port.arguments;
  for (std::size_t begin = 0; begin < text.size();) {
    auto const end = std::min(text.find(',', begin), text.size());
    auto const piece = text.substr(begin, end - begin);
    if (piece.starts_with(key + "=") && piece.size() > key.size() + 1)
      files.push_back({piece.substr(key.size() + 1), port.device + " " + key, kind});
    begin = end + 1;
  }
}

PortSchemeRegistration const pci{
    {.name = "PCI device",
     .rank = 40,
     .expected = "a PCI address such as 0000:3b:00.0",
     .matches = [](std::string_view text) { return is_pci_address(device_word(text)); },
     .parse = parse}};

PortSchemeRegistration const virtual_device{
    {.name = "virtual device",
     .rank = 50,
     .expected = "a virtual device of DPDK such as net_null0",
     .nearest = {"net_null0", "net_ring0", "net_tap0", "net_pcap0", "net_af_packet0", "net_af_xdp0",
                 "net_memif0"},
     .matches = [](std::string_view text) { return is_virtual_device(device_word(text)); },
     .parse = parse}};

}  // namespace

std::unique_ptr<Port> DpdkRequest::open(std::string, PortEnvironment& environment) const {
  auto result = options;
  result.interrupts = environment.interrupts;
  return std::make_unique<DpdkPort>(std::move(result), environment.pool, environment.workers);
}

std::vector<FileUse> DpdkRequest::files() const {
  std::vector<FileUse> files;
  add_driver_file(files, options, "rx_pcap", FileUse::Kind::kInput);
  add_driver_file(files, options, "tx_pcap", FileUse::Kind::kOutput);
  return files;
}

std::optional<unsigned> DpdkRequest::max_queues() const { return queues_by_specification(options); }

bool DpdkRequest::leaves_program() const {
  // DPDK takes eth_ for net_ too.
  auto const device =
      options.device.starts_with("eth_") ? "net_" + options.device.substr(4) : options.device;
  if (device.starts_with("net_null") || device.starts_with("net_ring")) return false;
  return !device.starts_with("net_pcap") ||
         (',' + options.arguments).find(",iface=") != std::string::npos;
}

std::string DpdkRequest::pci_address() const {
  return is_pci_address(options.device) ? options.device : std::string();
}

}  // namespace warpline
