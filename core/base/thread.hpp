// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace warpline {

/// Pins the calling thread to processor `core`. Does nothing if `core` is negative or the system
/// refuses.
void pin_this_thread(int core);

}  // namespace warpline
