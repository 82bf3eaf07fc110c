// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace warpline {

/// The text with `*` for each hexadecimal digit that may belong to a key: of words with 8 or more
/// of them and few other letters, and of rows of shorter words that are digits alone and 24 or more
/// in total. An SPI after the word `spi`, IP addresses and names of algorithms stay. The length is
/// the same.
std::string mask_keys(std::string_view text);

}  // namespace warpline
