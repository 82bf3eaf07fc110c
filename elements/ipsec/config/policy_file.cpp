// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ipsec/config/policy_file.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "elements/ipsec/config/passed_over.hpp"
#include "elements/ipsec/config/policy_words.hpp"
#include "elements/ipsec/config/sa_cursor.hpp"
#include "elements/ipsec/config/sa_words.hpp"

namespace warpline::ipsec {
namespace {

constexpr char const* kLayout =
    " (a policy begins in the first column, lines that continue it are indented)";

/// Parses one policy. After an error the rest of the field is skipped: one mistake, one message.
class PolicyParser {
 public:
  PolicyParser(SaWords const& words, Diagnostics& diagnostics)
      : cursor_(words, diagnostics),
        diagnostics_(diagnostics),
        passed_over_(cursor_, diagnostics) {}

  std::optional<Policy> parse() {
    policy_.position = cursor_.first().position;
    for (std::string_view const word : {"ip", "xfrm", "policy"})
      if (!cursor_.at_end() && cursor_.peek().text == word) cursor_.take();
    if (!cursor_.at_end() && (cursor_.peek().text == "add" || cursor_.peek().text == "update"))
      cursor_.take();
    while (!cursor_.at_end()) parse_field(cursor_.take());
    check();
    if (cursor_.failed()) return std::nullopt;
    return policy_;
  }
  /// The words that select packets by properties that are not supported, with their values.
  std::string const& narrowing() const { return narrowing_; }

 private:
  using Handler = void (PolicyParser::*)(Word const&);
  using Handlers = std::map<std::string, Handler, std::less<>>;

  static Handlers const& policy_handlers() {
    static Handlers const table{{"src", &PolicyParser::parse_source},
                                {"dst", &PolicyParser::parse_destination},
                                {"proto", &PolicyParser::parse_selector_protocol},
                                {"sport", &PolicyParser::parse_source_port},
                                {"dport", &PolicyParser::parse_destination_port},
                                {"type", &PolicyParser::parse_type},
                                {"code", &PolicyParser::parse_code},
                                {"dir", &PolicyParser::parse_direction},
                                {"priority", &PolicyParser::parse_priority},
                                {"index", &PolicyParser::skip_number},
                                {"ptype", &PolicyParser::parse_kind},
                                {"action", &PolicyParser::parse_action},
                                {"flag", &PolicyParser::parse_flag},
                                {"share", &PolicyParser::parse_share},
                                {"tmpl", &PolicyParser::parse_template}};
    return table;
  }
  /// After `tmpl`.
  static Handlers const& template_handlers() {
    static Handlers const table{{"src", &PolicyParser::parse_end},
                                {"dst", &PolicyParser::parse_end},
                                {"proto", &PolicyParser::parse_template_protocol},
                                {"spi", &PolicyParser::parse_spi},
                                {"reqid", &PolicyParser::parse_reqid},
                                {"mode", &PolicyParser::parse_mode},
                                {"level", &PolicyParser::parse_level},
                                {"share", &PolicyParser::parse_share}};
    return table;
  }
  /// Words of `ip xfrm policy` that would change the meaning of a policy.
  static bool is_unsupported(std::string_view word) { return word == "key" || word == "limit"; }
  /// Words that apply a policy only to packets with a mark, an interface or a label of the host.
  static bool is_narrowing(std::string_view word) {
    constexpr std::string_view kWords[] = {"mark", "if_id", "dev", "ctx", "security"};
    return std::find(std::begin(kWords), std::end(kWords), word) != std::end(kWords);
  }
  bool is_known(std::string_view word) const {
    return is_unsupported(word) || is_narrowing(word) || PassedOver::is_field(word) ||
           policy_handlers().contains(word) || (policy_.sa && template_handlers().contains(word));
  }

