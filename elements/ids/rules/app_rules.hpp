// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "elements/ids/pattern.hpp"
#include "elements/ids/rules/rule.hpp"
#include "elements/ids/verify/transform_chain.hpp"

namespace warpline::ids {

/// A buffer of applications with the transforms that rules apply to it, and the fast patterns that
/// stand in the transformed bytes.
struct AppBufferRules {
  Buffer buffer;
  std::shared_ptr<TransformChain const> transforms;  ///< null: none
  PatternSet patterns{};
  std::vector<std::vector<std::uint32_t>> rules{};  ///< by pattern, in ascending order
};

/// How transactions select rules: by patterns in their buffers, and always. Read-only once the
/// `RuleSet` is made; any thread.
class AppRules {
 public:
  /// The index in `buffers` of a buffer with these transforms; it is added if it is new. Throws
  /// `ConfigError` if an expression cannot be compiled.
  std::uint32_t buffer(Buffer buffer, Transforms const* transforms);
  /// Adds a rule that looks at buffers or fields of applications. `index`: the rule's, ascending.
  /// Throws `ConfigError` if a buffer has too many patterns.
  void add(Rule const& rule, std::uint32_t index);

  std::vector<AppBufferRules> const& buffers() const { return buffers_; }
  std::vector<std::uint32_t> const& always(AppProtocol protocol) const {
    return always_[static_cast<std::size_t>(protocol)];
  }

 private:
  void add_pattern(ContentMatch const& content, std::uint32_t buffer, Rule const& rule,
                   std::uint32_t index);

  std::vector<AppBufferRules> buffers_;
  std::vector<std::map<std::pair<std::string, bool>, PatternId>> patterns_;  // by buffer
  std::array<std::vector<std::uint32_t>, kAppProtocols> always_;
};

}  // namespace warpline::ids
