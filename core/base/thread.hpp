// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace warpline {

/// Pins the calling thread to processor `core`. Does nothing if `core` is negative or the system
/// refuses.
void pin_this_thread(int core);

/// The CPU time of the calling thread, in seconds. A system call: too slow for every packet.
double thread_cpu_seconds();

}  // namespace warpline
