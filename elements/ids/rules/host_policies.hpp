// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "core/base/error.hpp"
#include "elements/ids/stream/host_policies.hpp"

namespace warpline::ids {

/// Reads the `host-os-policy` part of a suricata.yaml: systems with lists of addresses and prefixes.
/// Throws `ConfigError` with all mistakes and their places: text that is not YAML, a missing part, an
/// unknown system, and an address that cannot be read or is listed twice.
HostPolicies read_host_policies(std::shared_ptr<Source const> const& source);

}  // namespace warpline::ids
