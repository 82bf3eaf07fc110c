// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/json/object.hpp>
#include <boost/json/string.hpp>
#include <boost/json/value.hpp>
#include <string>
#include <string_view>

namespace warpline {

/// A request from a client of the control socket: a JSON object whose members are taken one by one.
/// Its memory, also of values taken from it, is overwritten when it is freed, because it may
/// contain keys. Control thread only.
class ControlRequest {
 public:
  /// Throws `ConfigError` if `line` is no JSON object.
  explicit ControlRequest(std::string_view line);

  bool contains(std::string_view name) const { return members_.contains(name); }
  /// Takes a member. Throws `ConfigError` with `expected` if there is none.
  boost::json::value take(std::string const& name, std::string const& expected);
  /// The same for a text member.
  boost::json::string take_text(std::string const& name, std::string const& expected);
  /// Throws `ConfigError` if a member was not taken.
  void finish() const;

 private:
  boost::json::object members_;
};

}  // namespace warpline
