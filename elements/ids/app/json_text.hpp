// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "core/base/bytes.hpp"
#include "elements/ids/json_writer.hpp"

namespace warpline::ids {

/// Whether the bytes are UTF-8 (RFC 3629).
bool is_utf8(Bytes text);

/// The content of a JSON string in the form that Suricata gives the bytes of applications: valid
/// UTF-8 as it is, else each byte that is not ASCII as the text \xNN; control characters
/// escaped.
void write_json_text(JsonWriter& out, Bytes text);
void json_text_field(JsonWriter& out, std::string_view name, Bytes text);

}  // namespace warpline::ids
