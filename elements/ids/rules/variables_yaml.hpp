// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "elements/ids/rules/variables.hpp"

namespace warpline::ids {

/// Reads the variables in the parts `vars: address-groups:` and `vars: port-groups:` of a
/// suricata.yaml. Only the file's variables exist, as with Suricata: none of `default_variables`.
/// Their values are read when a rule names them. Throws `ConfigError` with all errors: not YAML, no
/// `vars`, a name with other characters than letters, digits, `_`, `-` and `.`, a value that is
/// empty or not one text.
Variables read_variables(std::shared_ptr<Source const> const& source);

}  // namespace warpline::ids
