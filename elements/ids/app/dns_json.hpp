// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "core/base/bytes.hpp"
#include "elements/ids/json_writer.hpp"

/// The members of EVE's objects of DNS, version 2. The messages were checked by `check`.
namespace warpline::ids::dns {

/// The question of a request at an offset of the message. `number`: of the transaction.
void write_question(JsonWriter& out, Bytes message, std::uint32_t offset, std::uint64_t number);
/// A response with the name of its first question; with its answers one by one and grouped by type,
/// or without them.
void write_response(JsonWriter& out, Bytes message, bool with_answers);

}  // namespace warpline::ids::dns
