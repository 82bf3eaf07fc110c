// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace warpline::ids {

/// True if Suricata has an application protocol of this name: a rule that names it is skipped and
/// not refused if this engine does not have it.
bool is_known_protocol(std::string_view name);

}  // namespace warpline::ids
