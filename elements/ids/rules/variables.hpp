// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>
#include <string>

#include "core/base/error.hpp"

namespace warpline::ids {

/// The text of a variable, and where it stands.
struct Variable {
  std::string value;
  Position position;
};

/// The variables that the headers of rules may name, as the `vars` part of a suricata.yaml has them.
struct Variables {
  std::map<std::string, Variable> addresses, ports;  ///< by name, without `$`
  std::shared_ptr<Source const> source;              ///< of their positions
};

/// The variables without a file: HOME_NET is the private networks of RFC 1918, EXTERNAL_NET all
/// others; servers are those of HOME_NET, and services have their usual ports.
Variables default_variables();

}  // namespace warpline::ids
