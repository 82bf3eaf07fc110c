// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "elements/ids/rules/rule_set.hpp"

namespace warpline::ids {

/// Sets the members of a compiled rule about its matching with applications.
void set_app_flags(CompiledRule& compiled);

}  // namespace warpline::ids
