// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace warpline {

/// A place in a text: 1-based line and column (in bytes; a tab counts one). Line 0 means the whole
/// text.
struct Position {
  std::uint32_t line = 0;
  std::uint32_t column = 0;
  friend bool operator==(Position const&, Position const&) = default;
};

/// A text that a user wrote, with its name. It lives until nothing refers to it.
struct Source {
  std::string name;
  std::string text;

  /// Line number `line`, counted from 1, without its end; empty if there is none.
  std::string_view line(std::uint32_t line) const;
};

/// An error or a warning, with its place.
struct Diagnostic {
  enum class Severity : std::uint8_t { kError, kWarning };

  Severity severity = Severity::kError;
  std::shared_ptr<Source const> source;  ///< null if it does not concern a text
  Position position;
  std::string message;

  /// `name:line:col: error: message`, then the line and a caret if the source is known.
  std::string render() const;
};

/// An error in the user's configuration, thrown before anything starts, on the control thread. The
/// program exits with 2.
class ConfigError : public std::runtime_error {
 public:
  explicit ConfigError(std::string const& message) : std::runtime_error(message) {}

  /// An error with a place; `what()` is the rendered text with the line and a caret.
  explicit ConfigError(Diagnostic diagnostic)
      : std::runtime_error(diagnostic.render()), diagnostics_{std::move(diagnostic)} {}

  /// Several errors of one file, reported together.
  explicit ConfigError(std::vector<Diagnostic> diagnostics);

  /// The single errors; empty if the error has no place.
  std::vector<Diagnostic> const& diagnostics() const { return diagnostics_; }

 private:
  std::vector<Diagnostic> diagnostics_;
};

/// Reads a whole file as a source. Throws `ConfigError` with the path and the reason if the file
/// cannot be read, is a folder, or is binary (contains a NUL byte).
std::shared_ptr<Source const> read_source(std::string const& path);

/// Returns at most three candidates within a small edit distance of `word`, nearest first.
std::vector<std::string> nearest(std::string_view word, std::vector<std::string> const& candidates);

/// `; did you mean 'a' or 'b'?` for the nearest candidates, or an empty string.
std::string did_you_mean(std::string_view word, std::vector<std::string> const& candidates);

}  // namespace warpline
