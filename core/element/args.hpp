// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "core/base/error.hpp"
#include "core/click/pipeline.hpp"

namespace warpline {

struct BuildContext;

/// The configuration of one element, read by type.
///
/// An argument is written by position, `FromDPDKDevice(0)`, or by keyword:
/// `FromDPDKDevice(PORT 0)`. The calls of an element's constructor define the arguments, in order.
/// Every error is a `ConfigError` at the argument; `finish`, called afterwards, refuses arguments
/// that were not read. A quoted argument that begins with the requested name contains keyword and
/// value, as in NBA: `L2Forward("method echoback")`.
///
/// Types: integers (decimal or 0x), `double`, `bool` (true/false), `std::string`,
/// `std::chrono::nanoseconds` (`10us`, `2ms`, `1s`). Control thread, while the graph is built.
class Args {
 public:
  Args(ElementDecl const& decl, std::shared_ptr<Source const> source, BuildContext& context);

  /// The next argument by position, or the keyword `name`. Throws if there is neither.
  template <class T>
  T required(std::string_view name) {
    return parse<T>(take(name, true, true, kHoldsBlanks<T>), name);
  }
  /// The next argument by position, or the keyword `name`, or `fallback`.
  template <class T>
  T optional(std::string_view name, T fallback) {
    auto const value = take(name, true, false, kHoldsBlanks<T>);
    return value ? parse<T>(value, name) : fallback;
  }
  /// The keyword `name`, or `fallback`.
  template <class T>
  T keyword(std::string_view name, T fallback) {
    auto const value = take(name, false, false);
    return value ? parse<T>(value, name) : fallback;
  }
  /// Takes the keyword `name` with any value, and returns whether it was present. For arguments of
  /// Click that have no effect here. It is not added to `known`.
  bool ignore(std::string_view name);
  /// All remaining arguments in order, documented as `name...`.
  std::vector<Argument> rest(std::string_view name);
  /// Parses one of these arguments.
  template <class T>
  T value(Argument const& argument, std::string_view name) const {
    return parse<T>(Value{argument.text, argument.position}, name);
  }
  /// A path, relative to the folder of the pipeline file if it is not absolute.
  std::string path(std::string_view name);
  /// The same for a keyword that may be absent; empty then.
  std::string path_or_empty(std::string_view name);
  /// A path as the user wrote it, taken as `path` takes it.
  std::string resolve(std::string const& text) const;

  /// A `ConfigError` at the argument last taken by that name, or at the element.
  [[nodiscard]] ConfigError error(std::string message, std::string_view name = {}) const;
  [[nodiscard]] ConfigError error_at(Argument const& argument, std::string message) const;
  [[nodiscard]] ConfigError error_at(Word const& word, std::string message) const;

  /// Throws for arguments that were not read, with the nearest known names.
  void finish();

  std::string const& element_name() const { return decl_.name; }
  std::string const& class_name() const { return decl_.class_name; }
  BuildContext& context() { return context_; }
  /// A seed for this element on this worker, derived from the program's seed.
  std::uint64_t seed() const;
  /// The requested names so far, in order.
  std::vector<std::string> const& known() const { return known_; }

 private:
  struct Value {
    std::string text;
    Position position;
  };
  /// Whether a value of this type may be a quoted text with blanks.
  template <class T>
  static constexpr bool kHoldsBlanks = std::is_same_v<T, std::string>;

  std::optional<Value> take(std::string_view name, bool positional, bool required,
                            bool holds_blanks = true);
  std::optional<Value> take_keyword(std::string_view name);
  /// The error for a required argument: at a keyword that is nearly its name, otherwise at the class.
  [[nodiscard]] ConfigError missing(std::string_view name) const;
  template <class T>
  T parse(std::optional<Value> const& value, std::string_view name) const;
  [[nodiscard]] ConfigError expected(Value const& value, std::string_view name,
                                     std::string const& what) const;
  [[nodiscard]] ConfigError error_at(Position position, std::string message) const;

  ElementDecl const& decl_;
  std::shared_ptr<Source const> source_;
  BuildContext& context_;
  std::vector<bool> taken_;
  std::vector<std::string> known_;
  std::vector<std::pair<std::string, Position>> places_;
};

}  // namespace warpline
