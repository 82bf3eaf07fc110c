// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace warpline::ids {

/// `text` as a JSON string (RFC 8259 section 7) with its quotes. Bytes that are not UTF-8 become
/// U+FFFD, one each, so that the result is always valid.
std::string json_string(std::string_view text);

}  // namespace warpline::ids
