// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>

#include "app/bench/result.hpp"

namespace warpline::bench {

/// Where the work of one case belongs, in a sentence: which device was fastest at which sizes, by
/// how much. Devices whose ranges overlap are not told apart. Empty where there is only one device.
/// `results`: those of one case.
std::string recommendation(std::span<Result const> results);

}  // namespace warpline::bench
