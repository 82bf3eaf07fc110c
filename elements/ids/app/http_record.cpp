// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <htp/htp.h>

#include <algorithm>
#include <string_view>

#include "elements/ids/app/http_parser.hpp"
#include "elements/ids/json_writer.hpp"

namespace warpline::ids {
namespace {

void put(JsonWriter& out, std::string_view name, bstr const* text) {
  if (text != nullptr)
    out.text_field(name, {bstr_ptr(text), static_cast<std::uint32_t>(bstr_len(text))});
}

}  // namespace

void HttpParser::write(std::uint64_t number, JsonWriter& out) const {
  auto const& transaction = of(number);
  auto const& parsed = *transaction.parsed;
  auto const put_header = [&](std::string_view member, bool to_server, char const* name) {
    if (auto const value = header(transaction, to_server, name)) out.text_field(member, *value);
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
  put_header("http_refer", true, "referer");
  put(out, "http_method", parsed.request_method);
  put(out, "protocol", parsed.request_protocol);
  if (parsed.response_status_number > 0)
    out.field("status", static_cast<std::uint64_t>(parsed.response_status_number));
  else
    put(out, "status_string", parsed.response_status);
  put_header("redirect", false, "location");
  out.field("length", static_cast<std::uint64_t>(parsed.response_message_len));
}

}  // namespace warpline::ids
