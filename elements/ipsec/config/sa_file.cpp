// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ipsec/config/sa_file.hpp"

#include <limits>
#include <map>
#include <tuple>
#include <utility>

#include "core/base/numbers.hpp"
#include "core/base/wipe.hpp"
#include "elements/ipsec/config/check_key_reuse.hpp"
#include "elements/ipsec/config/passed_over.hpp"
#include "elements/ipsec/config/policy_words.hpp"
#include "elements/ipsec/config/sa_algorithms.hpp"
#include "elements/ipsec/config/sa_replay.hpp"
#include "elements/ipsec/config/sa_words.hpp"
#include "elements/ipsec/config/selector_words.hpp"

namespace warpline::ipsec {
namespace {

constexpr char const* kLayout =
    " (an SA begins in the first column, lines that continue it are indented)";

/// Parses one SA. After an error the rest of the field is skipped: one mistake, one message.
class SaParser {
 public:
  SaParser(SaWords const& words, Diagnostics& diagnostics)
      : cursor_(words, diagnostics),
        diagnostics_(diagnostics),
        passed_over_(cursor_, diagnostics),
        algorithms_(cursor_, [this] { skip_field(); }),
        replay_(cursor_, [](std::string_view word) { return word != "seq" && is_field(word); }) {}

  std::optional<SaConfig> parse() {
    for (std::string_view const word : {"ip", "xfrm", "state", "add"})
      if (!cursor_.at_end() && cursor_.peek().text == word) cursor_.take();
    while (!cursor_.at_end()) parse_field(cursor_.take());
    check();
    if (cursor_.failed()) return std::nullopt;
    auto const* const suite = algorithms_.suite();
    if (suite == nullptr) return std::nullopt;
    sa_.choose(suite->suite);
    sa_.key = algorithms_.key();
    sa_.authentication = algorithms_.authentication_key();
    replay_.apply(sa_);
    return sa_;
  }

 private:
  using Handler = void (SaParser::*)(Word const&);
  using Handlers = std::map<std::string, Handler, std::less<>>;

  static Handlers const& handlers() {
    static Handlers const table{{"src", &SaParser::parse_source},
                                {"dst", &SaParser::parse_destination},
                                {"proto", &SaParser::parse_protocol},
                                {"spi", &SaParser::parse_spi},
                                {"mode", &SaParser::parse_mode},
                                {"reqid", &SaParser::parse_reqid},
                                {"dir", &SaParser::parse_direction},
                                {"replay-window", &SaParser::parse_window},
                                {"replay-seq", &SaParser::parse_sequence},
                                {"replay-seq-hi", &SaParser::parse_sequence},
                                {"replay-oseq", &SaParser::parse_sequence},
                                {"replay-oseq-hi", &SaParser::parse_sequence},
                                {"anti-replay", &SaParser::parse_context},
                                {"flag", &SaParser::parse_flags},
                                {"extra-flag", &SaParser::parse_flags},
                                {"extra_flag", &SaParser::parse_flags},
                                {"encap", &SaParser::parse_encapsulation},
                                {"limit", &SaParser::parse_limit},
                                {"aead", &SaParser::parse_aead},
                                {"enc", &SaParser::parse_cipher},
                                {"auth", &SaParser::parse_authentication},
                                {"auth-trunc", &SaParser::parse_authentication},
                                {"sel", &SaParser::parse_selector}};
    return table;
  }

  static bool is_field(std::string_view word) {
    return handlers().contains(word) || PassedOver::is_field(word) || is_unsupported(word);
  }
  /// Words that would change packets.
  static bool is_unsupported(std::string_view word) {
    return word == "tfcpad" || word == "iptfs-opts";
  }
  bool next_is_field() const { return cursor_.at_end() || is_field(cursor_.peek().text); }

