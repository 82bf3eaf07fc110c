// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "app/session/dry_run.hpp"
#include "app/session/pipeline_options.hpp"
#include "core/element/file_uses.hpp"
#include "core/engine/engine.hpp"

namespace warpline::app {

/// Replaces the pipeline of a run, while packets flow, by what its file and the files that it names now
/// hold. Control thread.
class Reload {
 public:
  /// How the run was started.
  struct Run {
    PipelineOptions pipeline;
    SessionOptions given;    ///< options of the command line alone
    SessionOptions session;  ///< these with those of the deployment file
    std::vector<PortSpec> specs;
    std::vector<FileUse> files;           ///< output files of other options
    std::function<void()> open_services;  ///< opens those that were not there before
  };
  /// `first`: the result of the check at the start. All must outlive the object.
  Reload(Engine& engine, Run run, DryRun const& first)
      : engine_(engine), run_(std::move(run)), first_(first) {}

  /// What a reload reports.
  struct Report {
    std::vector<std::string> warnings;  ///< lines, with their severity
    std::vector<std::string> notices;   ///< without severity
  };
  /// Reads, checks and builds everything, and lets the workers change over. Takes as long as a start;
  /// the workers go on meanwhile. Throws `ConfigError` with all errors, or that another reload runs;
  /// nothing has changed then.
  Report begin();
  /// Frees what workers have left. To be called every few milliseconds. Returns the time since `begin`
  /// was called, once all workers have changed over.
  std::optional<std::chrono::duration<double>> poll();
  bool is_running() const { return running_; }

 private:
  using Clock = std::chrono::steady_clock;
  void check_deployment_file() const;

  Engine& engine_;
  Run run_;
  DryRun const& first_;
  bool running_ = false;
  Clock::time_point begin_;
};

}  // namespace warpline::app
