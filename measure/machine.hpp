// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace warpline::bench {

/// The origin of numbers: the data that a reader needs to judge or repeat them. Empty if unknown.
struct Machine {
  std::string cpu;
  std::vector<std::string> flags;  ///< the available ones of those that the libraries use
  unsigned cores = 0;              ///< that the program may run on
  double tsc_hz = 0;
  std::string governor;
  bool virtual_machine = false;
  std::string kernel;
  std::string memory;  ///< pages of the packet memory, e.g. `4 KiB pages`
  /// Of the program, its compiler and the libraries, in the order of printing.
  std::vector<std::pair<std::string, std::string>> versions;
  std::string eal;  ///< DPDK's arguments
  std::vector<int> worker_cores;
  std::vector<std::string> devices;  ///< name and description of each
};

/// Everything that can be determined without a session: all but `eal`, `memory`, `worker_cores` and
/// `devices`.
Machine describe_machine();

}  // namespace warpline::bench
