// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "io/dpdk/dpdk_port.hpp"
#include "io/spec/port_spec.hpp"

namespace warpline {

/// A device of DPDK: `0000:3b:00.0,mtu=9000`, `net_null0,size=64`.
struct DpdkRequest final : PortRequest {
  DpdkPortOptions options{};

  std::unique_ptr<Port> open(std::string name, PortEnvironment& environment) const override;
  std::vector<FileUse> files() const override;
  std::optional<unsigned> max_queues() const override;
  /// False for virtual devices that discard, loop back or write files.
  bool leaves_program() const override;
  std::string pci_address() const override;
};

}  // namespace warpline