  void parse_field(Word const& word) {
    if (is_narrowing(word.text)) return parse_narrowing(word);
    if (PassedOver::is_field(word.text)) return passed_over_.take(word);
    if (is_unsupported(word.text)) {
      cursor_.fail(word, quoted(word.text) +
                             " is not supported; expected a policy that asks for addresses, "
                             "protocol and ports alone");
      return cursor_.skip_row();
    }
    if (policy_.sa) {
      auto const handler = template_handlers().find(word.text);
      if (handler != template_handlers().end())
        return run(*handler, word, "tmpl ", "in one template");
    }
    auto const handler = policy_handlers().find(word.text);
    if (handler != policy_handlers().end()) return run(*handler, word, "", "in one policy");
    unknown(word);
  }
  void run(Handlers::value_type const& handler, Word const& word, std::string const& scope,
           char const* where) {
    auto const [previous, first] = seen_.emplace(scope + handler.first, word.position);
    if (!first)
      cursor_.fail(word, quoted(word.text) + " is given twice " + where + "; first in line " +
                             std::to_string(previous->second.line) + kLayout);
    (this->*handler.second)(word);
  }
  void unknown(Word const& word) {
    std::vector<std::string> names;
    std::string list;
    auto handlers = policy_handlers();
    if (policy_.sa) handlers.insert(template_handlers().begin(), template_handlers().end());
    for (auto const& [name, handler] : handlers) {
      names.push_back(name);
      list += (list.empty() ? "" : ", ") + name;
    }
    cursor_.fail(word, "unknown word " + quoted(word.text) + "; expected one of " + list +
                           did_you_mean(word.text, names));
    unknown_ = true;
    cursor_.skip_row();  // its values are not keywords
  }
  void parse_narrowing(Word const& word) {
    if (narrowing_.empty()) narrowed_at_ = word;
    narrowing_ += std::string(word.text) + ' ';
    if (!cursor_.at_end()) narrowing_ += std::string(cursor_.peek().text) + ' ';
    if (word.text == "dev") {
      if (!cursor_.at_end()) cursor_.take();
    } else {
      passed_over_.take_silently(word);
    }
    diagnostics_.warning_once(
        word.position, quoted(word.text) + " is passed over: the policy applies to packets of any");
  }
  void skip_field() {
    while (!cursor_.at_end() && !is_known(cursor_.peek().text)) cursor_.take();
  }

  /// The next word, which must be one of `choices`; returns its index.
  std::optional<std::size_t> choice(Word const& field, std::vector<std::string> const& choices) {
    std::string expected;
    for (auto const& choice : choices)
      expected += (expected.empty() ? "'" : " or '") + choice + "'";
    auto const* const word = cursor_.value(field, expected);
    if (word == nullptr) return std::nullopt;
    auto const choice = std::find(choices.begin(), choices.end(), word->text);
    if (choice != choices.end()) return static_cast<std::size_t>(choice - choices.begin());
    cursor_.fail(*word, quoted(field.text) + " " + quoted(word->text) +
                            " is not supported; expected " + expected +
                            did_you_mean(word->text, choices));
    return std::nullopt;
  }

  void prefix(Word const& field, std::optional<IpPrefix>& into,
              std::optional<IpPrefix> const& other) {
    auto const* const word = cursor_.value(field, "an address or ADDRESS/LENGTH");
    if (word == nullptr || word->text == "any") return;
    auto const parsed = parse_prefix(std::string(word->text));
    if (!parsed)
      cursor_.fail(*word,
                   quoted(word->text) + ": expected an IPv4 or IPv6 address or ADDRESS/LENGTH");
    else if (other && other->address.version != parsed->address.version)
      cursor_.fail(*word, "expected an IPv" + std::to_string(other->address.version) +
                              " prefix, as on the policy's other side");
    else
      into = parsed;
  }
  void parse_source(Word const& field) {
    prefix(field, policy_.selector.source, policy_.selector.destination);
  }
  void parse_destination(Word const& field) {
    prefix(field, policy_.selector.destination, policy_.selector.source);
  }
  void parse_selector_protocol(Word const& field) {
    auto const* const word = cursor_.value(field, "an IP protocol");
    if (word == nullptr) return;
    policy_.selector.protocol = parse_protocol(word->text);
    bad_protocol_ = !policy_.selector.protocol;
    if (bad_protocol_)
      cursor_.fail(*word, quoted(word->text) + ": " + protocol_expected(word->text));
  }