  void parse_field(Word const& word) {
    if (PassedOver::is_field(word.text)) return passed_over_.take(word);
    if (is_unsupported(word.text)) {
      cursor_.fail(word, quoted(word.text) + " would change packets, and is not supported");
      return cursor_.skip_row();
    }
    auto const entry = handlers().find(word.text);
    if (entry == handlers().end()) {
      std::vector<std::string> names;
      std::string list;
      for (auto const& [name, handler] : handlers()) {
        names.push_back(name);
        list += (list.empty() ? "" : ", ") + name;
      }
      cursor_.fail(word, "unknown word " + quoted(word.text) + "; expected one of " + list +
                             did_you_mean(word.text, names));
      unknown_ = true;
      return cursor_.skip_row();  // its values are not keywords
    }
    auto const& name = entry->first == "auth-trunc" ? "auth" : entry->first;
    auto const [previous, first] = seen_.emplace(name, word.position);
    bool const repeats =
        name == "flag" || name == "extra-flag" || name == "extra_flag" || name == "limit";
    if (!first && !repeats)
      cursor_.fail(word, quoted(word.text) + " is given twice in one SA; first in line " +
                             std::to_string(previous->second.line) + kLayout);
    (this->*entry->second)(word);
  }
  void skip_field() {
    while (!next_is_field()) cursor_.take();
  }

  void address(Word const& field, IpAddress& into) {
    auto const* const word = cursor_.value(field, "an IPv4 or IPv6 address");
    if (word == nullptr) return;
    if (auto const parsed = parse_ip_address(std::string(word->text)))
      into = *parsed;
    else
      cursor_.fail(*word, quoted(word->text) + ": expected an IPv4 or IPv6 address");
  }
  void parse_source(Word const& field) { address(field, sa_.form.source); }
  void parse_destination(Word const& field) { address(field, sa_.form.destination); }

  /// The next word, which must be one of `words`; returns its index, or no value with an error.
  std::optional<std::size_t> one_of(Word const& field, std::vector<std::string> const& words) {
    std::vector<std::string> names;
    for (auto const& word : words) names.push_back("'" + word + "'");
    auto const* const word = cursor_.value(field, alternatives(names));
    if (word == nullptr) return std::nullopt;
    for (std::size_t i = 0; i < words.size(); ++i)
      if (word->text == words[i]) return i;
    cursor_.fail(*word, quoted(field.text) + " " + quoted(word->text) +
                            " is not supported; expected " + alternatives(names) +
                            did_you_mean(word->text, words));
    return std::nullopt;
  }
  void parse_protocol(Word const& field) { one_of(field, {"esp"}); }
  void parse_mode(Word const& field) {
    if (one_of(field, {"tunnel", "transport"}) == 1) sa_.form.mode = SaMode::kTransport;
  }
  void parse_direction(Word const& field) {
    if (auto const choice = one_of(field, {"out", "in"}))
      sa_.direction = *choice == 0 ? Direction::kOutbound : Direction::kInbound;
  }

  static constexpr char const* kNumber = "a number below 2^32";
  void parse_reqid(Word const& field) { sa_.reqid = cursor_.number(field, kNumber).value_or(0); }
  void parse_spi(Word const& field) {
    auto const parsed = cursor_.number(field, kSpiExpected);
    if (!parsed) return;
    sa_.position = cursor_.last().position;
    if (*parsed == 0)
      cursor_.fail(cursor_.last(), std::string("SPI 0 is never sent; expected ") + kSpiExpected);
    if (is_reserved_spi(*parsed)) diagnostics_.warning_once(sa_.position, kReservedSpi);
    sa_.spi = *parsed;
  }
  void parse_window(Word const& field) {
    auto const parsed = cursor_.number(field, "packets, 0 for none, at most 4096");
    if (!parsed) return;
    if (*parsed > ReplayWindow::kMax)
      return cursor_.fail(cursor_.last(), "a window of " + std::to_string(*parsed) +
                                              " is not supported; expected at most 4096");
    // A window smaller than the minimum is enlarged: this refuses no more packets.
    sa_.replay_window = *parsed == 0 ? 0 : std::max(*parsed, ReplayWindow::kMin);
  }
  void parse_sequence(Word const& field) { replay_.read_number(field); }
  void parse_context(Word const& field) { replay_.read_context(field); }

