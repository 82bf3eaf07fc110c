// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <vector>

#include "core/error.hpp"
#include "elements/ipsec/policy.hpp"

namespace warpline::ipsec {

/// The `[[policy]]` tables of a gateway's TOML file (examples/sa/gateway.toml shows every key), in
/// order; `[[sa]]` tables are left to others.
/// Throws `ConfigError` with every fault and its place: what is no TOML, an unknown key, a value
/// of the wrong kind, ports without a protocol that has them, a template that is not whole.
std::vector<Policy> parse_gateway_policies(std::shared_ptr<Source const> const& source);

}  // namespace warpline::ipsec
