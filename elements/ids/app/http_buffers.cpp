// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <htp/htp.h>

#include <algorithm>

#include "elements/ids/app/http_parser.hpp"

namespace warpline::ids {
namespace {

constexpr std::size_t kMaxSingleHeaders = 1024;  // Suricata shows no more instances of a buffer

Bytes bytes_of(bstr const* text) {
  return {bstr_ptr(text), static_cast<std::uint32_t>(bstr_len(text))};
}

std::optional<AppBuffer> buffer_of(bstr const* text) {
  if (text == nullptr) return std::nullopt;
  return AppBuffer{bytes_of(text)};
}

/// The text up to its first line end. libhtp repeats the end of a response line after it if the line
/// came in several pieces.
std::string_view line_of(bstr const* text) {
  std::string_view const all(reinterpret_cast<char const*>(bstr_ptr(text)), bstr_len(text));
  return all.substr(0, all.find("\r\n"));
}

std::optional<AppBuffer> line_buffer_of(bstr const* text) {
  if (text == nullptr) return std::nullopt;
  return AppBuffer{{bstr_ptr(text), static_cast<std::uint32_t>(line_of(text).size())}};
}

std::optional<AppBuffer> buffer_of(std::vector<std::uint8_t> const& bytes) {
  return AppBuffer{{bytes.data(), static_cast<std::uint32_t>(bytes.size())}};
}

htp_table_t const* headers_of(htp_tx_t const& parsed, bool to_server) {
  return to_server ? parsed.request_headers : parsed.response_headers;
}

/// The header that a buffer shows without its name.
char const* header_name(Buffer buffer, bool to_server) {
  switch (buffer) {
    case Buffer::kHttpUserAgent:
      return "user-agent";
    case Buffer::kHttpReferer:
      return "referer";
    case Buffer::kHttpAccept:
      return "accept";
    case Buffer::kHttpAcceptLanguage:
      return "accept-language";
    case Buffer::kHttpAcceptEncoding:
      return "accept-encoding";
    case Buffer::kHttpServer:
      return "server";
    case Buffer::kHttpLocation:
      return "location";
    case Buffer::kHttpCookie:
      return to_server ? "cookie" : "set-cookie";
    case Buffer::kHttpContentType:
      return "content-type";
    case Buffer::kHttpContentLength:
      return "content-length";
    case Buffer::kHttpConnection:
      return "connection";
    default:
      return nullptr;
  }
}

bool is_built(Buffer buffer) {
  switch (buffer) {
    case Buffer::kHttpHeader:
    case Buffer::kHttpHeaderNames:
    case Buffer::kHttpStart:
    case Buffer::kHttpRequestHeader:
    case Buffer::kHttpResponseHeader:
      return true;
    default:
      return false;
  }
}

class Builder {
 public:
  explicit Builder(std::vector<std::uint8_t>& bytes) : bytes_(bytes) { bytes_.clear(); }
  void add(std::string_view text) { bytes_.insert(bytes_.end(), text.begin(), text.end()); }
  void add(bstr const* text) {
    bytes_.insert(bytes_.end(), bstr_ptr(text), bstr_ptr(text) + bstr_len(text));
  }
  void add(htp_header_t const& header) {
    add(header.name);
    add(": ");
    add(header.value);
  }