  void ports(Word const& field, PortRange& into, std::uint16_t max) {
    auto const expected = "a number up to " + std::to_string(max) + ", or FIRST-LAST";
    auto const* const word = cursor_.value(field, expected);
    if (word == nullptr) return;
    if (auto const parsed = parse_ports(word->text, max))
      into = *parsed;
    else
      cursor_.fail(*word, quoted(word->text) + ": expected " + expected);
  }
  void parse_source_port(Word const& field) { ports(field, policy_.selector.source_port, 0xffff); }
  void parse_destination_port(Word const& field) {
    ports(field, policy_.selector.destination_port, 0xffff);
  }
  void parse_type(Word const& field) { ports(field, policy_.selector.source_port, 0xff); }
  void parse_code(Word const& field) { ports(field, policy_.selector.destination_port, 0xff); }

  void parse_direction(Word const& field) {
    constexpr PolicyDirection kDirections[] = {PolicyDirection::kOut, PolicyDirection::kIn,
                                               PolicyDirection::kForward};
    if (auto const index = choice(field, {"out", "in", "fwd"}))
      policy_.direction = kDirections[*index];
  }
  void parse_priority(Word const& field) {
    if (auto const parsed = cursor_.number(field, "a number below 2^32; the lowest wins"))
      policy_.priority = *parsed;
  }
  void skip_number(Word const& field) { cursor_.number(field, "a number below 2^32"); }
  void parse_kind(Word const& field) { choice(field, {"main"}); }
  void parse_share(Word const& field) {  // which Linux stores and does not use
    choice(field, {"any", "session", "user", "unique"});
  }
  /// `ip -s` prints `flag` without any, too.
  void parse_flag(Word const& field) {
    while (!cursor_.at_end() && !is_known(cursor_.peek().text)) choice(field, {"localok", "icmp"});
  }
  void parse_action(Word const& field) {
    blocks_ = choice(field, {"allow", "block"}).value_or(0) == 1;
  }

  void parse_template(Word const&) {
    if (!policy_.sa) {
      policy_.sa.emplace().mode = SaMode::kTransport;  // unless a word sets another
      return;
    }
    while (!cursor_.at_end() && (template_handlers().contains(cursor_.peek().text) ||
                                 !policy_handlers().contains(cursor_.peek().text)))
      cursor_.take();
  }
  void parse_end(Word const& field) {
    std::string const expected = "an IPv4 or IPv6 address";
    auto const* const word = cursor_.value(field, expected);
    if (word == nullptr) return;
    auto const parsed = parse_ip_address(std::string(word->text));
    if (!parsed) {
      cursor_.fail(*word, quoted(word->text) + ": expected " + expected);
      bad_end_ = true;
    } else if (!parsed->is_unspecified()) {
      (field.text == "src" ? policy_.sa->source : policy_.sa->destination) = parsed;
    }
  }
  void parse_template_protocol(Word const& field) { choice(field, {"esp"}); }
  void parse_spi(Word const& field) {
    auto const parsed = cursor_.number(field, kSpiExpected);
    if (!parsed || *parsed == 0) return;  // 0: any
    if (is_reserved_spi(*parsed)) diagnostics_.warning_once(cursor_.last().position, kReservedSpi);
    policy_.sa->spi = *parsed;
  }
  void parse_reqid(Word const& field) {
    if (auto const parsed = cursor_.number(field, "a number below 2^32"))
      policy_.sa->reqid = *parsed;
  }
  void parse_mode(Word const& field) {
    auto const index = choice(field, {"tunnel", "transport"});
    if (!index) bad_end_ = true;  // whether it needs ends is unknown
    policy_.sa->mode = index == 0u ? SaMode::kTunnel : SaMode::kTransport;
  }
  void parse_level(Word const& field) { choice(field, {"required"}); }

