// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "app/control/control_answer.hpp"
#include "elements/ipsec/sa_args.hpp"

namespace warpline::app {

/// Answers requests about the SAs of a running program, a JSON object each; docs/ipsec.md has the
/// language. Used by one thread, which is no worker's.
class SaControl {
 public:
  explicit SaControl(std::shared_ptr<ipsec::SaDatabases> databases)
      : databases_(std::move(databases)) {}

  /// The answer, in one line without its end: an object with `ok`, and where that is false `error`,
  /// which says what was wrong and what was expected. A list is made piece by piece; an SA that is
  /// added or removed while it is being read is in it or not.
  ControlAnswer reply(std::string_view request);
  /// The same in one piece.
  std::string answer(std::string_view request) { return reply(request).whole(); }

  /// To be called a few times a second. Returns what has happened to SAs by itself, a JSON object in a
  /// line each.
  std::vector<std::string> tick();

 private:
  struct Leaving {
    std::chrono::steady_clock::time_point when;
    std::weak_ptr<ipsec::SaDatabase> database;
    ipsec::SaName name;
  };

  class Request;
  /// The SA of this name does not leave: it is gone, and the next one of the name another.
  void forget(std::shared_ptr<ipsec::SaDatabase> const& database, ipsec::SaName const& name);

  std::shared_ptr<ipsec::SaDatabases> databases_;
  std::vector<Leaving> leaving_;  // SAs that were exchanged, and go on receiving for a while
};

}  // namespace warpline::app
