// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory_resource>

namespace warpline {

/// Memory for tables that are looked up at random. Requests of 256 KiB or more get whole pages of 2
/// MiB if the kernel has them (transparent huge pages, as advised), so that a look-up does not also
/// miss the address translation. Smaller requests go to the heap. Any thread.
std::pmr::memory_resource* big_pages();

}  // namespace warpline
