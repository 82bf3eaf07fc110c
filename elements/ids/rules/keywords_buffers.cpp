// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <string>

#include "elements/ids/rules/keywords.hpp"

/// Keywords that select a buffer of an application for the keywords after them (`http.uri`), and older
/// ones that move the content before them into one (`http_uri`).
namespace warpline::ids {
namespace {

/// Older names of the keywords in `kAppBufferKeywords`.
constexpr BufferKeyword kOldNames[] = {
    {"http_header_names", Buffer::kHttpHeaderNames},
    {"http_content_type", Buffer::kHttpContentType},
    {"http_content_len", Buffer::kHttpContentLength},
    {"http_connection", Buffer::kHttpConnection},
    {"http_referer", Buffer::kHttpReferer},
    {"http_accept", Buffer::kHttpAccept},
    {"http_accept_lang", Buffer::kHttpAcceptLanguage},
    {"http_accept_enc", Buffer::kHttpAcceptEncoding},
    {"http_protocol", Buffer::kHttpProtocol},
    {"http_start", Buffer::kHttpStart},
    {"http_request_line", Buffer::kHttpRequestLine},
    {"http_response_line", Buffer::kHttpResponseLine},
    {"file_data", Buffer::kFileData},
    {"dns_query", Buffer::kDnsQuery},
    {"tls_sni", Buffer::kTlsSni},
    {"tls_cert_subject", Buffer::kTlsCertSubject},
    {"tls_cert_issuer", Buffer::kTlsCertIssuer},
    {"tls_cert_serial", Buffer::kTlsCertSerial},
    {"tls_cert_fingerprint", Buffer::kTlsCertFingerprint},
    {"ja3_hash", Buffer::kJa3Hash},
    {"ja3_string", Buffer::kJa3String},
    {"ssh_proto", Buffer::kSshProtocol},
    {"ssh_software", Buffer::kSshSoftware},
};

constexpr BufferKeyword kModifiers[] = {
    {"http_uri", Buffer::kHttpUri},
    {"http_raw_uri", Buffer::kHttpRawUri},
    {"http_method", Buffer::kHttpMethod},
    {"http_header", Buffer::kHttpHeader},
    {"http_raw_header", Buffer::kHttpRawHeader},
    {"http_user_agent", Buffer::kHttpUserAgent},
    {"http_host", Buffer::kHttpHost},
    {"http_raw_host", Buffer::kHttpRawHost},
    {"http_cookie", Buffer::kHttpCookie},
    {"http_client_body", Buffer::kHttpRequestBody},
    {"http_stat_code", Buffer::kHttpStatusCode},
    {"http_stat_msg", Buffer::kHttpStatusMessage},
    {"http_server_body", Buffer::kFileData},
};

template <class Table>
Buffer buffer_in(Table const& table, std::string_view name) {
  for (auto const& keyword : table)
    if (keyword.name == name) return keyword.buffer;
  return Buffer::kPayload;
}

void read_sticky(OptionReader& option) {
  auto buffer = buffer_in(kAppBufferKeywords, option.keyword());
  if (buffer == Buffer::kPayload) buffer = buffer_in(kOldNames, option.keyword());
  option.select(searched_as(buffer));
  option.use_application(buffer);
  option.state().unused_buffer = option.name();
}

/// The last content of the payload; it may stand before contents that other modifiers have moved.
std::optional<std::size_t> last_payload_content(Rule const& rule) {
  for (auto i = rule.buffers.size(); i-- > 0;)
    if (rule.buffers[i].buffer == Buffer::kPayload &&
        std::holds_alternative<ContentMatch>(rule.buffers[i].match))
      return i;
  return std::nullopt;
}

/// Moves the content to the end of the keywords of its new buffer.
void read_modifier(OptionReader& option) {
  auto& state = option.state();
  auto& buffers = state.rule.buffers;
  if (state.buffer != Buffer::kPayload)
    option.refuse(std::string(option.keyword()) + " changes a content of the payload, but " +
                  std::string(name_of(state.buffer)) + " is selected; expected pkt_data before");
  auto const place = last_payload_content(state.rule);
  if (!place) option.refuse(std::string(option.keyword()) + " needs a content before it");
  auto const buffer = buffer_in(kModifiers, option.keyword());
  option.use_modifier(buffer);
  auto match = std::move(buffers[*place]);
  match.buffer = buffer;
  buffers.erase(buffers.begin() + static_cast<std::ptrdiff_t>(*place));
  buffers.push_back(std::move(match));
  if (state.content == place)
    state.content = buffers.size() - 1;
  else if (state.content > place)
    state.content = *state.content - 1;
}

using enum KeywordKind;
using enum KeywordValue;
constexpr Keyword kTable[] = {
    {"http.uri", kApplication, kNone, "URI of a request", read_sticky},
    {"http.uri.raw", kApplication, kNone, "URI as sent", read_sticky},
    {"http.method", kApplication, kNone, "method of a request", read_sticky},
    {"http.header", kApplication, kNone, "headers, normalized", read_sticky},
    {"http.header.raw", kApplication, kNone, "headers as sent", read_sticky},
    {"http.header_names", kApplication, kNone, "names of headers", read_sticky},
    {"http_header_names", kApplication, kNone, "names of headers", read_sticky},
    {"http.request_header", kApplication, kNone, "each header of a request", read_sticky},
    {"http.response_header", kApplication, kNone, "each header of a response", read_sticky},
    {"http.user_agent", kApplication, kNone, "User-Agent", read_sticky},
    {"http.host", kApplication, kNone, "host of a request", read_sticky},
    {"http.host.raw", kApplication, kNone, "host as sent", read_sticky},
    {"http.cookie", kApplication, kNone, "cookies", read_sticky},
    {"http.content_type", kApplication, kNone, "Content-Type", read_sticky},
    {"http_content_type", kApplication, kNone, "Content-Type", read_sticky},
    {"http.content_len", kApplication, kNone, "Content-Length", read_sticky},
    {"http_content_len", kApplication, kNone, "Content-Length", read_sticky},
    {"http.connection", kApplication, kNone, "Connection", read_sticky},
    {"http_connection", kApplication, kNone, "Connection", read_sticky},
    {"http.referer", kApplication, kNone, "Referer", read_sticky},
    {"http_referer", kApplication, kNone, "Referer", read_sticky},
    {"http.accept", kApplication, kNone, "Accept", read_sticky},
    {"http_accept", kApplication, kNone, "Accept", read_sticky},
    {"http.accept_lang", kApplication, kNone, "Accept-Language", read_sticky},
    {"http_accept_lang", kApplication, kNone, "Accept-Language", read_sticky},
    {"http.accept_enc", kApplication, kNone, "Accept-Encoding", read_sticky},
    {"http_accept_enc", kApplication, kNone, "Accept-Encoding", read_sticky},
    {"http.server", kApplication, kNone, "Server", read_sticky},
    {"http.location", kApplication, kNone, "Location", read_sticky},
    {"http.protocol", kApplication, kNone, "version of HTTP", read_sticky},
    {"http_protocol", kApplication, kNone, "version of HTTP", read_sticky},
    {"http.start", kApplication, kNone, "first line and headers", read_sticky},
    {"http_start", kApplication, kNone, "first line and headers", read_sticky},
    {"http.request_line", kApplication, kNone, "first line of a request", read_sticky},
    {"http_request_line", kApplication, kNone, "first line of a request", read_sticky},
    {"http.response_line", kApplication, kNone, "first line of a response", read_sticky},
    {"http_response_line", kApplication, kNone, "first line of a response", read_sticky},
    {"http.stat_code", kApplication, kNone, "status of a response", read_sticky},
    {"http.stat_msg", kApplication, kNone, "text of the status", read_sticky},
    {"http.request_body", kApplication, kNone, "body of a request", read_sticky},
    {"http.response_body", kApplication, kNone, "body of a response", read_sticky},
    {"file.data", kApplication, kNone, "content of a file", read_sticky},
    {"file_data", kApplication, kNone, "content of a file", read_sticky},
    {"dns.query", kApplication, kNone, "each name of a query", read_sticky},
    {"dns_query", kApplication, kNone, "each name of a query", read_sticky},
    {"tls.sni", kApplication, kNone, "name of the server", read_sticky},
    {"tls_sni", kApplication, kNone, "name of the server", read_sticky},
    {"tls.cert_subject", kApplication, kNone, "subject of the certificate", read_sticky},
    {"tls_cert_subject", kApplication, kNone, "subject of the certificate", read_sticky},
    {"tls.cert_issuer", kApplication, kNone, "issuer of the certificate", read_sticky},
    {"tls_cert_issuer", kApplication, kNone, "issuer of the certificate", read_sticky},
    {"tls.cert_serial", kApplication, kNone, "serial number of the certificate", read_sticky},
    {"tls_cert_serial", kApplication, kNone, "serial number of the certificate", read_sticky},
    {"tls.cert_fingerprint", kApplication, kNone, "SHA-1 of the certificate", read_sticky},
    {"tls_cert_fingerprint", kApplication, kNone, "SHA-1 of the certificate", read_sticky},
    {"ja3.hash", kApplication, kNone, "JA3 of the client", read_sticky},
    {"ja3_hash", kApplication, kNone, "JA3 of the client", read_sticky},
    {"ja3.string", kApplication, kNone, "JA3 of the client in full", read_sticky},
    {"ja3_string", kApplication, kNone, "JA3 of the client in full", read_sticky},
    {"ja3s.hash", kApplication, kNone, "JA3 of the server", read_sticky},
    {"ja3s.string", kApplication, kNone, "JA3 of the server in full", read_sticky},
    {"ssh.proto", kApplication, kNone, "version of SSH", read_sticky},
    {"ssh_proto", kApplication, kNone, "version of SSH", read_sticky},
    {"ssh.software", kApplication, kNone, "software of the peer", read_sticky},
    {"ssh_software", kApplication, kNone, "software of the peer", read_sticky},
    {"ftp.command", kApplication, kNone, "command of FTP", read_sticky},
    {"http_uri", kModifier, kNone, "URI of a request", read_modifier},
    {"http_raw_uri", kModifier, kNone, "URI as sent", read_modifier},
    {"http_method", kModifier, kNone, "method of a request", read_modifier},
    {"http_header", kModifier, kNone, "headers, normalized", read_modifier},
    {"http_raw_header", kModifier, kNone, "headers as sent", read_modifier},
    {"http_user_agent", kModifier, kNone, "User-Agent", read_modifier},
    {"http_host", kModifier, kNone, "host of a request", read_modifier},
    {"http_raw_host", kModifier, kNone, "host as sent", read_modifier},
    {"http_cookie", kModifier, kNone, "cookies", read_modifier},
    {"http_client_body", kModifier, kNone, "body of a request", read_modifier},
    {"http_stat_code", kModifier, kNone, "status of a response", read_modifier},
    {"http_stat_msg", kModifier, kNone, "text of the status", read_modifier},
    {"http_server_body", kModifier, kNone, "body of a response", read_modifier},
};

}  // namespace

std::span<Keyword const> buffer_keywords() { return kTable; }

}  // namespace warpline::ids
