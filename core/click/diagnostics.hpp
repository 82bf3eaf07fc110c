// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/base/error.hpp"

namespace warpline::click {

/// Collects what is found in one source, so that all of it is reported together.
class Diagnostics {
 public:
  explicit Diagnostics(std::shared_ptr<Source const> source) : source_(std::move(source)) {}

  /// Notes an error; the same one at the same place counts once.
  /// Throws `ConfigError` with everything so far once there are too many.
  void error(Position position, std::string message);

  /// Notes an error after which nothing more can be told, and throws `ConfigError`.
  [[noreturn]] void fatal(Position position, std::string message);

  void warning(Position position, std::string message);

  /// Throws `ConfigError` with all errors in the order of the text, if there are any.
  void throw_errors();

  std::size_t error_count() const { return errors_.size(); }
  std::vector<Diagnostic> take_warnings() { return std::move(warnings_); }

  /// `name:line:column`, to point at a second place in a message.
  std::string place(Position position) const;

 private:
  std::shared_ptr<Source const> source_;
  std::vector<Diagnostic> errors_;
  std::vector<Diagnostic> warnings_;
};

}  // namespace warpline::click
