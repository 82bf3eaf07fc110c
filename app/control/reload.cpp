// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "app/control/reload.hpp"

#include "core/element/service.hpp"

namespace warpline::app {

void Reload::check_deployment_file() const {
  auto now = run_.given;
  apply_config(now);
  if (now != run_.session)
    throw ConfigError(run_.given.config +
                      ": it asks for other ports, threads, devices or buffers than at the start; "
                      "expected the same, since they change only with a restart");
}

Reload::Report Reload::begin() {
  if (running_)
    throw ConfigError("the workers still change over to the last reload; try again in a moment");
  auto const begin = Clock::now();
  check_deployment_file();
  auto const dry_run = check_again(run_.pipeline, run_.session, run_.specs, run_.files, first_);
  for (auto const& service : Services::of(*first_.shared)->all()) service->check_reload();
  run_.open_services();
  Report report;
  for (auto const& warning : engine_.reload(dry_run.pipeline))
    report.warnings.push_back(warning.render());
  report.notices = dry_run.notices;
  running_ = true;
  begin_ = begin;
  return report;
}

std::optional<std::chrono::duration<double>> Reload::poll() {
  if (!running_ || engine_.collect() > 0) return std::nullopt;
  running_ = false;
  return Clock::now() - begin_;
}

}  // namespace warpline::app
