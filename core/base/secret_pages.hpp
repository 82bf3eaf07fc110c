// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory_resource>

namespace warpline {

/// Memory for tables of keys: separate pages that no core dump contains (MADV_DONTDUMP) and that
/// are overwritten when they are freed. Requests of 256 KiB or more get whole pages of 2 MiB, as in
/// `big_pages`. Any thread.
std::pmr::memory_resource* secret_pages();

}  // namespace warpline
