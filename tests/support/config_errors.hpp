// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "core/base/error.hpp"

namespace warpline::test {

/// The `ConfigError` that `action` throws, as a user sees it; `no error` if it throws none.
template <class Action>
std::string errors_of(Action&& action) {
  try {
    action();
  } catch (ConfigError const& error) {
    return error.what();
  }
  return "no error";
}

/// `LINE:COLUMN: MESSAGE` of each error, one per line.
template <class Action>
std::string places_of(Action&& action) {
  try {
    action();
  } catch (ConfigError const& error) {
    std::string all;
    for (auto const& item : error.diagnostics())
      all += std::to_string(item.position.line) + ":" + std::to_string(item.position.column) +
             ": " + item.message + "\n";
    return all;
  }
  return "no error";
}

/// The messages alone, one per line.
template <class Action>
std::string messages_of(Action&& action) {
  try {
    action();
  } catch (ConfigError const& error) {
    std::string all;
    for (auto const& diagnostic : error.diagnostics()) all += diagnostic.message + "\n";
    return all;
  }
  return "no error";
}

}  // namespace warpline::test
