// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <htp/htp.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <string_view>

#include "elements/ids/app/http_parser.hpp"
#include "elements/ids/json_writer.hpp"

namespace warpline::ids {
namespace {

void put(JsonWriter& out, std::string_view name, bstr const* text) {
  if (text != nullptr && bstr_len(text) != 0)
    out.text_field(name, {bstr_ptr(text), static_cast<std::uint32_t>(bstr_len(text))});
}

/// The decimal number at the beginning, as Suricata reads it: with `strtoul`, and of its result the
/// low 32 bits.
std::uint64_t status_of(bstr const* status) {
  char text[32]{};
  std::memcpy(text, bstr_ptr(status), std::min(bstr_len(status), sizeof text - 1));
  return static_cast<std::uint32_t>(std::strtoul(text, nullptr, 10));
}

/// Reads a number below 2^63 and what follows it from the front of `text`.
std::optional<std::uint64_t> take_number(std::string_view& text, std::string_view separator) {
  std::int64_t number = -1;
  auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || number < 0) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  if (!text.starts_with(separator)) return std::nullopt;
  text.remove_prefix(separator.size());
  return static_cast<std::uint64_t>(number);
}

/// Writes `content_range` with its numbers, if it is `UNIT START-END/SIZE`, and START-END or SIZE
/// may be an asterisk (RFC 9110, 14.4).
void put_range(JsonWriter& out, Bytes value) {
  out.open("content_range", '{');
  if (value.size != 0) out.text_field("raw", value);
  std::string_view text(reinterpret_cast<char const*>(value.data), value.size);
  std::optional<std::uint64_t> start, end, size;
  auto const unit = std::min(text.size(), text.find(' '));
  text.remove_prefix(unit);
  auto valid = unit != 0 && text.starts_with(' ');
  text.remove_prefix(std::min(text.size(), text.find_first_not_of(' ')));
  if (text.starts_with("*/")) {
    text.remove_prefix(2);
    valid = valid && (size = take_number(text, ""));
  } else {
    valid = valid && (start = take_number(text, "-")) && (end = take_number(text, "/"));
    if (valid && text != "*") valid = (size = take_number(text, "")).has_value();
  }
  if (valid) {
    if (start) out.field("start", *start);
    if (end) out.field("end", *end);
    if (size) out.field("size", *size);
  }
  out.close('}');
}

}  // namespace

void HttpParser::write(std::uint64_t number, JsonWriter& out) const {
  auto const& transaction = of(number);
  auto const& parsed = *transaction.parsed;
  auto const put_header = [&](std::string_view member, bool to_server, char const* name) {
    auto const value = header(transaction, to_server, name);
    if (value && value->size != 0) out.text_field(member, *value);
  };
  put(out, "hostname", parsed.request_hostname);
  if (parsed.request_port_number >= 0)
    out.field("http_port", static_cast<std::uint64_t>(parsed.request_port_number));
  put(out, "url", parsed.request_uri);
  put_header("http_user_agent", true, "user-agent");
  put_header("xff", true, "x-forwarded-for");
  if (auto type = header(transaction, false, "content-type")) {
    std::string_view const text(reinterpret_cast<char const*>(type->data), type->size);
    type->size = static_cast<std::uint32_t>(std::min(text.size(), text.find(';')));
    out.text_field("http_content_type", *type);
  }
  if (auto const range = header(transaction, false, "content-range")) put_range(out, *range);
  put_header("http_refer", true, "referer");
  put(out, "http_method", parsed.request_method);
  put(out, "protocol", parsed.request_protocol);
  if (parsed.response_status != nullptr) out.field("status", status_of(parsed.response_status));
  put_header("redirect", false, "location");
  out.field("length", static_cast<std::uint64_t>(parsed.response_message_len));
}

}  // namespace warpline::ids
