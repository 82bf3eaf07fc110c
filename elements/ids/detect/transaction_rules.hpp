// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "elements/ids/app/app_session.hpp"
#include "elements/ids/hyperscan.hpp"
#include "elements/ids/rules/rule_set.hpp"
#include "elements/ids/verify/transform_chain.hpp"

namespace warpline::ids {

/// The databases of the patterns in buffers of applications, by index in `RuleSet::app_buffers`; null
/// if a buffer has no pattern. Read-only; workers share them.
using AppDatabases = std::vector<std::shared_ptr<HyperscanDatabase const>>;
/// Throws `ConfigError` if a database cannot be compiled.
AppDatabases compile_app_databases(RuleSet const& rules);

/// A rule that is to be evaluated on a transaction.
struct TransactionRule {
  std::uint32_t rule;  ///< index in the rule set
  std::uint64_t transaction;
  friend bool operator==(TransactionRule const&, TransactionRule const&) = default;
  /// Of one rule, the latest transaction comes first, as in Suricata: it uses up a threshold.
  friend auto operator<=>(TransactionRule const& a, TransactionRule const& b) {
    auto const by_rule = a.rule <=> b.rule;
    return by_rule != 0 ? by_rule : b.transaction <=> a.transaction;
  }
};

/// The rules for the transactions of application protocols: selects them by their patterns, and
/// evaluates their keywords of buffers. One thread.
class TransactionRules {
 public:
  /// `databases`: of the rules; if there are none, they are compiled.
  TransactionRules(RuleSet const& rules, AppDatabases databases);

  /// The rules to evaluate on a session's transactions in a direction, in order. Valid until
  /// the next call.
  std::span<TransactionRule const> select(AppSession& session, AppProtocol protocol,
                                          bool to_server);
  enum class Outcome : std::uint8_t { kNotYet, kNever, kMatches };
  /// `kMatches` if all keywords of the rule that look at a transaction's buffers and numbers do;
  /// `kNever` if a buffer is complete, and its keywords do not match.
  Outcome match(CompiledRule const& compiled, AppSession& session, std::uint64_t transaction,
                bool to_server, BufferProgram::Evaluation& evaluation);
  /// Processor cycles (TSC) of all searches so far.
  std::uint64_t search_cycles() const { return cycles_; }
  /// Adds those with the rules before.
  void add_search_cycles(std::uint64_t cycles) { cycles_ += cycles; }
  /// Remembers that rules have seen the transactions as they are now.
  static void set_inspected(AppSession& session, bool to_server);

 private:
  using Indices = std::vector<std::uint16_t>;  // in `RuleSet::app_buffers`

  void search(AppSession& session, std::uint64_t number, bool to_server, Indices const& buffers);
  bool search(AppSession& session, std::uint64_t number, bool to_server, std::uint16_t index);
  static Bytes new_part(TransactionState& state, bool to_server, std::uint16_t index,
                        AppBuffer const& buffer);
  std::uint64_t key_of(std::uint32_t rule) const { return rules_.rules()[rule].rule.key(); }
  Bytes transformed(AppBufferRules const& rules, Bytes bytes) {
    return rules.transforms ? rules.transforms->apply(bytes, transformed_) : bytes;
  }
  Outcome match(CompiledRule::Part const& part, AppSession& session, std::uint64_t number,
                bool to_server, BufferProgram::Evaluation& evaluation);

  RuleSet const& rules_;
  std::vector<std::unique_ptr<HyperscanScanner>> scanners_;    // by index in `app_buffers`
  std::array<std::array<Indices, 2>, kAppProtocols> buffers_;  // by protocol and direction
  TransformChain::Memory transformed_;
  std::vector<PatternId> found_;
  std::vector<TransactionRule> selected_;
  std::uint64_t cycles_ = 0;
};

}  // namespace warpline::ids
