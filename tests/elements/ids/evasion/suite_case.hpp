// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "tests/elements/ids/evasion/cases.hpp"

namespace warpline::ids::testing {

/// Writes a case as a folder of its name in `folder`, in the format of the suricata-verify suite:
/// capture, rules, configuration, and what to expect of Suricata before version 8 and of others.
void write_suite_case(EvasionCase const& test, std::string const& folder);

}  // namespace warpline::ids::testing
