// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "io/dpdk/offloads.hpp"

namespace warpline::app {

/// One result of a check of this machine.
struct CheckResult {
  enum class Level : unsigned char { kFine, kNote, kWarning };
  Level level = Level::kFine;
  std::string subject;  ///< `hugepages`
  std::string text;     ///< the current state
  std::string repair;   ///< the command that improves it; empty if there is none
};

/// Checks everything that makes packets slow or ports unusable: memory, rights, processors, DPDK's
/// devices, the GPU. Starts nothing. Reads below `root`, e.g. a copy of /sys and /proc.
std::vector<CheckResult> check_machine(std::string const& root = "");

/// A notice about interfaces over which TCP through a gateway fails, if there are any: their peers
/// get frames without checksums, or longer than the MTU, that no hardware completes.
std::optional<CheckResult> describe_offloads(std::span<InterfaceOffloads const> interfaces);

}  // namespace warpline::app
