// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "app/control/control_commands.hpp"
#include "elements/ipsec/control/sa_control.hpp"

namespace warpline::test {

/// Requests about SAs as a client of the control socket makes them.
class SaRequests {
 public:
  explicit SaRequests(std::shared_ptr<ipsec::SaDatabases> databases)
      : service_(std::make_shared<OnlySas>(std::move(databases))), commands_({service_}) {}

  ControlAnswer reply(std::string_view line) { return commands_.answer(line); }
  /// The whole answer.
  std::string answer(std::string_view line) { return reply(line).whole(); }
  /// The events of `SaControl::tick`, for clients.
  std::vector<std::string> tick() {
    std::vector<std::string> lines;
    for (auto const& event : service_->control.tick()) lines.push_back(event.json);
    return lines;
  }

 private:
  struct OnlySas final : Service {
    explicit OnlySas(std::shared_ptr<ipsec::SaDatabases> databases)
        : control(std::move(databases)) {}
    std::vector<std::string> commands() const override { return ipsec::SaControl::commands(); }
    ControlAnswer answer(std::string_view command, ControlRequest& request) override {
      return control.answer(command, request);
    }
    ipsec::SaControl control;
  };

  std::shared_ptr<OnlySas> service_;
  app::ControlCommands commands_;
};

}  // namespace warpline::test
