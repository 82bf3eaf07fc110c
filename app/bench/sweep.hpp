// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "app/bench/options.hpp"
#include "app/bench/result.hpp"
#include "app/bench/workload.hpp"
#include "app/session.hpp"

namespace warpline::bench {

/// Measures every case on every device that the options name, with ceilings, all repeats of a
/// case interleaved. Shows progress on a terminal. Throws `ConfigError` before the first window for
/// what cannot be had, `std::runtime_error` as `Meter` does.
std::vector<Result> sweep(app::Session& session, Options const& options, std::vector<Case> cases,
                          bool quiet);

}  // namespace warpline::bench
