// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "app/bench/options.hpp"
#include "app/bench/result.hpp"
#include "app/session.hpp"

namespace warpline::bench {

/// Measures every case of the options' workload on every device, with ceilings, all repeats of a
/// case interleaved. Shows progress on a terminal. Throws `ConfigError` before the first window for
/// what cannot be had, `std::runtime_error` as `Meter` does.
std::vector<Result> sweep(app::Session& session, Options const& options, bool quiet);

}  // namespace warpline::bench
