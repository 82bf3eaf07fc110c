// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "tests/elements/ids/reference/http_reader.hpp"

#include <utility>

namespace warpline::ids::reference {
namespace {

using Headers = std::vector<std::pair<std::string, std::string>>;

std::string lower(std::string text) {
  for (auto& c : text)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return text;
}

/// A text that is read from its beginning, and ends somewhere in a message.
class Reader {
 public:
  explicit Reader(std::string const& text) : text_(text) {}
  bool at_end() const { return at_ == text_.size(); }
  /// A message ends once its bytes end the text, or the first line of the next one is there: libhtp
  /// looks whether that is one.
  bool message_ends() const { return at_end() || text_.find("\r\n", at_) != std::string::npos; }
  /// A whole line, without its end.
  std::optional<std::string> line() {
    auto const end = text_.find("\r\n", at_);
    if (end == std::string::npos) return std::nullopt;
    auto const result = text_.substr(at_, end - at_);
    at_ = end + 2;
    return result;
  }
  std::optional<std::string> bytes(std::size_t size) {
    if (text_.size() - at_ < size) return std::nullopt;
    auto const result = text_.substr(at_, size);
    at_ += size;
    return result;
  }

 private:
  std::string const& text_;
  std::size_t at_ = 0;
};

/// `%41` is A.
std::string percent_decoded(std::string const& text) {
  std::string result;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      result += text[i];
      continue;
    }
    result += static_cast<char>(std::stoi(text.substr(i + 1, 2), nullptr, 16));
    i += 2;
  }
  return result;
}

void read_first_line(std::string const& line, bool request, Message& message) {
  auto const first = line.find(' '), second = line.find(' ', first + 1);
  auto const a = line.substr(0, first), b = line.substr(first + 1, second - first - 1),
             c = line.substr(second + 1);
  auto& buffers = message.buffers;
  buffers[Buffer::kHttpProtocol] = {request ? c : a};
  buffers[request ? Buffer::kHttpRequestLine : Buffer::kHttpResponseLine] = {line};
  if (request) {
    buffers[Buffer::kHttpMethod] = {a};
    buffers[Buffer::kHttpRawUri] = {b};
    buffers[Buffer::kHttpUri] = {percent_decoded(b)};
  } else {
    buffers[Buffer::kHttpStatusCode] = {b};
    buffers[Buffer::kHttpStatusMessage] = {c};
  }
}

/// Repeated names become one header, whose values are joined.
void add_header(Headers& headers, std::string const& name, std::string const& value) {
  for (auto& [other, values] : headers)
    if (lower(other) == lower(name)) {
      values += ", " + value;
      return;
    }
  headers.emplace_back(name, value);
}

std::optional<std::string> value_of(Headers const& headers, std::string const& name) {
  for (auto const& [other, value] : headers)
    if (lower(other) == name) return value;
  return std::nullopt;
}

/// The buffers that show a header's value.
std::vector<std::pair<Buffer, char const*>> values_of(bool request) {
  std::vector<std::pair<Buffer, char const*>> all{{Buffer::kHttpContentType, "content-type"},
                                                  {Buffer::kHttpContentLength, "content-length"},
                                                  {Buffer::kHttpConnection, "connection"}};
  if (request)
    all.insert(all.end(), {{Buffer::kHttpUserAgent, "user-agent"},
                           {Buffer::kHttpReferer, "referer"},
                           {Buffer::kHttpAccept, "accept"},
                           {Buffer::kHttpRawHost, "host"},
                           {Buffer::kHttpCookie, "cookie"}});
  else
    all.insert(all.end(), {{Buffer::kHttpServer, "server"},
                           {Buffer::kHttpLocation, "location"},
                           {Buffer::kHttpCookie, "set-cookie"}});
  return all;
}

