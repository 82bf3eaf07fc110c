// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace warpline {

/// The hugepages of one size that this machine has reserved.
struct Hugepages {
  std::size_t page_bytes = 0;
  std::size_t total = 0;  ///< pages
  std::size_t free = 0;   ///< pages
};

/// All sizes that the kernel offers, smallest first.
std::vector<Hugepages> hugepages(std::string const& folder = "/sys/kernel/mm/hugepages");

/// True if this process can use `bytes` of hugepages of one size now. The function maps them for a
/// moment, so rights, limits and other processes' reservations count.
bool hugepages_usable(std::size_t bytes);

}  // namespace warpline
