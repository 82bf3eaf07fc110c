// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>

#include "app/bench/options.hpp"
#include "app/bench/workload.hpp"
#include "app/session/session.hpp"
#include "measure/interruption.hpp"
#include "measure/window.hpp"

namespace warpline::bench {

/// Runs pipelines and ceilings on the session's workers' cores, one at a time. Each gets a new
/// engine on new ports, and every packet is accounted for at its end. The calling thread sleeps
/// during a measurement.
class Meter {
 public:
  /// All must outlive the meter. Every member throws `Interrupted` after a signal, once nothing
  /// runs.
  Meter(app::Session& session, Options const& options, Interruption const& interruption);

  /// Builds the case's pipeline without running it. Throws `ConfigError` with all that is wrong.
  void check(Case const& subject, std::string const& text);

  /// A sample of the frames that the case's first port provides.
  Frames sample(Case const& subject);

  /// Warms up, then measures one window. Throws `std::runtime_error` if packets were lost or
  /// duplicated, or a worker ended by itself.
  Window pipeline(Case const& subject, std::string const& text, std::chrono::nanoseconds warm_up);

  /// Packets/s of each raw library, by its name: one thread on each worker's core, all at once.
  std::map<std::string, double> ceilings(Case const& subject, Frames const& frames);

 private:
  std::unique_ptr<app::Deployment> deploy(Case const& subject);
  void load(app::Deployment& deployment, std::string const& text);

  app::Session& session_;
  Options const& options_;
  Interruption const& interruption_;
  std::shared_ptr<SharedStore> shared_;
  std::vector<std::shared_ptr<void>> tables_;  // from one engine to the next
  std::set<std::string> notices_;
};

}  // namespace warpline::bench
