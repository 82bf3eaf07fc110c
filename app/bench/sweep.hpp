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

/// What a sweep has measured.
struct Sweep {
  std::vector<Result> results;  ///< each from at least one trial
  std::size_t done = 0;         ///< measurements made, ceilings included
  std::size_t total = 0;        ///< measurements that were asked for
  std::exception_ptr error;  ///< what ended the sweep before its time; null: nothing, or a signal
  bool complete() const { return total > 0 && done == total; }
};

/// Measures every case on every device that the options name, with ceilings, all trials of a
/// case interleaved. Shows progress on a terminal. After a signal, or where a measurement fails as
/// `Meter` says, the sweep ends with what was finished.
/// Throws `ConfigError` before the first window for what cannot be had.
Sweep sweep(app::Session& session, Options const& options, std::vector<Case> cases,
            Interruption const& interruption, bool quiet);

}  // namespace warpline::bench