 private:
  std::vector<std::uint8_t>& bytes_;
};

}  // namespace

HttpParser::Progress HttpParser::progress(HttpTransaction const& transaction, bool to_server) {
  auto const& parsed = *transaction.parsed;
  static_assert(static_cast<int>(Progress::kComplete) == HTP_REQUEST_COMPLETE &&
                static_cast<int>(Progress::kComplete) == HTP_RESPONSE_COMPLETE);
  return static_cast<Progress>(to_server ? static_cast<int>(parsed.request_progress)
                                         : static_cast<int>(parsed.response_progress));
}

/// True if a direction is past a state, or remains in it for ever.
bool HttpParser::is_after(HttpTransaction const& transaction, bool to_server,
                          Progress state) const {
  auto const now = progress(transaction, to_server);
  return now > state || (now == state && has_ended(to_server));
}

bool HttpParser::has_all_body(HttpTransaction const& transaction, bool to_server) const {
  return shared_.options_.inspect_at_once || is_after(transaction, to_server, Progress::kBody);
}

HttpBodyLimits HttpParser::limits(bool to_server) const {
  return to_server ? shared_.options_.request : shared_.options_.response;
}

std::optional<Bytes> HttpParser::header(HttpTransaction const& transaction, bool to_server,
                                        char const* name) const {
  auto const* const headers = headers_of(*transaction.parsed, to_server);
  if (headers == nullptr) return std::nullopt;
  auto const* const found = static_cast<htp_header_t const*>(htp_table_get_c(headers, name));
  if (found == nullptr || found->value == nullptr) return std::nullopt;
  return bytes_of(found->value);
}

std::optional<AppBuffer> HttpParser::buffer(std::uint64_t number, bool to_server, Buffer buffer,
                                            unsigned instance) {
  auto const& transaction = of(number);
  if (buffer == Buffer::kFileData || (buffer == Buffer::kHttpResponseBody && !to_server))
    return file(transaction, to_server, instance);
  if (is_built(buffer)) return built(number, to_server, buffer, instance);
  if (instance != 0) return std::nullopt;
  if (buffer == Buffer::kHttpRequestBody) {
    if (!to_server) return std::nullopt;
    return transaction.bodies[1].piece(limits(true), has_all_body(transaction, true), false);
  }
  if (auto const line = line_buffer(transaction, to_server, buffer)) return line;
  return header_buffer(transaction, to_server, buffer);
}

std::optional<AppBuffer> HttpParser::line_buffer(HttpTransaction const& transaction, bool to_server,
                                                 Buffer buffer) const {
  if (!is_after(transaction, to_server, Progress::kLine)) return std::nullopt;
  auto const& parsed = *transaction.parsed;
  if (buffer == Buffer::kHttpProtocol)
    return buffer_of(to_server ? parsed.request_protocol : parsed.response_protocol);
  if (to_server) switch (buffer) {
      case Buffer::kHttpUri:
        return transaction.has_uri ? buffer_of(transaction.uri) : std::nullopt;
      case Buffer::kHttpRawUri:
        return buffer_of(parsed.request_uri);
      case Buffer::kHttpMethod:
        return buffer_of(parsed.request_method);
      case Buffer::kHttpRequestLine:
        return buffer_of(parsed.request_line);
      default:
        return std::nullopt;
    }
  switch (buffer) {
    case Buffer::kHttpStatusCode:
      return buffer_of(parsed.response_status);
    case Buffer::kHttpStatusMessage:
      return line_buffer_of(parsed.response_message);
    case Buffer::kHttpResponseLine:
      return line_buffer_of(parsed.response_line);
    default:
      return std::nullopt;
  }
}

std::optional<AppBuffer> HttpParser::header_buffer(HttpTransaction const& transaction,
                                                   bool to_server, Buffer buffer) const {
  if (!is_after(transaction, to_server, Progress::kHeaders)) return std::nullopt;
  auto const& parsed = *transaction.parsed;
  if (auto const* const name = header_name(buffer, to_server)) {
    auto const value = header(transaction, to_server, name);
    if (!value) return std::nullopt;
    return AppBuffer{*value};
  }
  if (buffer == Buffer::kHttpRawHeader) {
    auto const& raw = transaction.raw_headers[to_server];
    if (raw.empty() || progress(transaction, to_server) <= Progress::kHeaders) return std::nullopt;
    return buffer_of(raw);
  }
  if (!to_server) return std::nullopt;
  if (buffer == Buffer::kHttpHost)
    return parsed.request_hostname == nullptr ? std::nullopt : buffer_of(transaction.host);
  if (buffer != Buffer::kHttpRawHost) return std::nullopt;
  if (parsed.parsed_uri != nullptr && parsed.parsed_uri->hostname != nullptr)
    return buffer_of(parsed.parsed_uri->hostname);
  auto const host = header(transaction, true, "host");
  if (!host) return std::nullopt;
  return AppBuffer{*host};
}

std::optional<AppBuffer> HttpParser::file(HttpTransaction const& transaction, bool to_server,
                                          unsigned instance) const {
  auto const& body = transaction.bodies[to_server];
  auto const all_there = has_all_body(transaction, to_server);
  if (to_server && transaction.form.is_form())
    return transaction.form.piece(limits(true), body.from(0), instance, all_there);
  if (instance != 0 || !transaction.is_file[to_server]) return std::nullopt;
  return body.piece(limits(to_server), all_there, true);
}

/// A buffer that is put together from headers. It is kept until a session changes, since many rules
/// ask for the same one.
std::optional<AppBuffer> HttpParser::built(std::uint64_t number, bool to_server, Buffer buffer,
                                           unsigned instance) {
  auto const& transaction = of(number);
  auto const is_single =
      buffer == Buffer::kHttpRequestHeader || buffer == Buffer::kHttpResponseHeader;
  // Single headers are shown even if the session failed before the last one.
  if (is_single ? !is_after(transaction, to_server, Progress::kHeaders)
                : progress(transaction, to_server) <= Progress::kHeaders)
    return std::nullopt;
  if (is_single && to_server != (buffer == Buffer::kHttpRequestHeader)) return std::nullopt;
  auto const& parsed = *transaction.parsed;
  auto const* const headers = headers_of(parsed, to_server);
  auto const count = headers == nullptr ? 0 : htp_table_size(headers);
  if (instance >= (is_single ? std::min(count, kMaxSingleHeaders) : 1)) return std::nullopt;

  auto const form = is_single                       ? 0
                    : buffer == Buffer::kHttpHeader ? 1
                    : buffer == Buffer::kHttpStart  ? 2
                                                    : 3;
  auto& built = shared_.built_[form][to_server];
  if (built.session == this && built.number == number && built.revision == shared_.revision_ &&
      built.instance == instance)
    return built.bytes.empty() ? std::nullopt : buffer_of(built.bytes);
  built.session = this;
  built.number = number;
  built.revision = shared_.revision_;
  built.instance = instance;

  Builder out(built.bytes);
  auto const header_at = [&](std::size_t i) -> htp_header_t const& {
    return *static_cast<htp_header_t const*>(htp_table_get_index(headers, i, nullptr));
  };
  if (is_single) {
    out.add(header_at(instance));
    return buffer_of(built.bytes);
  }
  if (buffer == Buffer::kHttpStart) {
    auto const* const line = to_server ? parsed.request_line : parsed.response_line;
    if (line == nullptr) return std::nullopt;
    out.add(line_of(line));
    out.add("\r\n");
  }
  if (buffer == Buffer::kHttpHeaderNames && count != 0) out.add("\r\n");
  auto const* const cookie = to_server ? "cookie" : "set-cookie";
  for (std::size_t i = 0; i < count; ++i) {
    auto const& header = header_at(i);
    if (buffer == Buffer::kHttpHeaderNames) {
      out.add(header.name);
    } else {
      if (buffer == Buffer::kHttpHeader && bstr_cmp_c_nocase(header.name, cookie) == 0) continue;
      out.add(header);
    }
    out.add("\r\n");
  }
  if (buffer != Buffer::kHttpHeader && count != 0) out.add("\r\n");
  return built.bytes.empty() ? std::nullopt : buffer_of(built.bytes);
}

}  // namespace warpline::ids
