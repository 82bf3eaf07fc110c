// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace warpline::ids {

/// What becomes of a frame by rules of drop and reject.
enum class FrameVerdict : std::uint8_t { kPass, kDrop, kReject };

}  // namespace warpline::ids
