// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "io/dpdk/pci_devices.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>

namespace warpline {

std::vector<PciNetworkDevice> pci_network_devices(std::string const& folder) {
  std::vector<PciNetworkDevice> devices;
  std::error_code none;
  for (auto const& entry : std::filesystem::directory_iterator(folder, none)) {
    std::string kind;
    std::ifstream(entry.path() / "class") >> kind;
    if (!kind.starts_with("0x02")) continue;
    PciNetworkDevice device;
    device.address = entry.path().filename().string();
    auto const driver = std::filesystem::read_symlink(entry.path() / "driver", none);
    if (!none) device.driver = driver.filename().string();
    std::ifstream(entry.path() / "numa_node") >> device.numa_node;
    devices.push_back(std::move(device));
  }
  std::sort(devices.begin(), devices.end(),
            [](auto const& a, auto const& b) { return a.address < b.address; });
  return devices;
}

std::string describe_pci_network_devices() {
  std::string text;
  for (auto const& device : pci_network_devices())
    text += (text.empty() ? "" : ", ") + device.address + " (" +
            (device.driver.empty() ? "no driver" : device.driver) + ")";
  if (text.empty()) return "this machine has no network device on the PCI bus";
  return "network devices on the PCI bus and their kernel drivers: " + text;
}

}  // namespace warpline
