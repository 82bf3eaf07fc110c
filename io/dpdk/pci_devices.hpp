// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace warpline {

/// A network device on the PCI bus, as the kernel sees it.
struct PciNetworkDevice {
  std::string address;  ///< `0000:3b:00.0`
  std::string driver;   ///< the kernel driver bound to it; empty if there is none
  int numa_node = -1;
};

/// All network devices (PCI class 2), by address.
std::vector<PciNetworkDevice> pci_network_devices(
    std::string const& folder = "/sys/bus/pci/devices");

/// Lists the devices in one line, for an error message; or reports that there are none.
std::string describe_pci_network_devices();

}  // namespace warpline
