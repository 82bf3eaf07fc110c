// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <yaml-cpp/node/node.h>

#include <string>

#include "core/base/diagnostics.hpp"

namespace warpline::ids {

/// A file in YAML, and the errors that its readers find. One thread.
class YamlDocument {
 public:
  /// Throws `ConfigError` with a place if `source` is not YAML, or is not a map.
  explicit YamlDocument(std::shared_ptr<Source const> source);

  /// The value of a key at the top. Throws `ConfigError` if there is no such key.
  YAML::Node part(std::string const& key);

  /// Where a node begins; a quoted text begins after its quote.
  Position position(YAML::Node const& node) const;
  void error(YAML::Node const& node, std::string message) {
    diagnostics_.error(position(node), std::move(message));
  }
  Diagnostics& diagnostics() { return diagnostics_; }

 private:
  std::shared_ptr<Source const> source_;
  Diagnostics diagnostics_;
  YAML::Node root_;
};

}  // namespace warpline::ids
