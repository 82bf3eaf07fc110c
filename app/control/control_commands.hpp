// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/element/metric.hpp"
#include "core/element/service.hpp"

namespace warpline::app {

/// Answers the requests of a control socket: `reload`, `metrics` and `events` itself, all others by
/// the service that has the command. Control thread only.
class ControlCommands {
 public:
  using Reload = std::function<ControlAnswer()>;

  /// `metrics`: the numbers of the program, for the command `metrics`. `reload`: does what the command
  /// `reload` asks for, or throws `ConfigError`; without it, there is no such command.
  explicit ControlCommands(
      std::vector<std::shared_ptr<Service>> services,
      std::function<std::vector<Metric>()> metrics = [] { return std::vector<Metric>(); },
      Reload reload = {})
      : services_(std::move(services)), metrics_(std::move(metrics)), reload_(std::move(reload)) {}

  /// A reload may bring services of new elements.
  void set_services(std::vector<std::shared_ptr<Service>> services) {
    services_ = std::move(services);
  }

  /// The answer, in one line without its end: an object with `ok`. If that is false, `error`
  /// describes what was wrong and what was expected. An error shows nothing that may be a key.
  ControlAnswer answer(std::string_view line);

 private:
  ControlAnswer dispatch(ControlRequest& request);
  std::vector<std::string> commands() const;
  ControlAnswer metrics() const;

  std::vector<std::shared_ptr<Service>> services_;
  std::function<std::vector<Metric>()> metrics_;
  Reload reload_;
};

}  // namespace warpline::app
