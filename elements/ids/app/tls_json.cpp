// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ids/app/tls_json.hpp"

#include <cstdint>
#include <string_view>

#include "elements/ids/json_writer.hpp"

namespace warpline::ids::tls {
namespace {

Bytes bytes_of(std::string_view text) {
  return {reinterpret_cast<std::uint8_t const*>(text.data()),
          static_cast<std::uint32_t>(text.size())};
}

void text_field(JsonWriter& out, std::string_view name, std::string_view text) {
  out.text_field(name, bytes_of(text), TextForm::kAscii);
}

void write_version(JsonWriter& out, std::uint16_t version) {
  out.name("version");
  out.raw('"');
  switch (version) {
    case 0:
      out.raw("UNDETERMINED");
      break;
    case 0x0200:
      out.raw("SSLv2");
      break;
    case 0x0300:
      out.raw("SSLv3");
      break;
    case 0x0301:
      out.raw("TLSv1");
      break;
    case 0x0302:
      out.raw("TLS 1.1");
      break;
    case 0x0303:
      out.raw("TLS 1.2");
      break;
    case kVersion13:
      out.raw("TLS 1.3");
      break;
    case kOldestDraft:
      out.raw("TLS 1.3 draft-<16");
      break;
    default:
      if (is_draft(version)) {
        out.raw("TLS 1.3 draft-");
        out.number(version & 0xffu);
      } else {
        out.raw("0x");
        out.hex(static_cast<std::uint8_t>(version >> 8));
        out.hex(static_cast<std::uint8_t>(version & 0xff));
      }
  }
  out.raw('"');
}

void write_ja3(JsonWriter& out, std::string_view name, Ja3 const& ja3) {
  if (ja3.text().empty()) return;
  out.open(name, '{');
  if (!ja3.hash().empty()) out.field("hash", ja3.hash());
  out.field("string", ja3.text());
  out.close('}');
}

void write_times(JsonWriter& out, Certificate const& certificate) {
  out.field("notbefore", certificate.not_before);
  out.field("notafter", certificate.not_after);
}

}  // namespace

void write_connection(JsonWriter& out, Connection const& connection) {
  auto const& [client, client_certificate, server, certificate, is_resumed] = connection;
  if (certificate.is_known) {
    text_field(out, "subject", certificate.subject);
    text_field(out, "issuerdn", certificate.issuer);
    out.field("serial", certificate.serial);
    out.field("fingerprint", certificate.fingerprint);
  } else if (is_resumed && server.version < kVersion13) {
    out.flag("session_resumed", true);
  }
  if (!client.server_name.empty() && is_utf8(bytes_of(client.server_name)))
    text_field(out, "sni", client.server_name);
  write_version(out, server.version);
  if (certificate.is_known) write_times(out, certificate);
  write_ja3(out, "ja3", client.ja3);
  write_ja3(out, "ja3s", server.ja3);
  if (!client_certificate.is_known) return;
  out.open("client", '{');
  text_field(out, "subject", client_certificate.subject);
  text_field(out, "issuerdn", client_certificate.issuer);
  out.field("fingerprint", client_certificate.fingerprint);
  out.field("serial", client_certificate.serial);
  write_times(out, client_certificate);
  out.close('}');
}

}  // namespace warpline::ids::tls
