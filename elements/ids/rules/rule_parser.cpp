// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ids/rules/rule_parser.hpp"

#include <utility>

#include "core/base/text.hpp"
#include "elements/ids/rules/app_checks.hpp"
#include "elements/ids/rules/keywords.hpp"
#include "elements/ids/rules/known_protocols.hpp"

namespace warpline::ids {
namespace {

constexpr std::size_t kMaxRuleBytes = 64 << 10;

std::optional<Action> action_of(std::string_view name) {
  constexpr std::pair<std::string_view, Action> kNames[] = {
      {"alert", Action::kAlert},
      {"pass", Action::kPass},
      {"drop", Action::kDrop},
      {"reject", Action::kReject},
      {"rejectsrc", Action::kReject},
      {"rejectdst", Action::kRejectDestination},
      {"rejectboth", Action::kRejectBoth}};
  return value_of(kNames, name);
}

std::optional<RuleProtocol> protocol_of(std::string_view name) {
  using enum RuleProtocol;
  constexpr std::pair<std::string_view, RuleProtocol> kNames[] = {{"ip", kIp},
                                                                  {"ip4", kIpv4},
                                                                  {"ipv4", kIpv4},
                                                                  {"ip6", kIpv6},
                                                                  {"ipv6", kIpv6},
                                                                  {"tcp", kTcp},
                                                                  {"tcp-pkt", kTcpPacket},
                                                                  {"tcp-stream", kTcpStream},
                                                                  {"udp", kUdp},
                                                                  {"icmp", kIcmp},
                                                                  {"icmpv4", kIcmpv4},
                                                                  {"icmpv6", kIcmpv6},
                                                                  {"sctp", kSctp},
                                                                  {"pkthdr", kPacketHeader},
                                                                  {"tcp:flow_start", kTcpFlowStart},
                                                                  {"ip:flow_start", kIpFlowStart}};
  return value_of(kNames, name);
}

/// Sets the protocol in the header; throws `UnsupportedOption` for those of other applications.
/// Returns false if there is none of that name.
bool read_protocol(std::string_view name, Rule& rule) {
  if (auto const protocol = protocol_of(name)) {
    rule.protocol = *protocol;
    return true;
  }
  auto const application = app_protocol_of(name);
  if (application && *application != AppProtocol::kFailed) {
    rule.app_protocol = application;
    rule.protocol = application == AppProtocol::kDns ? RuleProtocol::kIp : RuleProtocol::kTcp;
    return true;
  }
  if (is_known_protocol(name)) throw UnsupportedOption{"protocol " + std::string(name)};
  return false;
}

/// What the rule needs of applications that are not ready; empty if it can be loaded.
std::string missing(RuleState const& state, Word const& protocol, AppProtocolSet ready) {
  auto const& rule = state.rule;
  bool const in_header = !protocol_of(protocol.text).has_value();
  if (rule.app_protocol && !ready.contains(*rule.app_protocol))
    return in_header ? "protocol " + std::string(protocol.text)
                     : std::string(state.app_uses.front().keyword.text);
  bool const files = !state.app_uses.empty() && !rule.app_protocol;
  if (files && !ready.contains(AppProtocol::kHttp))
    return std::string(state.app_uses.front().keyword.text);
  for (auto const& match : rule.app_protocols)
    if (!ready.contains(match.protocol))
      return "app-layer-protocol " + std::string(name_of(match.protocol));
  return {};
}

/// Reads one option; the keyword decides how.
void read_option(RawOption const& raw, RuleState& state) {
  auto const* const keyword = find_keyword(raw.keyword.text);
  if (keyword == nullptr) {
    std::vector<std::string> names;
    for (auto const& known : keywords()) names.emplace_back(known.name);
    OptionReader::refuse(raw.keyword, "unknown keyword " + quoted(raw.keyword.text) +
                                          did_you_mean(raw.keyword.text, names));
  }
  if (keyword->read == nullptr) throw UnsupportedOption{std::string(keyword->name)};
  bool const has_value = raw.value && !raw.value->text.empty();
  if (keyword->value == KeywordValue::kNeeded && !has_value)
    OptionReader::refuse(raw.keyword, std::string(keyword->name) + " needs a value after ':'");
  if (keyword->value == KeywordValue::kNone && raw.value)
    OptionReader::refuse(*raw.value, std::string(keyword->name) + " takes no value");
  OptionReader option(raw, state);
  keyword->read(option);
}

}  // namespace

void RuleParser::read(std::shared_ptr<Source const> const& source) {
  Diagnostics diagnostics(source);
  RuleLines lines(source->text);
  while (auto const text = lines.next()) {
    auto const errors_before = diagnostics.error_count();
    try {
      if (auto rule = parse(*text, diagnostics))
        add(std::move(*rule), diagnostics);
      else if (diagnostics.error_count() > errors_before)
        ++report_.refused;
    } catch (UnsupportedOption const& option) {
      // A mistake beside it counts more: the user can repair that.
      if (diagnostics.error_count() > errors_before) {
        ++report_.refused;
      } else {
        ++report_.skipped;
        ++report_.skipped_by[option.name];
      }
    }
  }
  try {
    diagnostics.throw_errors();
  } catch (ConfigError const& error) {
    report_.errors.insert(report_.errors.end(), error.diagnostics().begin(),
                          error.diagnostics().end());
  }
  auto const warnings = diagnostics.warnings();
  report_.warnings.insert(report_.warnings.end(), warnings.begin(), warnings.end());
}

std::vector<Rule> RuleParser::take_rules() { return std::move(rules_); }

void RuleParser::read_header(RawRule const& raw, RuleText const& text, Rule& rule,
                             Diagnostics& diagnostics) {
  auto const errors_before = diagnostics.error_count();
  if (auto const action = action_of(raw.action.text))
    rule.action = *action;
  else
    diagnostics.error(
        text.position(raw.action),
        "unknown action " + quoted(raw.action.text) +
            "; expected alert, pass, drop, reject, rejectsrc, rejectdst or rejectboth");
  if (raw.arrow.text == "<>")
    rule.both_ways = true;
  else if (raw.arrow.text != "->")
    diagnostics.error(text.position(raw.arrow), "expected '->' or '<>'");
  rule.source = groups_.addresses(raw.source, text, diagnostics);
  rule.source_ports = groups_.ports(raw.source_ports, text, diagnostics);
  rule.destination = groups_.addresses(raw.destination, text, diagnostics);
  rule.destination_ports = groups_.ports(raw.destination_ports, text, diagnostics);
  if (diagnostics.error_count() > errors_before) return;
  rule.negated_addresses =
      groups_.negates_addresses(raw.source.text) || groups_.negates_addresses(raw.destination.text);
}

/// Empty after an error; throws `UnsupportedOption` after all options were read.
std::optional<Rule> RuleParser::parse(RuleText const& text, Diagnostics& diagnostics) {
  auto const errors_before = diagnostics.error_count();
  if (text.text.size() > kMaxRuleBytes) {
    diagnostics.error(text.position(0), "the rule has " + with_commas(text.text.size()) +
                                            " bytes; expected at most " +
                                            with_commas(kMaxRuleBytes));
    return std::nullopt;
  }
  auto const raw = split_rule(text, diagnostics);
  if (!raw) return std::nullopt;
  RuleState state;
  auto& rule = state.rule;
  rule.position = text.position(0);
  rule.text = text.text;
  std::optional<UnsupportedOption> unsupported;
  try {
    if (!read_protocol(raw->protocol.text, rule))
      diagnostics.error(text.position(raw->protocol),
                        "unknown protocol " + quoted(raw->protocol.text) +
                            "; expected ip, tcp, udp, icmp, sctp, pkthdr or an application's");
  } catch (UnsupportedOption& protocol) {
    unsupported = std::move(protocol);
  }
  read_header(*raw, text, rule, diagnostics);
  for (auto const& option : raw->options) {
    auto const buffers = rule.buffers.size();
    try {
      read_option(option, state);
    } catch (OptionError& error) {
      diagnostics.error(text.position(error.offset), std::move(error.message));
    } catch (UnsupportedOption& option_error) {
      if (!unsupported) unsupported = std::move(option_error);
    }
    if (rule.buffers.size() > buffers) rule.buffers.back().position = text.position(option.keyword);
  }
  if (rule.sid == 0 && diagnostics.error_count() == errors_before)
    diagnostics.error(text.position(0), "the rule has no sid");
  if (!unsupported && diagnostics.error_count() == errors_before)
    check_applications(state, text, diagnostics);
  if (!unsupported) {
    auto needed = missing(state, raw->protocol, ready_);
    if (!needed.empty()) unsupported = UnsupportedOption{std::move(needed)};
  }
  if (unsupported) throw std::move(*unsupported);
  if (diagnostics.error_count() > errors_before) return std::nullopt;
  classify(state, text, diagnostics);
  return std::move(rule);
}

void RuleParser::classify(RuleState& state, RuleText const& text, Diagnostics& diagnostics) const {
  auto& rule = state.rule;
  if (rule.classtype.empty()) return;
  auto const entry = classifications_.find(lower_case(rule.classtype));
  if (entry == classifications_.end()) {
    diagnostics.warning_once(text.position(state.classtype_offset),
                             "unknown classtype " + quoted(rule.classtype) + "; it has priority 3");
    return;
  }
  rule.category = entry->second.text;
  if (!state.has_priority) rule.priority = entry->second.priority;
}

void RuleParser::add(Rule rule, Diagnostics& diagnostics) {
  auto const [entry, is_new] = by_id_.emplace(std::pair(rule.gid, rule.sid), rules_.size());
  if (is_new) {
    rules_.push_back(std::move(rule));
    ++report_.loaded;
    return;
  }
  auto& known = rules_[entry->second];
  diagnostics.warning(rule.position, "sid " + std::to_string(rule.sid) +
                                         " exists already; the rule with the higher rev (" +
                                         std::to_string(std::max(rule.rev, known.rev)) +
                                         ") is loaded");
  if (rule.rev > known.rev) known = std::move(rule);
}

}  // namespace warpline::ids
