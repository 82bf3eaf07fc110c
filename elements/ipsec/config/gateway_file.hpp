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

/// Parses a gateway's TOML file (examples/sa/gateway.toml has every key). Throws `ConfigError` with
/// every error and its place: invalid TOML, an unknown key, a value of the wrong type, a key of the
/// wrong length, ports without a protocol that has them, an incomplete template, tables nested
/// deeper than `kMaxTomlDepth`. Digits of keys are masked in the messages.
GatewayFile parse_gateway_file(std::shared_ptr<Source const> const& source);

/// Reads and parses a file. Throws also if it cannot be read, or if two SAs share a key
/// (`check_key_reuse`).
GatewayFile load_gateway_file(std::string const& path);

}  // namespace warpline::ipsec
