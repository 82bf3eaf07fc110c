// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/element/service.hpp"
#include "elements/ipsec/database/sa_databases.hpp"

namespace warpline::ipsec {

/// Answers requests about the SAs of a running program; docs/ipsec.md describes them. Control thread.
class SaControl {
 public:
  explicit SaControl(std::shared_ptr<SaDatabases> databases) : databases_(std::move(databases)) {}

  static std::vector<std::string> commands();
  /// Answers one of `commands()`. Throws `ConfigError` with what is wrong and what was expected.
  ControlAnswer answer(std::string_view command, ControlRequest& request);

  /// Ends SAs that were exchanged, and returns an event for each SA that has reached the end of a
  /// lifetime. To be called a few times a second.
  std::vector<ControlEvent> tick();

 private:
  struct Leaving {
    std::chrono::steady_clock::time_point when;
    std::weak_ptr<SaDatabase> database;
    SaName name;
  };

  std::shared_ptr<SaDatabase> take_database(ControlRequest& request) const;
  ControlAnswer list(ControlRequest& request);
  ControlAnswer export_text(ControlRequest& request);
  ControlAnswer add(ControlRequest& request);
  ControlAnswer remove(ControlRequest& request);
  ControlAnswer rekey(ControlRequest& request);
  /// Lets an SA of this name stay: the one that was to leave is gone, and the next one is another.
  void forget(std::shared_ptr<SaDatabase> const& database, SaName const& name);

  std::shared_ptr<SaDatabases> databases_;
  std::vector<Leaving> leaving_;  // SAs that were exchanged and go on receiving for a while
};

}  // namespace warpline::ipsec
