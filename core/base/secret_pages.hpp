// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory_resource>

namespace warpline {

/// Memory for tables of keys: pages of its own that no core dump contains (MADV_DONTDUMP), and that
/// are overwritten when they are freed. From 256 KiB on in whole pages of 2 MiB, as `big_pages`.
/// Any thread.
std::pmr::memory_resource* secret_pages();

}  // namespace warpline
