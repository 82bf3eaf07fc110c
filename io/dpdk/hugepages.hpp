// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace warpline {

/// The hugepages of one size that this machine has set aside.
struct Hugepages {
  std::size_t page_bytes = 0;
  std::size_t total = 0;  ///< pages
  std::size_t free = 0;   ///< pages
};

/// All sizes the kernel offers, smallest first; empty where it offers none.
std::vector<Hugepages> hugepages(std::string const& folder = "/sys/kernel/mm/hugepages");

/// Whether this process can have `bytes` of hugepages of one size now: they are reserved for a
/// moment and given back, so rights, limits and other processes' reservations count.
bool hugepages_usable(std::size_t bytes);

}  // namespace warpline
