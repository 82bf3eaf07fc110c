// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdio>
#include <string>

#include "measure/result.hpp"

namespace warpline::bench {

/// The report for people: a table for each case, followed by conclusions. Styled for `file`.
/// docs/measuring.md explains each column.
std::string report_text(Report const& report, std::FILE* file);

}  // namespace warpline::bench
