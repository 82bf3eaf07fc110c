// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "io/spec/port_spec.hpp"

namespace warpline {

/// A kind of ports: which specifications are its own and what they mean. Registered by a constant of
/// namespace scope in one source file: `PortSchemeRegistration const registration{{.name = "gen", ...}};`
struct PortScheme {
  std::string name{};                  ///< `gen`
  int rank = 0;                        ///< in error messages, lower ranks come first
  std::string expected{};              ///< the expected text in error messages: `gen:...`
  std::vector<std::string> nearest{};  ///< words that a misspelt one may have meant
  /// Whether a specification is of this scheme; null: if it is the name, alone or before a colon.
  bool (*matches)(std::string_view text) = nullptr;
  /// Throws `ConfigError` with everything that is wrong.
  PortSpec (*parse)(PortText const& text) = nullptr;

  bool has(std::string_view text) const;
  /// All schemes by rank. Filled before `main`, read-only afterwards.
  static std::vector<PortScheme>& all();
};

/// Adds a scheme before `main`.
struct PortSchemeRegistration {
  explicit PortSchemeRegistration(PortScheme scheme);
};

}  // namespace warpline
