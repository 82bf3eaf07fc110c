// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <string>
#include <utility>

#include "core/base/text.hpp"
#include "elements/ids/rules/classification_file.hpp"
#include "elements/ids/rules/keywords.hpp"
#include "elements/ids/rules/known_protocols.hpp"
#include "elements/ids/rules/size_range.hpp"

/// Keywords of applications that select no buffer.
namespace warpline::ids {
namespace {

using Range = AppFieldMatch::Range;

/// `RANGE[,norm|raw]`
void read_urilen(OptionReader& option) {
  auto const parts = option.parts();
  bool const raw = parts.size() == 2 && parts[1].text == "raw";
  if (parts.size() > 2 || (parts.size() == 2 && !raw && parts[1].text != "norm"))
    OptionReader::refuse(parts[1], "expected norm or raw");
  auto const buffer = raw ? Buffer::kHttpRawUri : Buffer::kHttpUri;
  option.use_application(buffer);
  option.add_to(buffer, read_size_range(parts[0], 65535));
}

struct TlsVersion {
  std::string_view name;
  std::uint32_t number;
};
constexpr TlsVersion kTlsVersions[] = {{"sslv2", 0x0200},  {"sslv3", 0x0300},  {"tls1.0", 0x0301},
                                       {"tls1.1", 0x0302}, {"tls1.2", 0x0303}, {"tls1.3", 0x0304}};

/// TLS 1.3 includes its drafts.
void add_version(AppFieldMatch& match, std::uint32_t number) {
  match.ranges.push_back({number, number});
  if (number == 0x0304) match.ranges.push_back({0x7f00, 0x7fff});
}

void use_tls(OptionReader& option) { option.use_application(AppProtocol::kTls, true, true); }

/// One version: `1.2`, or its number as `0x0303`.
void read_tls_version(OptionReader& option) {
  use_tls(option);
  auto const word = option.value();
  AppFieldMatch match{AppField::kTlsVersion};
  if (word.text.starts_with("0x")) {
    auto const version = number<std::uint32_t>(word, 0, 0xffff);
    match.ranges.push_back({version, version});
  } else {
    auto const* const known =
        std::ranges::find(kTlsVersions, "tls" + std::string(word.text), &TlsVersion::name);
    if (known == std::end(kTlsVersions))
      option.refuse("expected 1.0, 1.1, 1.2, 1.3, or a number such as 0x0303");
    add_version(match, known->number);
  }
  option.rule().fields.push_back(std::move(match));
}

/// Versions between commas or blanks, all with `!` or all without.
void read_ssl_version(OptionReader& option) {
  use_tls(option);
  AppFieldMatch match{AppField::kTlsVersion};
  bool first = true;
  for (auto word : option.words(", \t")) {
    bool const negated = word.text.starts_with('!');
    if (negated) word = rest_of(word, 1);
    auto const* const known =
        std::ranges::find(kTlsVersions, lower_case(word.text), &TlsVersion::name);
    if (known == std::end(kTlsVersions))
      OptionReader::refuse(word, "expected sslv2, sslv3, tls1.0, tls1.1, tls1.2 or tls1.3");
    if (!first && negated != match.negated)
      OptionReader::refuse(word, "expected '!' before all versions or before none");
    auto const is_same = [&](Range const& range) { return range.min == known->number; };
    if (std::any_of(match.ranges.begin(), match.ranges.end(), is_same))
      OptionReader::refuse(word, quoted(word.text) + " is given twice");
    match.negated = negated;
    first = false;
    add_version(match, known->number);
  }
  if (first) option.refuse("expected sslv2, sslv3, tls1.0, tls1.1, tls1.2 or tls1.3");
  option.rule().fields.push_back(std::move(match));
}

/// States between `|` or commas, each perhaps with `!`.
void read_ssl_state(OptionReader& option) {
  static constexpr std::pair<std::string_view, std::uint32_t> kStates[] = {{"client_hello", 1},
                                                                           {"server_hello", 2},
                                                                           {"client_keyx", 4},
                                                                           {"server_keyx", 8},
                                                                           {"unknown", 16}};
  use_tls(option);
  AppFieldMatch match{AppField::kSslState};
  for (auto const& part :
       option.parts(option.value().text.find('|') == std::string_view::npos ? ',' : '|')) {
    bool const negated = part.text.starts_with('!');
    auto const state = value_of(kStates, part.text.substr(negated ? 1 : 0));
    if (!state)
      OptionReader::refuse(part,
                           "expected client_hello, server_hello, client_keyx, server_keyx or "
                           "unknown, perhaps after '!'");
    match.bits |= *state;
    if (negated) match.unset_bits |= *state;
  }
  option.rule().fields.push_back(std::move(match));
}

void read_dns_opcode(OptionReader& option) {
  option.use_application(AppProtocol::kDns, true, true);
  auto const range = read_size_range(option.value(), 255);
  AppFieldMatch match{AppField::kDnsOpcode};
  match.ranges.push_back(
      {static_cast<std::uint32_t>(range.min), static_cast<std::uint32_t>(range.max)});
  match.negated = range.negated;
  option.rule().fields.push_back(std::move(match));
}

/// A text in quotes, perhaps after `!`.
ContentMatch read_text(OptionReader& option) {
  auto word = option.value();
  ContentMatch content;
  content.negated = word.text.starts_with('!');
  if (content.negated) word = rest_of(word, 1);
  content.bytes = unquoted(word);
  if (content.bytes.empty()) OptionReader::refuse(word, "expected a text that is not empty");
  return content;
}

/// The content is a group of its own: contents after it are not relative to it.
void read_tls_name(OptionReader& option) {
  auto const buffer =
      option.keyword() == "tls.subject" ? Buffer::kTlsCertSubject : Buffer::kTlsCertIssuer;
  option.use_application(buffer);
  option.add_to(buffer, read_text(option), option.new_group());
}

void read_tls_fingerprint(OptionReader& option) {
  option.use_application(Buffer::kTlsCertFingerprint);
  option.add_to(Buffer::kTlsCertFingerprint, read_text(option));
  option.state().content = option.rule().buffers.size() - 1;
}

void read_app_layer_protocol(OptionReader& option) {
  auto word = without_quotes(option.value());
  auto& rule = option.rule();
  AppProtocolMatch match{AppProtocol::kUnknown};
  match.negated = word.text.starts_with('!');
  if (match.negated) word = rest_of(word, 1);
  auto const protocol = app_protocol_of(word.text);
  if (!protocol) {
    if (is_known_protocol(word.text))
      throw UnsupportedOption{"app-layer-protocol " + std::string(word.text)};
    OptionReader::refuse(word, "unknown protocol " + quoted(word.text) +
                                   "; expected failed, or one such as http, dns or tls");
  }
  match.protocol = *protocol;
  if (rule.app_protocol)
    option.refuse("the rule is of " + std::string(name_of(*rule.app_protocol)) +
                  " already; expected no app-layer-protocol");
  for (auto const& other : rule.app_protocols) {
    if (!other.negated || !match.negated)
      option.refuse("a rule has one app-layer-protocol, or several with '!'");
    if (other.protocol == match.protocol)
      OptionReader::refuse(word, quoted(word.text) + " is given twice");
  }
  rule.app_protocols.push_back(match);
}

using enum KeywordKind;
using enum KeywordValue;
constexpr Keyword kTable[] = {
    {"urilen", kField, kNeeded, "size of the URI", read_urilen},
    {"tls.version", kField, kNeeded, "version of TLS", read_tls_version},
    {"ssl_version", kField, kNeeded, "version of TLS", read_ssl_version},
    {"ssl_state", kField, kNeeded, "state of the handshake", read_ssl_state},
    {"dns.opcode", kField, kNeeded, "operation of a message", read_dns_opcode},
    {"tls.subject", kField, kNeeded, "text in the certificate's subject", read_tls_name},
    {"tls.issuerdn", kField, kNeeded, "text in the certificate's issuer", read_tls_name},
    {"tls.fingerprint", kField, kNeeded, "SHA-1 of the certificate", read_tls_fingerprint},
    {"app-layer-protocol", kField, kNeeded, "protocol that was found", read_app_layer_protocol},
};

}  // namespace

std::span<Keyword const> app_keywords() { return kTable; }

}  // namespace warpline::ids
