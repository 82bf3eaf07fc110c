// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/device/device.hpp"

namespace warpline {

/// Reads every byte of a packet: the sum is its result, 32 bits.
KernelCall sum_bytes_call();
/// Changes every byte of a packet.
KernelCall flip_bytes_call();

}  // namespace warpline
