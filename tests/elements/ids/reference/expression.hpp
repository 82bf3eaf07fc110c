// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

namespace warpline::ids::reference {

/// Where an expression of PCRE2 matches first at or after `start`: beginning and end. `^` is the
/// beginning of `subject`.
std::optional<std::pair<std::size_t, std::size_t>> find_expression(std::string const& expression,
                                                                   std::uint32_t options,
                                                                   std::string const& subject,
                                                                   std::size_t start);

}  // namespace warpline::ids::reference
