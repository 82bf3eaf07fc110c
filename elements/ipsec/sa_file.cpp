// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ipsec/sa_file.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "elements/ipsec/sa_cursor.hpp"
#include "elements/ipsec/sa_words.hpp"

namespace warpline::ipsec {
namespace {

constexpr char const* kLayout =
    " (an SA begins in the first column, lines that continue it are indented)";

/// An algorithm of an SA, the suites that use it, and its key.
struct Algorithm {
  SuiteInfo const* suite;
  RawKey key;
};

/// Parses one SA. A fault is noted and the rest of its field skipped: one mistake, one message.
class SaParser {
 public:
  SaParser(SaWords const& words, Findings& findings) : cursor_(words, findings) {}

  std::optional<SaConfig> parse() {
    for (std::string_view const word : {"ip", "xfrm", "state", "add"})
      if (!cursor_.at_end() && cursor_.peek().text == word) cursor_.take();
    while (!cursor_.at_end()) parse_field(cursor_.take());
    check_presence();
    if (cursor_.failed()) return std::nullopt;
    auto const* const authentication = authentication_ ? &authentication_->key.bytes : nullptr;
    sa_.suite = cipher_->suite->suite;
    sa_.keys = make_sa_keys(
        sa_.suite, cipher_->key.bytes.data(), authentication ? authentication->data() : nullptr,
        authentication ? static_cast<std::uint32_t>(authentication->size()) : 0);
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
                                {"reqid", &SaParser::skip_number},
                                {"replay-window", &SaParser::skip_number},
                                {"replay-oseq", &SaParser::parse_sequence},
                                {"flag", &SaParser::parse_flag},
                                {"aead", &SaParser::parse_aead},
                                {"enc", &SaParser::parse_cipher},
                                {"auth", &SaParser::parse_authentication},
                                {"auth-trunc", &SaParser::parse_authentication},
                                {"sel", &SaParser::parse_selector}};
    return table;
  }

  void parse_field(Word const& word) {
    auto const found = handlers().find(word.text);
    if (found == handlers().end()) {
      std::vector<std::string> names;
      std::string list;
      for (auto const& [name, handler] : handlers()) {
        names.push_back(name);
        list += (list.empty() ? "" : ", ") + name;
      }
      cursor_.fail(word, "unknown word " + quoted(word.text) + "; expected one of " + list +
                             did_you_mean(word.text, names));
      return skip_field();
    }
    auto const& name = found->first == "auth-trunc" ? "auth" : found->first;
    auto const [previous, first] = seen_.emplace(name, word.position);
    if (!first && name != "flag")
      cursor_.fail(word, quoted(word.text) + " is given twice in one SA; first in line " +
                             std::to_string(previous->second.line) + kLayout);
    (this->*found->second)(word);
  }
  void skip_field() {
    while (!cursor_.at_end() && !handlers().contains(cursor_.peek().text)) cursor_.take();
  }

  void address(Word const& field, be32& into) {
    auto const* const word = cursor_.value(field, "an IPv4 address");
    if (word == nullptr) return;
    auto const parsed = parse_ipv4(std::string(word->text));
    if (parsed && parsed->host() != 0)
      into = *parsed;
    else
      cursor_.fail(*word, quoted(word->text) + ": expected the IPv4 address of a tunnel's end");
  }
  void parse_source(Word const& field) { address(field, sa_.source); }
  void parse_destination(Word const& field) { address(field, sa_.destination); }

  void only(Word const& field, std::string const& supported) {
    auto const* const word = cursor_.value(field, quoted(supported));
    if (word != nullptr && word->text != supported)
      cursor_.fail(*word, quoted(field.text) + " " + quoted(word->text) +
                              " is not supported; expected " + quoted(supported));
  }
  void parse_protocol(Word const& field) { only(field, "esp"); }
  void parse_mode(Word const& field) { only(field, "tunnel"); }

  void skip_number(Word const& field) { cursor_.number(field, "a number below 2^32"); }
  void parse_spi(Word const& field) {
    std::string const expected = "a number from 0x100 to 0xffffffff (RFC 4303 section 2.1)";
    auto const parsed = cursor_.number(field, expected);
    if (!parsed) return;
    sa_.position = cursor_.last().position;
    if (*parsed < 0x100) cursor_.fail(cursor_.last(), "this SPI is reserved; expected " + expected);
    sa_.spi = *parsed;
  }
  void parse_sequence(Word const& field) {
    if (auto const parsed = cursor_.number(field, "the last sequence number sent, below 2^32"))
      sa_.last_sequence = *parsed;
  }
  void parse_flag(Word const& field) {
    std::string const expected = "'nopmtudisc' or 'af-unspec'";
    auto const* const word = cursor_.value(field, expected);
    if (word == nullptr) return;
    if (word->text == "nopmtudisc")
      sa_.copy_df = false;
    else if (word->text != "af-unspec")
      cursor_.fail(*word, "flag " + quoted(word->text) + " is not supported; expected " + expected);
  }