  /// `flag nopmtudisc esn`; `ip -s` also prints `flag` without any.
  void parse_flags(Word const& field) {
    while (!next_is_field()) parse_flag(field);
  }
  /// Flags that have an effect, and those without one here.
  void parse_flag(Word const& field) {
    auto const result =
        one_of(field, {"nopmtudisc", "esn", "dont-encap-dscp", "noecn", "decap-dscp", "af-unspec",
                       "icmp", "wildrecv", "align4", "oseq-may-wrap", "udp6zerocsumtx"});
    if (result == 0) sa_.form.df = DfPolicy::kClear;
    if (result == 1) sa_.form.esn = true;
    if (result == 2) sa_.form.dscp = 0;
    if (result == 5) any_version_ = true;
    if (result == 10) zero_checksum6_ = true;
    if (result == 3 || result == 4)
      cursor_.fail(cursor_.last(), "flag " + quoted(cursor_.last().text) +
                                       " would change what becomes of ECN or DSCP, and is not "
                                       "supported");
  }

  /// `encap [type] espinudp sport 4500 dport 4500 addr 0.0.0.0`, or `encap espinudp 4500 4500
  /// 0.0.0.0`.
  void parse_encapsulation(Word const& field) {
    if (!cursor_.at_end() && cursor_.peek().text == "type") cursor_.take();
    if (!one_of(field, {"espinudp"})) return skip_field();
    UdpEncapsulation udp;
    for (auto* const port : {&udp.source, &udp.destination}) {
      if (!cursor_.at_end() && (cursor_.peek().text == "sport" || cursor_.peek().text == "dport"))
        cursor_.take();
      std::string const expected = "a UDP port, 1 to 65535";
      auto const parsed = cursor_.number(field, expected);
      if (!parsed) return skip_field();
      if (*parsed == 0 || *parsed > 0xffff) {
        cursor_.fail(cursor_.last(), "expected " + expected);
        return skip_field();
      }
      *port = static_cast<std::uint16_t>(*parsed);
    }
    if (!cursor_.at_end() && cursor_.peek().text == "addr") cursor_.take();
    if (!next_is_field()) cursor_.take();
    sa_.form.udp = udp;
  }

  void parse_limit(Word const& field) {
    auto const choice = one_of(
        field, {"time-soft", "time-hard", "byte-soft", "byte-hard", "packet-soft", "packet-hard"});
    if (!choice) return skip_field();
    auto const& word = cursor_.last();
    std::string const expected = "a number above 0";
    auto const* const value = cursor_.value(word, expected);
    if (value == nullptr) return;
    auto const number = to_number<std::uint64_t>(value->text).value_or(0);
    if (number == 0) return cursor_.fail(*value, quoted(value->text) + ": expected " + expected);
    auto& lifetime = *choice % 2 == 0 ? sa_.soft : sa_.hard;
    (*choice < 2 ? lifetime.seconds : *choice < 4 ? lifetime.bytes : lifetime.packets) = number;
  }

  void parse_aead(Word const& field) { algorithms_.read_aead(field); }
  void parse_cipher(Word const& field) { algorithms_.read_cipher(field); }
  void parse_authentication(Word const& field) { algorithms_.read_authentication(field); }

  void parse_selector(Word const& field) {
    sa_.selector = read_selector(cursor_, passed_over_, field);
  }

