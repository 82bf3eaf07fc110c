// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ids/app/probe.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <string_view>

#include "elements/ids/app/dns_message.hpp"

namespace warpline::ids {
namespace {

using namespace std::string_view_literals;

constexpr std::uint8_t lower(std::uint8_t byte) {
  return byte >= 'A' && byte <= 'Z' ? static_cast<std::uint8_t>(byte | 0x20) : byte;
}

/// Whether the bytes begin with the text in any case.
Probe begins_with(Bytes bytes, std::string_view text) {
  auto const size = std::min<std::size_t>(bytes.size, text.size());
  for (std::size_t i = 0; i < size; ++i)
    if (lower(bytes.data[i]) != lower(static_cast<std::uint8_t>(text[i]))) return Probe::kNo;
  return size == text.size() ? Probe::kYes : Probe::kMore;
}

Probe either(Probe first, Probe second) {
  if (first == Probe::kYes || second == Probe::kYes) return Probe::kYes;
  return first == Probe::kMore ? first : second;
}

Probe begins_with_one(Bytes bytes, std::span<std::string_view const> texts) {
  auto result = Probe::kNo;
  for (auto const text : texts) result = either(result, begins_with(bytes, text));
  return result;
}

/// A ClientHello in the form of SSLv2; `any_version`: also one that offers a later version.
Probe probe_ssl2(Bytes bytes, bool any_version) {
  constexpr std::uint8_t kClientHello = 1;
  if (bytes.size > 0 && (bytes.data[0] & 0x80) == 0) return Probe::kNo;
  if (bytes.size < 3) return Probe::kMore;
  if (bytes.data[2] != kClientHello) return Probe::kNo;
  return any_version ? Probe::kYes : begins_with(bytes.after(3), "\0\2"sv);
}

constexpr std::uint32_t kSessionHeader = 4;  ///< of NetBIOS (RFC 1002, section 4.3)
constexpr std::uint32_t kMinSmb = kSessionHeader + 32;

bool is_smb(Bytes bytes) {
  if (bytes.size < kSessionHeader + 4 || bytes.data[0] != 0) return false;
  auto const* at = bytes.data + kSessionHeader;
  return at[0] >= 0xfd && at[1] == 'S' && at[2] == 'M' && at[3] == 'B';
}

/// On SMB's ports a message that opens or refuses a NetBIOS session may come first.
Probe probe_smb_port(Bytes bytes) {
  if (bytes.size > 0 && bytes.data[0] != 0 && (bytes.data[0] < 0x81 || bytes.data[0] > 0x85))
    return Probe::kNo;
  if (bytes.size < kMinSmb) return Probe::kMore;
  auto const size = static_cast<std::uint32_t>(bytes.data[2] << 8 | bytes.data[3]);
  bool const smb =
      is_smb(bytes) || (bytes.data[0] != 0 && is_smb(bytes.after(kSessionHeader + size)));
  return smb ? Probe::kYes : Probe::kNo;
}

Probe probe_port(FlowStart const& start) {
  auto const [bytes, over_tcp, to_server, port, client_first, at_end] = start;
  if (port == 53) return probe_dns(bytes, over_tcp);
  if (!over_tcp) return Probe::kNo;
  if (port == 443 && to_server) return probe_ssl2(bytes, true);
  if (port == 139 || port == 445) return probe_smb_port(bytes);
  return Probe::kNo;
}

AppProtocol protocol_of_port(std::uint16_t port) {
  using enum AppProtocol;
  return port == 53 ? kDns : port == 443 ? kTls : kSmb;
}

}  // namespace

Probe probe_http(Bytes bytes, bool to_server) {
  static constexpr auto kVersions =
      std::to_array<std::string_view>({"HTTP/0.9", "HTTP/1.0", "HTTP/1.1"});
  static constexpr auto kMethods = std::to_array<std::string_view>({"GET",
                                                                    "PUT",
                                                                    "POST",
                                                                    "HEAD",
                                                                    "TRACE",
                                                                    "OPTIONS",
                                                                    "CONNECT",
                                                                    "DELETE",
                                                                    "PATCH",
                                                                    "PROPFIND",
                                                                    "PROPPATCH",
                                                                    "MKCOL",
                                                                    "COPY",
                                                                    "MOVE",
                                                                    "LOCK",
                                                                    "UNLOCK",
                                                                    "CHECKOUT",
                                                                    "UNCHECKOUT",
                                                                    "CHECKIN",
                                                                    "UPDATE",
                                                                    "LABEL",
                                                                    "REPORT",
                                                                    "MKWORKSPACE",
                                                                    "MKACTIVITY",
                                                                    "MERGE",
                                                                    "INVALID",
                                                                    "VERSION-CONTROL",
                                                                    "BASELINE-CONTROL"});
  if (!to_server) return begins_with_one(bytes, kVersions);
  auto result = Probe::kNo;
  for (auto const method : kMethods) {
    auto const found = begins_with(bytes, method);
    if (found == Probe::kYes) {
      auto const rest = bytes.after(static_cast<std::uint32_t>(method.size()));
      result = either(result, either(begins_with(rest, " "), begins_with(rest, "\t")));
    } else {
      result = either(result, found);
    }
  }
  return result;
}

Probe probe_tls(Bytes bytes, bool to_server) {
  constexpr std::uint8_t kAlert = 0x15, kHandshake = 0x16, kApplicationData = 0x17;
  auto result = to_server ? probe_ssl2(bytes, false) : Probe::kNo;
  if (bytes.size == 0) return Probe::kMore;
  auto const type = bytes.data[0];
  bool const from_server = !to_server && (type == kAlert || type == kApplicationData);
  if (type != kHandshake && !from_server) return result;
  auto const rest = bytes.after(1);
  for (auto const version : {"\3\0"sv, "\3\1"sv, "\3\2"sv, "\3\3"sv})
    result = either(result, begins_with(rest, version));
  return result;
}

Probe probe_ssh(Bytes bytes) { return begins_with(bytes, "SSH-"); }

Probe probe_ftp(Bytes bytes, bool to_server) {
  static constexpr auto kCommands =
      std::to_array<std::string_view>({"USER ", "PASS ", "PORT ", "FEAT"});
  return to_server ? begins_with_one(bytes, kCommands) : begins_with(bytes, "220 (");
}

Probe probe_smtp(Bytes bytes, bool to_server) {
  static constexpr auto kCommands = std::to_array<std::string_view>({"EHLO", "HELO", "QUIT"});
  return to_server ? begins_with_one(bytes, kCommands) : Probe::kNo;
}

Probe probe_smb(Bytes bytes) {
  if (bytes.size > 0 && bytes.data[0] != 0) return Probe::kNo;
  if (bytes.size < kMinSmb)
    return bytes.size < kSessionHeader + 4 || is_smb(bytes) ? Probe::kMore : Probe::kNo;
  return is_smb(bytes) ? Probe::kYes : Probe::kNo;
}

Probe probe_dns(Bytes bytes, bool over_tcp) {
  auto size = bytes.size;
  if (over_tcp) {
    if (bytes.size < dns::kLengthSize + dns::kHeaderSize) return Probe::kMore;
    size = static_cast<std::uint32_t>(bytes.data[0] << 8 | bytes.data[1]);
    bytes = bytes.after(dns::kLengthSize);
  }
  if (size < dns::kHeaderSize) return Probe::kNo;
  auto const header = dns::read_header(bytes);
  std::uint32_t const records =
      0u + header.questions + header.answers + header.authorities + header.additionals;
  if (records * 2 > size - dns::kHeaderSize) return Probe::kNo;
  if (bytes.size < size) return Probe::kYes;
  bool const wrong = dns::check({bytes.data, size}, header.is_response()) == dns::Parse::kBad;
  return wrong ? Probe::kNo : Probe::kYes;
}

Detection detect_protocol(FlowStart const& start) {
  using enum AppProtocol;
  auto result = Probe::kNo;
  if (start.over_tcp) {
    struct {
      Probe probe;
      AppProtocol protocol;
    } const patterns[] = {
        {probe_http(start.bytes, start.to_server), kHttp},
        {probe_tls(start.bytes, start.to_server), kTls},
        {probe_ssh(start.bytes), kSsh},
        {probe_ftp(start.bytes, start.to_server), kFtp},
        {probe_smtp(start.bytes, start.to_server), kSmtp},
        {probe_smb(start.bytes), kSmb},
    };
    for (auto const& [probe, protocol] : patterns) {
      bool const refused = protocol == kTls && !start.client_first;
      if (probe == Probe::kYes) return {refused ? kFailed : protocol, false};
      result = either(result, probe);
    }
  }
  auto const by_port = probe_port(start);
  if (by_port == Probe::kYes) {
    auto const protocol = protocol_of_port(start.server_port);
    bool const reversed = protocol == kDns && !start.over_tcp &&
                          dns::read_header(start.bytes).is_response() == start.to_server;
    return {protocol == kTls && !start.client_first ? kFailed : protocol, reversed};
  }
  result = either(result, by_port);
  return {result == Probe::kMore && start.over_tcp && !start.at_end ? kUnknown : kFailed, false};
}

}  // namespace warpline::ids
