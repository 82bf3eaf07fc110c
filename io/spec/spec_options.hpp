// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/base/diagnostics.hpp"
#include "io/spec/port_spec.hpp"

namespace warpline {

/// An error at byte `offset` of a specification.
Diagnostic spec_diagnostic(PortText const& text, std::size_t offset, std::string message);

/// Reads the comma-separated `key=value` part of a port specification, key by key. Errors are
/// collected with their places, and `finish` throws all of them.
///
/// A piece without `=` belongs to the value before it (`size=64,128`), or is one of the `flags`.
/// Double quotes keep commas and equal signs together. Control thread, before workers start.
class SpecOptions {
 public:
  /// Reads `text` from `begin`; `subject` names the port in messages.
  SpecOptions(PortText const& text, std::size_t begin, std::string subject,
              std::vector<std::string> const& flags);

  std::optional<std::string> text(std::string const& key);
  /// A whole number, with an optional suffix k, M or G.
  std::uint64_t number(std::string const& key, std::uint64_t fallback, std::uint64_t min,
                       std::uint64_t max);
  double rate(std::string const& key);
  bool yes(std::string const& key, bool fallback);
  bool flag(std::string const& key);
  /// The value before the first key.
  std::optional<std::string> positional();

  /// Adds an error for the value of `key`, or for the whole text if there is no such key.
  void fail(std::string const& key, std::string message);

  /// The pieces that were not requested, as written.
  std::vector<std::string> rest();
  /// Throws the collected errors, and one for every piece that was not requested.
  void finish();

 private:
  struct Item {
    std::string key;
    std::string value;
    std::string raw;
    std::size_t key_at = 0;
    std::size_t value_at = 0;
    bool taken = false;
  };

  void split(std::size_t begin, std::vector<std::string> const& flags);
  Item* find(std::string const& key);
  void error(std::size_t offset, std::string message) {
    diagnostics_.error(spec_diagnostic(text_, offset, std::move(message)));
  }

  PortText const& text_;
  std::string subject_;
  std::vector<Item> items_;
  std::vector<std::string> known_;
  Diagnostics diagnostics_{nullptr};
};

}  // namespace warpline
