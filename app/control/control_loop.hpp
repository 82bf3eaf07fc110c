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

/// When a run ends, besides by itself when all its sources are through.
struct ControlOptions {
  std::chrono::nanoseconds duration{0};   ///< 0: not by time
  bool quiet = false;                     ///< no line of progress, even on a terminal
  std::string socket{};                   ///< where clients may ask and command; empty: nowhere
  std::shared_ptr<SharedStore> shared{};  ///< of the engine: where services are found
  OutputMonitor* outputs = nullptr;       ///< watched while the run lasts; null: none
  Hangup* hangup = nullptr;               ///< looked at while the run lasts; null: none
  PortSet* ports = nullptr;  ///< the engine's: links are watched, vanished ports opened again
};

/// What ended a run.
enum class RunEnd : std::uint8_t { kSourcesFinished, kDuration, kSignal, kReaderGone };

/// Watches an engine from the control thread: signals, time, the control socket, links of ports and the
/// services of elements.
class ControlLoop {
 public:
  /// Listens at the socket, before a worker starts. Throws `ConfigError` where it cannot be had.
  ControlLoop(Engine& engine, ControlOptions options);
  ~ControlLoop();

  /// Runs until the workers of the started engine have drained and ended: stops it at SIGINT, SIGTERM
  /// or after the duration, shows progress meanwhile. A second signal ends the program at once, as
  /// without a handler. At SIGHUP, outputs are opened again by name, or the run ends as at SIGTERM
  /// where the terminal is gone. It also ends if the reader of an output is gone. Events of services
  /// are printed to stderr.
  RunEnd run();
  /// Whether a service has had an event of severity `kError`, which was printed.
  bool service_failed() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace warpline::app
