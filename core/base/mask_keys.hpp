// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace warpline {

/// Replaces with `*` each hexadecimal digit that may belong to a key: in words with 8 or more
/// digits and few other letters, and in rows of shorter words that have only digits, 24 or more in
/// total. An SPI after the word `spi`, IP addresses and names of algorithms stay. The length does
/// not change.
std::string mask_keys(std::string_view text);

}  // namespace warpline
