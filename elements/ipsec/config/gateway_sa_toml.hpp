// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <toml++/toml.h>

#include <optional>

#include "elements/ipsec/config/hidden_digits.hpp"
#include "elements/ipsec/config/sa_words.hpp"
#include "elements/ipsec/model/sa_config.hpp"

namespace warpline::ipsec {

/// Reads one `[[sa]]` table, whose long digits are masked; `digits` has them. No value if there was
/// an error.
std::optional<SaConfig> read_sa(toml::node const& node, HiddenDigits const& digits,
                                Diagnostics& diagnostics);

}  // namespace warpline::ipsec
