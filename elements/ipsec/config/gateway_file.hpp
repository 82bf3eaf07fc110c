// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/base/error.hpp"
#include "elements/ipsec/model/policy.hpp"
#include "elements/ipsec/model/sa_config.hpp"

namespace warpline::ipsec {

/// SAs and policies of one gateway, each in the order of the file.
struct GatewayFile {
  std::vector<SaConfig> sas;
  std::vector<Policy> policies;
  std::vector<Diagnostic> warnings;
};

/// Reads a gateway's TOML file (examples/sa/gateway.toml shows every key). Throws `ConfigError`
/// with every fault and its place: what is no TOML, an unknown key, a value of the wrong kind, a
/// key of the wrong length, ports without a protocol that has them, a template that is not whole,
/// tables nested deeper than `kMaxTomlDepth`. Digits of keys are masked in what it shows.
GatewayFile parse_gateway_file(std::shared_ptr<Source const> const& source);

/// Reads the file and parses it. Throws also where it cannot be read, or if two SAs share a key
/// (`check_key_reuse`).
GatewayFile load_gateway_file(std::string const& path);

}  // namespace warpline::ipsec
