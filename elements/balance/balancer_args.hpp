// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/element/args.hpp"

namespace warpline {

/// The keyword `name` as seconds, or `fallback`. Throws `ConfigError` unless it is above 0.
double positive_seconds(Args& args, char const* name, std::chrono::nanoseconds fallback);

/// The keyword `name` as a share, or `fallback`. Throws `ConfigError` below `min` or above 1.
double share_keyword(Args& args, char const* name, double fallback, double min = 0);

/// The keyword `name` as a count, or `fallback`. Throws `ConfigError` outside `min` to `max`.
unsigned count_keyword(Args& args, char const* name, unsigned fallback, unsigned min, unsigned max);

}  // namespace warpline
