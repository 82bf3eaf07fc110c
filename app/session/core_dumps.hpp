// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace warpline::app {

/// Sets whether other processes of the user may read this one's memory, keys included: by a core
/// dump, a debugger or /proc (PR_SET_DUMPABLE of prctl(2)). Always allowed in sanitizer builds,
/// whose leak detection needs it.
void allow_memory_dumps(bool allow);

}  // namespace warpline::app