  void check() {
    if (unknown_) return;  // the missing word may follow the unknown word
    auto const missing = [this](std::string const& what) {
      cursor_.fail(cursor_.first(), "this SA has no " + what + kLayout);
    };
    for (auto const* const name : {"src", "dst", "proto", "spi", "mode"})
      if (!seen_.contains(name)) missing(quoted(name));
    bool const aead = seen_.contains("aead"), cipher = seen_.contains("enc"),
               authentication = seen_.contains("auth");
    if (!aead && !cipher) missing("'aead' and no 'enc'");
    if (cipher && !authentication) missing("'auth-trunc', which 'enc' needs");
    if (aead && (cipher || authentication))
      cursor_.fail(
          seen_.find("aead")->second,
          "'aead' encrypts and authenticates; expected no 'enc' or 'auth-trunc' beside it");
    if (cursor_.failed()) return;
    auto const all = [](std::optional<IpPrefix> const& side) { return !side || side->length == 0; };
    if (any_version_ && sa_.selector && all(sa_.selector->source) && all(sa_.selector->destination))
      sa_.selector->source = sa_.selector->destination = std::nullopt;
    auto const place_of = [this](char const* name) { return seen_.find(name)->second; };
    auto& form = sa_.form;
    if (zero_checksum6_ && !form.udp)
      cursor_.fail(place_of("spi"),
                   "'flag udp6zerocsumtx' is about UDP; expected 'encap' in this SA");
    if (form.udp) form.udp->zero_checksum6 = zero_checksum6_;
    if (form.source.version != form.destination.version)
      cursor_.fail(place_of("dst"), "expected an IPv" + std::to_string(form.source.version) +
                                        " address, as after 'src'");
    if (form.mode == SaMode::kTunnel && form.destination.is_unspecified())
      cursor_.fail(place_of("dst"), "expected the address of the tunnel's end");
    if (!form.esn && replay_.has_high_half())
      cursor_.fail(place_of("spi"), "a high half of the sequence number needs 'flag esn'");
  }

  SaCursor cursor_;
  Diagnostics& diagnostics_;
  PassedOver passed_over_;
  SaConfig sa_;
  SaAlgorithms algorithms_;
  SaReplay replay_;
  bool any_version_ = false, zero_checksum6_ = false, unknown_ = false;
  std::map<std::string, Position, std::less<>> seen_;
};

/// The word after the SA's `proto` if it is another protocol for which Linux keeps such states: AH,
/// IPComp (and its tunnels, protocols 4 and 41), and those of Mobile IPv6.
Word const* other_protocol(SaWords const& words) {
  for (std::size_t i = 0; i + 1 < words.size(); ++i) {
    if (words[i].text != "proto") continue;
    for (auto const* const name : {"ah", "comp", "route2", "hao", "4", "41"})
      if (words[i + 1].text == name) return &words[i + 1];
    return nullptr;
  }
  return nullptr;
}

}  // namespace

std::vector<SaConfig> parse_sa_file(Source const& source, std::vector<Diagnostic>* warnings,
                                    bool may_be_empty) {
  auto diagnostics = masked_diagnostics(source);
  std::vector<SaConfig> sas;
  using Name = std::tuple<std::string, std::uint32_t, int>;
  std::map<Name, std::uint32_t> lines;
  for (auto const& words : split_sas(source.text, diagnostics)) {
    if (auto const* const other = other_protocol(words)) {
      diagnostics.warning_once(other->position, "skipped: an SA of another protocol than ESP");
      continue;
    }
    auto sa = SaParser(words, diagnostics).parse();
    if (!sa) continue;
    int const direction = sa->direction ? static_cast<int>(*sa->direction) : -1;
    auto const [first, is_new] =
        lines.emplace(Name{to_string(sa->form.destination), sa->spi, direction}, sa->position.line);
    if (is_new)
      sas.push_back(*std::move(sa));
    else
      diagnostics.error(sa->position, "duplicate SPI: the SA in line " +
                                          std::to_string(first->second) +
                                          " has the same SPI and destination");
  }
  if (sas.empty() && diagnostics.empty() && !may_be_empty)
    diagnostics.error({}, "holds no SA; expected at least one, in the words of 'ip xfrm state'");
  diagnostics.throw_errors();
  if (warnings != nullptr)
    for (auto& warning : diagnostics.warnings()) warnings->push_back(std::move(warning));
  return sas;
}

std::vector<SaConfig> load_sa_file(std::string const& path, std::vector<Diagnostic>* warnings,
                                   bool may_be_empty) {
  auto const source = read_source(path);
  auto sas = parse_sa_file(*source, warnings, may_be_empty);
  check_key_reuse(sas, without_keys(*source));
  wipe_stack();
  return sas;
}

}  // namespace warpline::ipsec
