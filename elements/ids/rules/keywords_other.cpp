// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include <memory>
#include <string>

#include "core/base/text.hpp"
#include "elements/ids/rules/keywords.hpp"

namespace warpline::ids {
namespace {

bool is_letter_of_application(char c) {
  return std::string_view("UIPQHDMCSYVWZ").find(c) != std::string_view::npos;
}

std::string pcre_message(int code) {
  PCRE2_UCHAR text[256];
  if (pcre2_get_error_message(code, text, sizeof text) < 0) return "unknown error";
  return reinterpret_cast<char const*>(text);
}

/// Where the expression ends and its letters begin: at the last slash.
std::size_t end_of(Word const& text) {
  auto const end = text.text.rfind('/');
  if (!text.text.starts_with('/') || end == 0)
    OptionReader::refuse(text, "expected an expression between slashes");
  return end;
}

/// The letters after the expression.
void read_letters(Word const& letters, PcreMatch& match) {
  for (std::size_t i = 0; i < letters.text.size(); ++i) {
    char const c = letters.text[i];
    if (is_letter_of_application(c)) throw UnsupportedOption{std::string("pcre letter ") + c};
    switch (c) {
      case 'i':
        match.options |= PCRE2_CASELESS;
        break;
      case 's':
        match.options |= PCRE2_DOTALL;
        break;
      case 'm':
        match.options |= PCRE2_MULTILINE;
        break;
      case 'x':
        match.options |= PCRE2_EXTENDED;
        break;
      case 'A':
        match.options |= PCRE2_ANCHORED;
        break;
      case 'E':
        match.options |= PCRE2_DOLLAR_ENDONLY;
        break;
      case 'G':
        match.options |= PCRE2_UNGREEDY;
        break;
      case 'R':
        match.relative = true;
        break;
      case 'B':
      case 'O':
        break;
      default:
        throw OptionError{letters.offset + i,
                          "expected letters of ismxAEGRBO, or of an application's buffer"};
    }
  }
}

void read_pcre(OptionReader& option) {
  auto word = option.value();
  PcreMatch match;
  if (word.text.starts_with('!')) {
    match.negated = true;
    word = rest_of(word, 1);
  }
  bool const quotes = word.text.size() >= 2 && word.text.front() == '"' && word.text.back() == '"';
  if (!quotes) OptionReader::refuse(word, "expected an expression in double quotes");
  Word const text{word.text.substr(1, word.text.size() - 2), word.offset + 1};
  auto const end = end_of(text);
  read_letters({text.text.substr(end + 1), text.offset + end + 1}, match);
  for (std::size_t i = 1; i < end; ++i) {
    bool const semicolon = text.text[i] == '\\' && i + 1 < end && text.text[i + 1] == ';';
    if (!semicolon) match.expression += text.text[i];
  }
  int error = 0;
  std::size_t place = 0;
  std::unique_ptr<pcre2_code, void (*)(pcre2_code*)> const code(
      pcre2_compile(reinterpret_cast<PCRE2_SPTR>(match.expression.data()), match.expression.size(),
                    match.options, &error, &place, nullptr),
      pcre2_code_free);
  if (!code) throw OptionError{text.offset + 1 + place, "bad expression: " + pcre_message(error)};
  option.add(std::move(match));
}

using enum KeywordKind;
using enum KeywordValue;

constexpr Keyword application(std::string_view name, std::string_view summary) {
  return {name, kApplication, kOptional, summary, nullptr};
}

constexpr Keyword kTable[] = {
    {"pcre", kPayload, kNeeded, "a regular expression", read_pcre},
    application("uricontent", "a content of the URI"),
    application("urilen", "size of the URI"),
    application("http_uri", "URI of a request"),
    application("http.uri", "URI of a request"),
    application("http_raw_uri", "URI as sent"),
    application("http.uri.raw", "URI as sent"),
    application("http_method", "method of a request"),
    application("http.method", "method of a request"),
    application("http_header", "headers"),
    application("http.header", "headers"),
    application("http_raw_header", "headers as sent"),
    application("http.header.raw", "headers as sent"),
    application("http_header_names", "names of headers"),
    application("http.header_names", "names of headers"),
    application("http.request_header", "one header of a request"),
    application("http.response_header", "one header of a response"),
    application("http_user_agent", "User-Agent"),
    application("http.user_agent", "User-Agent"),
    application("http_host", "host of a request"),
    application("http.host", "host of a request"),
    application("http_raw_host", "host as sent"),
    application("http.host.raw", "host as sent"),
    application("http_cookie", "cookies"),
    application("http.cookie", "cookies"),
    application("http_content_type", "Content-Type"),
    application("http.content_type", "Content-Type"),
    application("http_content_len", "Content-Length"),
    application("http.content_len", "Content-Length"),
    application("http_connection", "Connection"),
    application("http.connection", "Connection"),
    application("http_referer", "Referer"),
    application("http.referer", "Referer"),
    application("http_accept", "Accept"),
    application("http.accept", "Accept"),
    application("http_accept_lang", "Accept-Language"),
    application("http.accept_lang", "Accept-Language"),
    application("http_accept_enc", "Accept-Encoding"),
    application("http.accept_enc", "Accept-Encoding"),
    application("http.server", "Server"),
    application("http.location", "Location"),
    application("http_protocol", "version of HTTP"),
    application("http.protocol", "version of HTTP"),
    application("http_start", "first line and headers"),
    application("http.start", "first line and headers"),
    application("http_request_line", "first line of a request"),
    application("http.request_line", "first line of a request"),
    application("http_response_line", "first line of a response"),
    application("http.response_line", "first line of a response"),
    application("http_stat_code", "status of a response"),
    application("http.stat_code", "status of a response"),
    application("http_stat_msg", "text of the status"),
    application("http.stat_msg", "text of the status"),
    application("http_client_body", "body of a request"),
    application("http.request_body", "body of a request"),
    application("http_server_body", "body of a response"),
    application("http.response_body", "body of a response"),
    application("file_data", "content of a file"),
    application("file.data", "content of a file"),
    application("dns_query", "name of a query"),
    application("dns.query", "name of a query"),
    application("dns.opcode", "operation of a message"),
    application("tls_sni", "name of the server"),
    application("tls.sni", "name of the server"),
    application("tls.version", "version of TLS"),
    application("ssl_version", "version of TLS"),
    application("ssl_state", "state of the handshake"),
    application("tls_cert_subject", "subject of the certificate"),
    application("tls.cert_subject", "subject of the certificate"),
    application("tls_cert_issuer", "issuer of the certificate"),
    application("tls.cert_issuer", "issuer of the certificate"),
    application("tls_cert_serial", "serial number of the certificate"),
    application("tls.cert_serial", "serial number of the certificate"),
    application("tls_cert_fingerprint", "fingerprint of the certificate"),
    application("tls.cert_fingerprint", "fingerprint of the certificate"),
    application("tls.subject", "subject of the certificate"),
    application("tls.issuerdn", "issuer of the certificate"),
    application("tls.fingerprint", "fingerprint of the certificate"),
    application("ja3.hash", "JA3 of the client"),
    application("ja3_hash", "JA3 of the client"),
    application("ja3.string", "JA3 of the client in full"),
    application("ja3s.hash", "JA3 of the server"),
    application("ja3s.string", "JA3 of the server in full"),
    application("ssh.proto", "version of SSH"),
    application("ssh_proto", "version of SSH"),
    application("ssh.software", "software of the peer"),
    application("ssh_software", "software of the peer"),
    application("ftp.command", "command of FTP"),
    application("app-layer-protocol", "protocol that was found"),
    application("app-layer-event", "a fault of a protocol"),
    application("dotprefix", "transform"),
    application("strip_whitespace", "transform"),
    application("compress_whitespace", "transform"),
    application("to_lowercase", "transform"),
    application("to_uppercase", "transform"),
    application("url_decode", "transform"),
    application("to_md5", "transform"),
    application("to_sha1", "transform"),
    application("to_sha256", "transform"),
    application("pcrexform", "transform"),
};

}  // namespace

std::span<Keyword const> other_keywords() { return kTable; }

}  // namespace warpline::ids
