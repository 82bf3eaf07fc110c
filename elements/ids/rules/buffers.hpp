// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "elements/ids/app/app_protocol.hpp"

namespace warpline::ids {

/// The bytes in which a rule's keywords search. A packet or a stream has `kPayload`; the headers
/// are those of a packet; the others are buffers of an application's transaction.
enum class Buffer : std::uint8_t {
  kPayload,
  kIpv4Header,
  kIpv6Header,
  kTcpHeader,
  kUdpHeader,
  kIcmpv4Header,
  kIcmpv6Header,
  kSourceAddress,
  kDestinationAddress,
  kHttpUri,
  kHttpRawUri,
  kHttpMethod,
  kHttpRequestLine,
  kHttpHost,
  kHttpRawHost,
  kHttpUserAgent,
  kHttpReferer,
  kHttpAccept,
  kHttpAcceptLanguage,
  kHttpAcceptEncoding,
  kHttpRequestHeader,
  kHttpRequestBody,
  kHttpStatusCode,
  kHttpStatusMessage,
  kHttpResponseLine,
  kHttpResponseHeader,
  kHttpServer,
  kHttpLocation,
  kHttpResponseBody,
  kHttpHeader,
  kHttpRawHeader,
  kHttpHeaderNames,
  kHttpCookie,
  kHttpContentType,
  kHttpContentLength,
  kHttpConnection,
  kHttpProtocol,
  kHttpStart,
  kFileData,
  kDnsQuery,
  kTlsSni,
  kTlsCertSubject,
  kTlsCertIssuer,
  kTlsCertSerial,
  kTlsCertFingerprint,
  kJa3Hash,
  kJa3String,
  kJa3sHash,
  kJa3sString,
  kSshProtocol,
  kSshSoftware,
  kFtpCommand,
};
inline constexpr std::size_t kBuffers = static_cast<std::size_t>(Buffer::kFtpCommand) + 1;

constexpr bool is_of_application(Buffer buffer) { return buffer >= Buffer::kHttpUri; }

/// True if a transaction may have several of it: keywords look at each alone.
constexpr bool has_instances(Buffer buffer) {
  return buffer == Buffer::kDnsQuery || buffer == Buffer::kHttpRequestHeader ||
         buffer == Buffer::kHttpResponseHeader || buffer == Buffer::kFileData;
}

/// The keyword that selects a buffer for the keywords after it.
struct BufferKeyword {
  std::string_view name;
  Buffer buffer;
};
inline constexpr std::array<BufferKeyword, 9> kBufferKeywords{{
    {"pkt_data", Buffer::kPayload},
    {"ipv4.hdr", Buffer::kIpv4Header},
    {"ipv6.hdr", Buffer::kIpv6Header},
    {"tcp.hdr", Buffer::kTcpHeader},
    {"udp.hdr", Buffer::kUdpHeader},
    {"icmpv4.hdr", Buffer::kIcmpv4Header},
    {"icmpv6.hdr", Buffer::kIcmpv6Header},
    {"ip.src", Buffer::kSourceAddress},
    {"ip.dst", Buffer::kDestinationAddress},
}};

/// A buffer of an application: the keyword that selects it, and who sends it. `kUnknown`: of several
/// protocols.
struct AppBufferKeyword {
  std::string_view name;
  Buffer buffer;
  AppProtocol protocol;
  bool from_client, from_server;
};
inline constexpr std::array kAppBufferKeywords = std::to_array<AppBufferKeyword>({
    {"http.uri", Buffer::kHttpUri, AppProtocol::kHttp, true, false},
    {"http.uri.raw", Buffer::kHttpRawUri, AppProtocol::kHttp, true, false},
    {"http.method", Buffer::kHttpMethod, AppProtocol::kHttp, true, false},
    {"http.request_line", Buffer::kHttpRequestLine, AppProtocol::kHttp, true, false},
    {"http.host", Buffer::kHttpHost, AppProtocol::kHttp, true, false},
    {"http.host.raw", Buffer::kHttpRawHost, AppProtocol::kHttp, true, false},
    {"http.user_agent", Buffer::kHttpUserAgent, AppProtocol::kHttp, true, false},
    {"http.referer", Buffer::kHttpReferer, AppProtocol::kHttp, true, false},
    {"http.accept", Buffer::kHttpAccept, AppProtocol::kHttp, true, false},
    {"http.accept_lang", Buffer::kHttpAcceptLanguage, AppProtocol::kHttp, true, false},
    {"http.accept_enc", Buffer::kHttpAcceptEncoding, AppProtocol::kHttp, true, false},
    {"http.request_header", Buffer::kHttpRequestHeader, AppProtocol::kHttp, true, false},
    {"http.request_body", Buffer::kHttpRequestBody, AppProtocol::kHttp, true, false},
    {"http.stat_code", Buffer::kHttpStatusCode, AppProtocol::kHttp, false, true},
    {"http.stat_msg", Buffer::kHttpStatusMessage, AppProtocol::kHttp, false, true},
    {"http.response_line", Buffer::kHttpResponseLine, AppProtocol::kHttp, false, true},
    {"http.response_header", Buffer::kHttpResponseHeader, AppProtocol::kHttp, false, true},
    {"http.server", Buffer::kHttpServer, AppProtocol::kHttp, false, true},
    {"http.location", Buffer::kHttpLocation, AppProtocol::kHttp, false, true},
    {"http.response_body", Buffer::kHttpResponseBody, AppProtocol::kHttp, false, true},
    {"http.header", Buffer::kHttpHeader, AppProtocol::kHttp, true, true},
    {"http.header.raw", Buffer::kHttpRawHeader, AppProtocol::kHttp, true, true},
    {"http.header_names", Buffer::kHttpHeaderNames, AppProtocol::kHttp, true, true},
    {"http.cookie", Buffer::kHttpCookie, AppProtocol::kHttp, true, true},
    {"http.content_type", Buffer::kHttpContentType, AppProtocol::kHttp, true, true},
    {"http.content_len", Buffer::kHttpContentLength, AppProtocol::kHttp, true, true},
    {"http.connection", Buffer::kHttpConnection, AppProtocol::kHttp, true, true},
    {"http.protocol", Buffer::kHttpProtocol, AppProtocol::kHttp, true, true},
    {"http.start", Buffer::kHttpStart, AppProtocol::kHttp, true, true},
    {"file.data", Buffer::kFileData, AppProtocol::kUnknown, true, true},
    {"dns.query", Buffer::kDnsQuery, AppProtocol::kDns, true, false},
    {"tls.sni", Buffer::kTlsSni, AppProtocol::kTls, true, false},
    {"tls.cert_subject", Buffer::kTlsCertSubject, AppProtocol::kTls, true, true},
    {"tls.cert_issuer", Buffer::kTlsCertIssuer, AppProtocol::kTls, true, true},
    {"tls.cert_serial", Buffer::kTlsCertSerial, AppProtocol::kTls, true, true},
    {"tls.cert_fingerprint", Buffer::kTlsCertFingerprint, AppProtocol::kTls, true, true},
    {"ja3.hash", Buffer::kJa3Hash, AppProtocol::kTls, true, false},
    {"ja3.string", Buffer::kJa3String, AppProtocol::kTls, true, false},
    {"ja3s.hash", Buffer::kJa3sHash, AppProtocol::kTls, false, true},
    {"ja3s.string", Buffer::kJa3sString, AppProtocol::kTls, false, true},
    {"ssh.proto", Buffer::kSshProtocol, AppProtocol::kSsh, true, true},
    {"ssh.software", Buffer::kSshSoftware, AppProtocol::kSsh, true, true},
    {"ftp.command", Buffer::kFtpCommand, AppProtocol::kFtp, true, false},
});

/// The buffer with the same bytes that rules look at in its place: bodies of responses are files.
constexpr Buffer searched_as(Buffer buffer) {
  return buffer == Buffer::kHttpResponseBody ? Buffer::kFileData : buffer;
}

/// The keyword of an application's buffer; null if the buffer is none.
constexpr AppBufferKeyword const* find_app_buffer(Buffer buffer) {
  for (auto const& keyword : kAppBufferKeywords)
    if (keyword.buffer == buffer) return &keyword;
  return nullptr;
}

constexpr std::string_view name_of(Buffer buffer) {
  for (auto const& keyword : kBufferKeywords)
    if (keyword.buffer == buffer) return keyword.name;
  auto const* const keyword = find_app_buffer(buffer);
  return keyword == nullptr ? std::string_view{} : keyword->name;
}

/// A number of a transaction that keywords compare.
enum class AppField : std::uint8_t {
  kTlsVersion,  ///< that the sender of the direction offers or chose, e.g. 0x0303
  /// The bit of `ssl_state` of the handshake's last message that has one: 1 client_hello,
  /// 2 server_hello, 4 client_keyx, 8 server_keyx, 16 unknown.
  kSslState,
  kDnsOpcode,
};

}  // namespace warpline::ids
