// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/diagnostics.hpp"
#include "elements/ids/rules/rule.hpp"

namespace warpline::ids {

/// Reports contents that are longer than `bsize` or `urilen` allows.
void check_sizes(Rule const& rule, Diagnostics& diagnostics);

/// Reports a content that its buffer cannot have, such as capitals in `http.host`. Changes its
/// letters where those of the buffer are all in one case.
void check_content(BufferMatch& match, Diagnostics& diagnostics);

}  // namespace warpline::ids
