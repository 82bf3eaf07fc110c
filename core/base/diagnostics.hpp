// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/error.hpp"

namespace warpline {

/// Collects the errors and warnings of one text, so that the user sees all of them at once.
/// One thread at a time.
class Diagnostics {
 public:
  /// Errors after the first `kMaxErrors` are only counted; warnings after as many are dropped.
  static constexpr std::size_t kMaxErrors = 100;

  /// Hides parts of a message that nobody may see.
  using Mask = std::string (*)(std::string_view message);

  /// `source` is what the user sees of the text; `mask`, if there is one, is applied to each message.
  explicit Diagnostics(std::shared_ptr<Source const> source, Mask mask = nullptr)
      : source_(std::move(source)), mask_(mask) {}

  /// Adds an error. The same message at the same place counts once.
  void error(Position position, std::string message);
  /// Adds an error of another text, or one with a message alone, which gets `position`.
  void error(Position position, ConfigError const& error);
  void error(Diagnostic diagnostic);
  /// Adds an error after which reading cannot continue, and throws `ConfigError` with all.
  [[noreturn]] void fatal(Position position, std::string message);

  /// Adds a warning. The same message at the same place counts once.
  void warning(Position position, std::string_view message);
  /// Adds a warning that is shown at its first place, with the number of others as `(and N more)`.
  void warning_once(Position position, std::string_view message);
  /// Adds `item` to the items after `message`, a warning at the place of the first of them.
  void warning_item(Position position, std::string_view message, std::string_view item);

  /// Throws `ConfigError` with all errors in the order of the text, if there are any.
  void throw_errors();

  std::shared_ptr<Source const> const& source() const { return source_; }
  bool empty() const { return error_count_ == 0; }
  std::size_t error_count() const { return error_count_; }
  std::vector<Diagnostic> warnings() const;

  /// `name:line:column`, for a message that names a second place.
  std::string place(Position position) const;

 private:
  struct Warning {
    Position position;
    std::string message;
    std::size_t count = 0;
    std::vector<std::string> items{};
  };
  Warning* find_or_add(Position position, std::string_view message, bool anywhere);

  std::shared_ptr<Source const> source_;
  Mask mask_;
  std::vector<Diagnostic> errors_;
  std::size_t error_count_ = 0;
  std::vector<Warning> warnings_;
};

}  // namespace warpline
