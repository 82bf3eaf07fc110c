// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "core/base/bytes.hpp"
#include "elements/ids/json_writer.hpp"

/// The members of EVE's objects of DNS, version 2. The messages were checked by `check`.
namespace warpline::ids::dns {

/// A question of a request; `question` counts from 0. `number`: of the transaction.
void write_question(JsonWriter& out, Bytes message, unsigned question, std::uint64_t number);
/// A response with the name of its first question; with its answers one by one and grouped by type,
/// or without them.
void write_response(JsonWriter& out, Bytes message, bool with_answers);

}  // namespace warpline::ids::dns
