// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace warpline::ids {

/// The verdict of drop and reject rules on a frame.
enum class FrameVerdict : std::uint8_t { kPass, kDrop, kReject };

}  // namespace warpline::ids
