// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <toml++/toml.h>

#include <optional>

#include "elements/ipsec/sa_config.hpp"
#include "elements/ipsec/sa_words.hpp"

namespace warpline::ipsec {

/// One `[[sa]]` table; nothing where a fault was noted.
std::optional<SaConfig> read_sa(toml::node const& node, Findings& findings);

}  // namespace warpline::ipsec
