// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace warpline {

/// What the program needs from DPDK's environment.
struct EalRequest {
  std::vector<std::string> arguments{};  ///< the user's, from behind `--`; they win over ours
  std::vector<std::string> pci{};        ///< addresses of PCI devices that ports are asked for
  std::size_t memory = 0;                ///< bytes of packet buffers, see `DpdkPool::memory_of`
  int core = 0;                          ///< processor of the control thread
};

/// The EAL's command line after the program's name: options made for this machine, then the user's
/// as they stand. An option of ours is left out where the user gives it or one it contradicts.
///
/// `usable_hugepages`: the pool fits into hugepages that this process can have. Without, it is
/// `--no-huge --no-shconf` (and not `--in-memory`, which DPDK 22.11.11 refuses beside `--no-huge`).
std::vector<std::string> eal_line(EalRequest const& request, bool usable_hugepages);

/// The words as a user would type them, quoted where a shell needs it.
std::string shell_line(std::vector<std::string> const& words);

/// Whether `text` is a PCI address, `0000:3b:00.0` or `3b:00.0`.
bool is_pci_address(std::string const& text);

/// A PCI address with its domain: `3b:00.0` becomes `0000:3b:00.0`.
std::string full_pci_address(std::string const& text);

}  // namespace warpline