  void check() {
    auto const place = [this](char const* name) {
      auto const entry = seen_.find(name);
      return entry == seen_.end() ? nullptr : &entry->second;
    };
    if (place("dir") == nullptr && !unknown_)
      cursor_.fail(cursor_.first(), std::string("this policy has no 'dir'") + kLayout);
    for (auto const* const name : {"sport", "dport", "type", "code"}) {
      bool const type_and_code = name[0] == 't' || name[0] == 'c';
      auto const error = ports_error(policy_.selector.protocol, type_and_code);
      if (place(name) != nullptr && !error.empty() && !bad_protocol_)
        cursor_.fail(*place(name), quoted(name) + ": " + error);
    }
    if (policy_.sa) {
      if (place("tmpl proto") == nullptr && !unknown_)
        cursor_.fail(*place("tmpl"), "this template has no 'proto'; expected 'proto esp'");
      auto const error = template_error(*policy_.sa);
      if (!error.empty() && !bad_end_) cursor_.fail(*place("tmpl"), error);
      if (blocks_)
        cursor_.fail(*place("tmpl"), "a policy that blocks protects nothing; expected no 'tmpl'");
    }
    if (!blocks_ && !policy_.sa && !narrowing_.empty() && !unknown_)
      cursor_.fail(narrowed_at_,
                   quoted(narrowed_at_.text) +
                       " is not supported in a policy that lets packets bypass: without it, more "
                       "packets would leave unprotected");
    policy_.action = blocks_      ? PolicyAction::kDiscard
                     : policy_.sa ? PolicyAction::kProtect
                                  : PolicyAction::kBypass;
  }

  SaCursor cursor_;
  Diagnostics& diagnostics_;
  PassedOver passed_over_;
  Policy policy_;
  std::map<std::string, Position, std::less<>> seen_;  // words after `tmpl` as "tmpl WORD"
  std::string narrowing_;
  Word narrowed_at_;
  bool blocks_ = false, bad_protocol_ = false, bad_end_ = false, unknown_ = false;
};

/// Finds the words that mark a policy of one socket: `socket in`, or `dir 3` and `dir 4`.
Word const* socket_word(SaWords const& words) {
  for (std::size_t i = 0; i + 1 < words.size(); ++i) {
    auto const next = words[i + 1].text;
    if ((words[i].text == "socket" && (next == "in" || next == "out")) ||
        (words[i].text == "dir" && (next == "3" || next == "4")))
      return &words[i];
    if (words[i].text == "tmpl") break;
  }
  return nullptr;
}

/// Policies that differ only in words that are ignored: it is unknown which one applies.
class Ambiguities {
 public:
  void check(Policy const& policy, std::string const& narrowing, Diagnostics& diagnostics) {
    if (narrowing.empty()) return;
    auto const [entry, is_new] =
        first_.try_emplace(key_of(policy), First{narrowing, policy.position.line});
    if (is_new || entry->second.narrowing == narrowing) return;
    diagnostics.error(policy.position,
                      "this policy differs from the one in line " +
                          std::to_string(entry->second.line) + " only by '" +
                          narrowing.substr(0, narrowing.find(' ')) +
                          "', which is not supported; expected policies for different packets");
  }

 private:
  struct First {
    std::string narrowing;
    std::uint32_t line;
  };
  static std::string key_of(Policy const& policy) {
    auto const& selector = policy.selector;
    std::string key = std::to_string(static_cast<int>(policy.direction));
    for (auto const& side : {selector.source, selector.destination})
      key += ' ' + (side ? to_string(*side) : "any");
    key += selector.protocol ? ' ' + std::to_string(*selector.protocol) : std::string(" any");
    for (auto const& ports : {selector.source_port, selector.destination_port})
      key += ' ' + std::to_string(ports.first) + '-' + std::to_string(ports.last);
    return key;
  }

  std::map<std::string, First> first_;
};

}  // namespace

PolicyFile parse_policy_file(std::shared_ptr<Source const> const& source) {
  auto diagnostics = masked_diagnostics(*source);
  Ambiguities ambiguities;
  PolicyFile file;
  for (auto const& words : split_sas(source->text, diagnostics)) {
    if (auto const* const socket = socket_word(words)) {
      diagnostics.warning_once(socket->position,
                               "skipped: a policy of one socket is for packets of its own host");
      continue;
    }
    PolicyParser parser(words, diagnostics);
    auto const policy = parser.parse();
    if (!policy) continue;
    ambiguities.check(*policy, parser.narrowing(), diagnostics);
    file.policies.push_back(*policy);
  }
  if (file.policies.empty() && diagnostics.empty())
    diagnostics.error({},
                      "holds no policy; expected at least one, in the words of 'ip xfrm policy'");
  diagnostics.throw_errors();
  file.warnings = diagnostics.warnings();
  return file;
}

PolicyFile load_policy_file(std::string const& path) {
  return parse_policy_file(read_source(path));
}

}  // namespace warpline::ipsec
