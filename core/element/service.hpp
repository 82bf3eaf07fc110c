// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/element/context.hpp"
#include "core/element/control_answer.hpp"

namespace warpline {

class ControlRequest;

/// Something that happened while a program runs, for the user and for clients of its control
/// socket.
struct ControlEvent {
  enum class Severity : unsigned char { kNote, kWarning, kError };

  Severity severity = Severity::kNote;
  std::string text;    ///< for the user, without severity and line break
  std::string json{};  ///< for clients: an object with the member `event`, in one line; empty: none
};

/// How a program runs its pipeline: a single object of the `SharedStore`, set before graphs are
/// built.
struct RunConditions {
  bool has_control_socket = false;  ///< requests may add missing SAs and the like later
  bool uses_real_ports = false;     ///< frames leave the program for another machine or the kernel
};

/// The control thread's side of elements that share objects such as databases, files or sessions.
///
/// The constructor of an element creates it as a single object of the `SharedStore`, and adds it to
/// the store's `Services`. All functions are called on the control thread.
class Service {
 public:
  virtual ~Service() = default;

  /// Makes the checks that need the complete graph. Throws `ConfigError`.
  virtual void check() const {}
  /// Lines that `warpline plan` prints about memory and other needs of `workers` workers; empty:
  /// none.
  virtual std::string plan(unsigned workers) const {
    (void)workers;
    return {};
  }

  /// Checks the complete graph that a reload is about to run in place of the current one. Throws
  /// `ConfigError` if it needs what only `open` provides.
  virtual void check_reload() {}
  /// Opens the files and takes the locks that a run needs, before ports are opened. `warn` shows
  /// the user a warning. Throws `ConfigError` if that fails. If the elements come with a reload,
  /// before their graph runs.
  virtual void open(RunConditions const&, std::function<void(std::string const&)> const& warn) {
    (void)warn;
  }
  /// Does periodic work. Called every few milliseconds while workers run; never waits for a worker.
  /// An event of severity `kError` makes the program's exit status 1.
  virtual std::vector<ControlEvent> poll() { return {}; }
  /// Undoes `open`, after the last worker has ended or if none was started. Returns errors.
  virtual std::vector<std::string> close() { return {}; }

  /// Names of the commands that it answers; no other service may have one of them.
  virtual std::vector<std::string> commands() const { return {}; }
  /// Answers a request with one of `commands()`. Throws `ConfigError` for an invalid request.
  virtual ControlAnswer answer(std::string_view command, ControlRequest& request) {
    (void)command, (void)request;
    return std::string();
  }
};

/// The services of a program: a single object of the `SharedStore`. Control thread only.
class Services {
 public:
  static std::shared_ptr<Services> of(SharedStore& shared) { return shared.single<Services>(); }

  void add(std::shared_ptr<Service> service) { all_.push_back(std::move(service)); }
  std::vector<std::shared_ptr<Service>> const& all() const { return all_; }

 private:
  std::vector<std::shared_ptr<Service>> all_;
};

}  // namespace warpline
