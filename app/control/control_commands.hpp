// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/element/service.hpp"

namespace warpline::app {

/// Answers the requests of a control socket: passes each to the service that has its command. Control
/// thread only.
class ControlCommands {
 public:
  explicit ControlCommands(std::vector<std::shared_ptr<Service>> services)
      : services_(std::move(services)) {}

  /// The answer, in one line without its end: an object with `ok`, and `error` if that is false, which
  /// says what was wrong and what was expected. An error shows nothing that may be a key.
  ControlAnswer answer(std::string_view line);

 private:
  ControlAnswer dispatch(ControlRequest& request);
  std::vector<std::string> commands() const;

  std::vector<std::shared_ptr<Service>> services_;
};

}  // namespace warpline::app