  /// A name and a key. Of the suites that `column` names, those with (`aead`) or without an
  /// authentication of their own.
  std::optional<Algorithm> algorithm(Word const& field, std::string_view SuiteInfo::*column,
                                     bool aead) {
    std::vector<std::string> names;
    std::string expected;
    SuiteInfo const* named = nullptr;
    auto const* const word = cursor_.value(field, "the name of an algorithm");
    if (word == nullptr) return std::nullopt;
    for (auto const& suite : suites()) {
      if (suite.authentication.empty() != aead) continue;
      names.emplace_back(suite.*column);
      expected += (expected.empty() ? "'" : " or '") + names.back() + "'";
      if (suite.*column == word->text) named = &suite;
    }
    if (named == nullptr) {
      cursor_.fail(*word, "unknown algorithm " + quoted(word->text) + " for " + quoted(field.text) +
                              "; expected " + expected + did_you_mean(word->text, names));
      skip_field();
      return std::nullopt;
    }
    bool const cipher = column == &SuiteInfo::cipher;
    unsigned const size =
        cipher ? named->key_size + named->salt_size : named->authentication_key_size;
    std::string parts = std::to_string(size) + " bytes";
    if (cipher)
      parts += ": " + std::to_string(named->key_size) + " of key, then " +
               std::to_string(named->salt_size) + (aead ? " of salt" : " of nonce");
    auto key = cursor_.key(*word, size, parts);
    if (!key) {
      skip_field();
      return std::nullopt;
    }
    return Algorithm{named, std::move(*key)};
  }
  void check_integrity_bits(Word const& field, Suite suite) {
    auto const bits = 8 * icv_size(suite);
    auto const expected = std::to_string(bits) + ", the bits of the integrity value";
    auto const given = cursor_.number(field, expected);
    if (given && *given != bits) cursor_.fail(cursor_.last(), "expected " + expected);
  }
  void parse_aead(Word const& field) {
    cipher_ = algorithm(field, &SuiteInfo::cipher, true);
    if (cipher_) check_integrity_bits(field, cipher_->suite->suite);
  }
  void parse_cipher(Word const& field) { cipher_ = algorithm(field, &SuiteInfo::cipher, false); }
  void parse_authentication(Word const& field) {
    authentication_ = algorithm(field, &SuiteInfo::authentication, false);
    if (authentication_ && field.text == "auth-trunc")
      check_integrity_bits(field, authentication_->suite->suite);
  }

  void parse_selector(Word const& field) {
    auto const is_side = [this] {
      if (cursor_.at_end()) return false;
      auto const side = cursor_.peek().text;
      return (side == "src" && !sa_.selector.source) ||
             (side == "dst" && !sa_.selector.destination);
    };
    if (!is_side()) cursor_.fail(field, "expected 'src PREFIX' or 'dst PREFIX' behind 'sel'");
    while (is_side()) {
      auto const& side = cursor_.take();
      auto const* const word = cursor_.value(side, "an address or ADDRESS/LENGTH");
      if (word == nullptr) return;
      auto const prefix = parse_prefix(std::string(word->text));
      auto const& other = side.text == "src" ? sa_.selector.destination : sa_.selector.source;
      if (!prefix)
        cursor_.fail(*word,
                     quoted(word->text) + ": expected an IPv4 or IPv6 address or ADDRESS/LENGTH");
      else if (other && other->version != prefix->version)
        cursor_.fail(*word, "expected an IPv" + std::to_string(other->version) +
                                " prefix, as on the selector's other side");
      (side.text == "src" ? sa_.selector.source : sa_.selector.destination) =
          prefix.value_or(IpPrefix{});
    }
  }

  void check_presence() {
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
  }

  SaCursor cursor_;
  SaConfig sa_;
  std::map<std::string, Position, std::less<>> seen_;
  std::optional<Algorithm> cipher_, authentication_;
};

}  // namespace

std::vector<SaConfig> parse_sa_file(Source const& source) {
  Findings findings(without_keys(source));
  std::vector<SaConfig> sas;
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::uint32_t> lines;
  auto const texts = split_sas(source.text, findings);
  for (auto const& words : texts) {
    auto const sa = SaParser(words, findings).parse();
    if (!sa) continue;
    auto const [first, is_new] =
        lines.emplace(std::pair{sa->destination.host(), sa->spi}, sa->position.line);
    if (is_new)
      sas.push_back(*sa);
    else
      findings.add(sa->position, "duplicate SPI: the SA in line " + std::to_string(first->second) +
                                     " has the same SPI and destination");
  }
  if (texts.empty())
    findings.add({}, "holds no SA; expected at least one, in the words of 'ip xfrm state'");
  findings.raise();
  return sas;
}

std::vector<SaConfig> load_sa_file(std::string const& path) {
  return parse_sa_file(*read_source(path));
}

std::vector<SaConfig> sas_of_suite(std::vector<SaConfig> sas, Suite suite) {
  std::erase_if(sas, [suite](SaConfig const& sa) { return sa.suite != suite; });
  return sas;
}

}  // namespace warpline::ipsec
