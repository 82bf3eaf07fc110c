// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "elements/ids/rules/option_reader.hpp"

namespace warpline::ids {

/// Reports what contradicts itself in a rule of applications once all its options were read:
/// buffers of both directions, keywords of packets, contents that the buffer cannot have. Changes
/// the letters of contents where the buffer's are all in one case.
void check_applications(RuleState& state, RuleText const& text, Diagnostics& diagnostics);

}  // namespace warpline::ids
