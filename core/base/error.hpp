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

/// A place in a text: 1-based line and column (bytes, a tab counts one); line 0 means the whole
/// text.
struct Position {
  std::uint32_t line = 0;
  std::uint32_t column = 0;
  friend bool operator==(Position const&, Position const&) = default;
};

/// A text that a user wrote and its name, kept while anything may still point into it.
struct Source {
  std::string name;
  std::string text;

  /// The 1-based `line` without its end; empty where there is none.
  std::string_view line(std::uint32_t line) const;
};

/// What is wrong (or doubtful), and where.
struct Diagnostic {
  enum class Severity : std::uint8_t { kError, kWarning };

  Severity severity = Severity::kError;
  std::shared_ptr<Source const> source;  ///< null: no text is concerned
  Position position;
  std::string message;

  /// `name:line:col: error: message`, then the line and a caret where the source is known.
  std::string render() const;
};

/// Bad configuration from a user: raised before anything starts; the program exits with 2.
class ConfigError : public std::runtime_error {
 public:
  explicit ConfigError(std::string const& message) : std::runtime_error(message) {}

  /// An error with a place; `what()` is the rendered text with the line and a caret.
  explicit ConfigError(Diagnostic diagnostic)
      : std::runtime_error(diagnostic.render()), diagnostics_{std::move(diagnostic)} {}

  /// Several errors of one file, reported together.
  explicit ConfigError(std::vector<Diagnostic> diagnostics);

  /// The single findings; empty for an error without a place.
  std::vector<Diagnostic> const& diagnostics() const { return diagnostics_; }

 private:
  std::vector<Diagnostic> diagnostics_;
};

/// The whole file as a source.
/// Throws `ConfigError` naming the path and the system's reason, or that it is a folder or is
/// binary (it holds a NUL byte).
std::shared_ptr<Source const> read_source(std::string const& path);

/// The candidates within a small edit distance of `word`, nearest first, at most three.
std::vector<std::string> nearest(std::string_view word, std::vector<std::string> const& candidates);

/// `; did you mean 'a' or 'b'?` for the nearest candidates, or an empty string.
std::string did_you_mean(std::string_view word, std::vector<std::string> const& candidates);

}  // namespace warpline
