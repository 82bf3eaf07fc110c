// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

namespace warpline {

/// The work that an interface of the kernel leaves to its driver; see ethtool(8), `-k`.
struct InterfaceOffloads {
  std::string name{}, driver{};
  bool tx_checksum = false;   ///< frames are handed over before their checksums are computed
  bool segmentation = false;  ///< TCP segments are handed over longer than the MTU (TSO, GSO)
  bool merging = false;       ///< received TCP segments are merged (GRO)
};

/// The interfaces with a driver in the calling thread's network namespace, by name. Empty if they
/// cannot be read.
std::vector<InterfaceOffloads> interface_offloads();

}  // namespace warpline
