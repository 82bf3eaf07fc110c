// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "elements/ids/prefilter/rule_groups.hpp"
#include "elements/ids/rules/app_rules.hpp"
#include "elements/ids/rules/rule.hpp"
#include "elements/ids/verify/buffer_program.hpp"

namespace warpline::ids {

/// A rule ready to be matched.
struct CompiledRule {
  /// The keywords of one buffer, in the order of their first use.
  struct Part {
    static constexpr std::uint32_t kNone = ~0u;
    Buffer buffer;
    BufferProgram program;
    std::uint32_t app_buffer =
        kNone;  ///< in `RuleSet::app_buffers`; `kNone`: of a packet or stream
  };
  struct Bit {
    BitAction::Command command;
    BitAction::Scope scope;
    std::vector<std::uint16_t> names;  ///< in `RuleSet::bit_names`
    std::uint32_t expire_seconds;
  };

  Rule rule;
  std::vector<Part> parts;
  std::vector<Bit> tests, changes;
  bool looks_at_payload = false;
  bool packets = true;          ///< the rule may match in a packet
  bool packets_first = false;   ///< also in a packet whose bytes are in a stream
  bool streams = false;         ///< the rule may match in a stream
  bool grows = false;           ///< what matches in bytes of a stream matches with more around them
  bool addresses_only = false;  ///< acts on the whole flow
  bool once_a_flow = false;     ///< looked at once for each flow and direction
  /// Looks at buffers or fields of transactions: only their inspection evaluates the rule.
  bool app = false;
  bool protocol_only = false;  ///< of an application protocol alone: acts on the whole flow
  /// `app-layer-protocol` alone: matches once, when the flow's protocol becomes known.
  bool at_detection = false;
};

/// A set of rules in the order in which they are evaluated: pass, drop, reject, alert; rules that
/// set bits before those that read them; the higher priority; the lower sid. Read-only; any thread.
class RuleSet {
 public:
  static constexpr std::size_t kMaxBits = 65536;  ///< names of flowbits and xbits

  /// Throws `ConfigError` if an expression cannot be compiled, or if there are too many patterns or
  /// bits.
  explicit RuleSet(std::vector<Rule> rules);

  std::vector<CompiledRule> const& rules() const { return rules_; }
  /// Which of them a packet or stream needs: those that look at no transaction.
  RuleGroups const& groups() const { return *groups_; }
  /// The buffers of applications at which rules look, each with its patterns.
  std::vector<AppBufferRules> const& app_buffers() const { return app_rules_.buffers(); }
  /// The rules of `CompiledRule::app` without a pattern that look at transactions of a protocol, in
  /// ascending order.
  std::vector<std::uint32_t> const& app_always(AppProtocol protocol) const {
    return app_rules_.always(protocol);
  }
  /// Names of flowbits and xbits.
  std::vector<std::string> const& bit_names() const { return bit_names_; }

 private:
  void compile(Rule rule);
  std::uint16_t bit(std::string const& name);

  std::vector<CompiledRule> rules_;
  std::optional<RuleGroups> groups_;
  AppRules app_rules_;
  std::vector<std::string> bit_names_;
  std::unordered_map<std::string, std::uint16_t> bits_;  // by name: the index in `bit_names_`
};

}  // namespace warpline::ids
