// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <toml++/toml.h>

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/diagnostics.hpp"
#include "core/base/text.hpp"

/// Reading of TOML tables with all errors at once; for the sources that read configuration files.
namespace warpline {

/// Reads one value; throws `ConfigError` without a place for a bad one.
using ReadToml = std::function<void(toml::node const&)>;
using TomlKeys = std::map<std::string, ReadToml>;

inline Position place_of(toml::source_region const& region) {
  return {region.begin.line, region.begin.column};
}

/// Parses a text; throws what `diagnostics` holds after a syntax error.
inline toml::table parse_toml(std::string_view text, std::string const& name,
                              Diagnostics& diagnostics) {
  try {
    return toml::parse(text, name);
  } catch (toml::parse_error const& error) {
    diagnostics.fatal(place_of(error.source()), std::string(error.description()));
  }
}

/// The text of a value in quotes; `expected` names it in the error.
inline std::string text_of(toml::node const& node, std::string const& expected) {
  auto const text = node.value_exact<std::string>();
  if (!text) throw ConfigError("expected " + expected + " in quotes");
  return *text;
}

/// Reads the keys of one table. After an error, the rest of the table is read. One thread.
class TomlTableReader {
 public:
  /// `name` is how the user writes the table, e.g. `[cpu]`; empty for the file itself.
  TomlTableReader(std::string name, Diagnostics& diagnostics)
      : name_(std::move(name)), diagnostics_(diagnostics) {}

  /// Returns the places of the `keys` that the table has, also of those with bad values.
  std::map<std::string, Position> read(toml::node const& node, TomlKeys const& keys) {
    std::map<std::string, Position> positions;
    auto const* table = node.as_table();
    if (table == nullptr) {
      fail(place_of(node.source()), "expected a table: " + name_);
      return positions;
    }
    for (auto const& [key, value] : *table) {
      std::string const text(key.str());
      auto const entry = keys.find(text);
      if (entry == keys.end()) {
        fail_unknown(place_of(key.source()), text, keys);
        continue;
      }
      positions.emplace(text, place_of(value.source()));
      try {
        entry->second(value);
      } catch (ConfigError const& error) {
        fail(place_of(value.source()), text + ": " + error.what());
      }
    }
    return positions;
  }

  void fail(Position position, std::string message) {
    failed_ = true;
    diagnostics_.error(position, std::move(message));
  }
  bool failed() const { return failed_; }

 private:
  void fail_unknown(Position position, std::string const& key, TomlKeys const& keys) {
    std::vector<std::string> names;
    std::string list;
    for (auto const& [name, read] : keys) {
      names.push_back(name);
      list += (list.empty() ? "" : ", ") + name;
    }
    auto const guess = did_you_mean(key, names);
    fail(position, "unknown key " + quoted(key) + (name_.empty() ? "" : " in " + name_) +
                       (guess.empty() ? "; expected one of " + list : guess));
  }

  std::string name_;
  Diagnostics& diagnostics_;
  bool failed_ = false;
};

}  // namespace warpline
