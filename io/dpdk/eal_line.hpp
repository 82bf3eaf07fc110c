// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace warpline {

/// The program's requirements for DPDK's environment.
struct EalRequest {
  std::vector<std::string> arguments{};  ///< the user's, after `--`; they override the program's
  std::vector<std::string> pci{};        ///< addresses of the PCI devices of the requested ports
  std::size_t memory = 0;                ///< bytes of packet buffers, see `DpdkPool::memory_of`
  int core = 0;                          ///< processor of the control thread
};

/// The EAL's command line after the program's name: options for this machine, then the user's
/// options unchanged. An option of the program is left out if the user gives it or one that
/// contradicts it.
///
/// `usable_hugepages`: the pool fits into hugepages that this process can use. Otherwise the line
/// has `--no-huge --no-shconf` (not `--in-memory`, which DPDK 22.11.11 refuses together with
/// `--no-huge`).
std::vector<std::string> eal_line(EalRequest const& request, bool usable_hugepages);

/// The words as a user would type them, with quotes if a shell needs them.
std::string shell_line(std::vector<std::string> const& words);

/// Whether `text` is a PCI address, `0000:3b:00.0` or `3b:00.0`.
bool is_pci_address(std::string const& text);

/// A PCI address with its domain: `3b:00.0` becomes `0000:3b:00.0`.
std::string full_pci_address(std::string const& text);

}  // namespace warpline