void set_header_buffers(std::string const& line, std::string const& raw, Headers const& headers,
                        bool request, Message& message) {
  auto& buffers = message.buffers;
  std::string all, without_cookie, names = "\r\n";
  for (auto const& [name, value] : headers) {
    auto const one = name + ": " + value;
    buffers[request ? Buffer::kHttpRequestHeader : Buffer::kHttpResponseHeader].push_back(one);
    names += name + "\r\n";
    all += one + "\r\n";
    if (lower(name) != (request ? "cookie" : "set-cookie")) without_cookie += one + "\r\n";
  }
  if (!without_cookie.empty()) buffers[Buffer::kHttpHeader] = {without_cookie};
  buffers[Buffer::kHttpHeaderNames] = {names + "\r\n"};
  buffers[Buffer::kHttpRawHeader] = {raw};
  buffers[Buffer::kHttpStart] = {line + "\r\n" + all + "\r\n"};
  for (auto const& [buffer, name] : values_of(request))
    if (auto const value = value_of(headers, name)) buffers[buffer] = {*value};
  if (auto const host = value_of(headers, "host"); host && request)
    buffers[Buffer::kHttpHost] = {lower(host->substr(0, host->find(':')))};
}

/// Sets the body once it is complete, and whether the message is. Raw headers end with those after the
/// last chunk.
void read_body(Reader& reader, Headers const& headers, std::string& raw, Message& message) {
  if (!value_of(headers, "transfer-encoding")) {
    auto const length = value_of(headers, "content-length").value_or("0");
    message.body = reader.bytes(std::stoul(length));
    message.complete = message.body && reader.message_ends();
    if (!message.complete) message.body.reset();
    return;
  }
  std::string body;
  for (;;) {
    auto const line = reader.line();
    if (!line) return;
    auto const size = std::stoul(*line, nullptr, 16);
    if (size == 0) break;
    auto const bytes = reader.bytes(size);
    if (!bytes || !reader.bytes(2)) return;
    body += *bytes;
  }
  message.body = body;
  if (!reader.line()) return;
  raw += "\r\n";
  message.complete = reader.message_ends();
}

Message read_message(Reader& reader, bool request) {
  Message message;
  message.exists = !reader.at_end();
  auto const first = reader.line();
  if (!first) return message;
  read_first_line(*first, request, message);
  Headers headers;
  std::string raw;
  for (;;) {
    auto const line = reader.line();
    if (!line) return message;
    raw += *line + "\r\n";
    if (line->empty()) break;
    auto const colon = line->find(": ");
    add_header(headers, line->substr(0, colon), line->substr(colon + 2));
  }
  read_body(reader, headers, raw, message);
  bool const has_body = value_of(headers, "transfer-encoding") ||
                        value_of(headers, "content-length").value_or("0") != "0";
  // Without a body, headers are seen with the end of the message.
  if (!has_body && !message.complete) return message;
  set_header_buffers(*first, raw, headers, request, message);
  if (!message.body || message.body->empty()) return message;
  auto& buffers = message.buffers;
  if (request) buffers[Buffer::kHttpRequestBody] = {*message.body};
  // The body of a GET is no file.
  if (!request || buffers[Buffer::kHttpMethod][0] == "POST")
    buffers[Buffer::kFileData] = {*message.body};
  if (!request) buffers[Buffer::kHttpResponseBody] = {*message.body};
  return message;
}

}  // namespace

bool is_http(std::string const& client) {
  return client.starts_with("GET ") || client.starts_with("POST ");
}

std::vector<Exchange> read_http(std::string const& client, std::string const& server) {
  std::vector<Exchange> exchanges;
  Reader requests(client), responses(server);
  while (!requests.at_end()) {
    exchanges.push_back({read_message(requests, true), {}});
    if (!exchanges.back().request.complete) break;
  }
  for (auto& exchange : exchanges) {
    exchange.response = read_message(responses, false);
    if (!exchange.response.complete) break;
  }
  return exchanges;
}

bool is_dns(std::string const& datagram) {
  return datagram.size() > 12 && datagram.substr(4, 2) == std::string("\0\1", 2);
}

Message read_dns(std::string const& datagram) {
  Message message;
  message.exists = message.complete = true;
  auto const flags = static_cast<unsigned char>(datagram[2]);
  message.fields[AppField::kDnsOpcode] = flags >> 3 & 15;
  std::string name;
  for (std::size_t at = 12; datagram[at] != 0;) {
    auto const size = static_cast<std::size_t>(datagram[at]);
    name += (name.empty() ? "" : ".") + datagram.substr(at + 1, size);
    at += size + 1;
  }
  bool const response = (flags & 0x80) != 0;
  if (!response) message.buffers[Buffer::kDnsQuery] = {name};
  return message;
}

}  // namespace warpline::ids::reference
