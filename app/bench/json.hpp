// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "app/bench/result.hpp"

namespace warpline::bench {

/// The report as a JSON text with a line for each result; docs/measuring.md describes its fields.
std::string to_json(Report const& report);

}  // namespace warpline::bench
