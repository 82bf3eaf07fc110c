// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "core/engine/engine.hpp"

namespace warpline::app {

class Hangup;
class OutputMonitor;
class Reload;

/// Conditions that end a run before all its sources have finished, and what is watched meanwhile.
struct ControlOptions {
  std::chrono::nanoseconds duration{0};   ///< 0: not by time
  bool quiet = false;                     ///< no line of progress, even on a terminal
  std::string socket{};                   ///< path for control clients; empty: none
  std::shared_ptr<SharedStore> shared{};  ///< of the engine: holds the services
  OutputMonitor* outputs = nullptr;       ///< watched while the run lasts; null: none
  Hangup* hangup = nullptr;               ///< checked while the run lasts; null: none
  Reload* reload = nullptr;               ///< for the command and SIGHUP; null: none
  PortSet* ports = nullptr;  ///< the engine's: links are watched, vanished ports opened again
};

/// The reason for the end of a run.
enum class RunEnd : std::uint8_t { kSourcesFinished, kDuration, kSignal, kReaderGone };

/// Watches an engine from the control thread: signals, time, the control socket, links of ports and
/// the services of elements.
class ControlLoop {
 public:
  /// Listens at the socket, before a worker starts. Throws `ConfigError` if that fails.
  ControlLoop(Engine& engine, ControlOptions options);
  ~ControlLoop();

  /// Runs until the workers of the started engine have drained and ended, and shows progress. Stops
  /// the engine at SIGINT, at SIGTERM or after the duration. A second signal ends the program
  /// immediately. At SIGHUP, outputs are reopened by name and the pipeline is reloaded; if the terminal
  /// is gone, the run ends as at SIGTERM. The run also ends if the reader of an output is gone.
  /// Events of services are printed to stderr.
  RunEnd run();
  /// Whether a service has had an event of severity `kError`, which was printed.
  bool service_failed() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace warpline::app
