// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>

#include "core/base/bytes.hpp"
#include "elements/ids/rules/rule.hpp"

namespace warpline::ids {

/// The number in `size` bytes at `offset`, in the form of `format`; empty if the buffer does not hold all
/// of them, or they form no number. With `text`, size 0 stands for all digits there. A mask is
/// applied, and the result is shifted right by the mask's trailing zeros. `length`, if not null,
/// gets the bytes used.
std::optional<std::uint64_t> read_number(Bytes buffer, std::int64_t offset, std::uint64_t size,
                                         NumberFormat const& format,
                                         std::uint32_t* length = nullptr);

}  // namespace warpline::ids
