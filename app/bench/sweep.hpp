// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <exception>
#include <vector>

#include "app/bench/options.hpp"
#include "app/bench/workload.hpp"
#include "app/session/session.hpp"
#include "measure/interruption.hpp"
#include "measure/result.hpp"

namespace warpline::bench {

/// The results of a sweep.
struct Sweep {
  std::vector<Result> results;  ///< each from at least one trial
  std::size_t done = 0;         ///< number of measurements, ceilings included
  std::size_t total = 0;        ///< number of requested measurements
  std::exception_ptr error;     ///< the error that ended the sweep early; null: none, or a signal
  bool complete() const { return total > 0 && done == total; }
};

/// Measures every case on every device in the options, and its ceilings. The trials of a case are
/// interleaved. Shows progress on a terminal. After a signal or an error of `Meter`, the sweep ends
/// with the finished trials. Throws `ConfigError` before the first window if the options ask for
/// something that is not available.
Sweep sweep(app::Session& session, Options const& options, std::vector<Case> cases,
            Interruption const& interruption, bool quiet);

}  // namespace warpline::bench
