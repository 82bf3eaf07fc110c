// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "elements/ids/app/http_session.hpp"
#include "elements/ids/json_writer.hpp"

namespace warpline::ids {

inline Bytes bytes_of(std::string_view text) {
  return {reinterpret_cast<std::uint8_t const*>(text.data()),
          static_cast<std::uint32_t>(text.size())};
}

/// One HTTP session, and its buffers as text. Directions: true for the client's.
class HttpExchange {
 public:
  explicit HttpExchange(HttpOptions const& options = {})
      : shared(options), session(make_http_session(shared)) {}

  AppSession::Status request(std::string_view text) { return session->add(true, bytes_of(text)); }
  AppSession::Status response(std::string_view text) { return session->add(false, bytes_of(text)); }
  void close() {
    session->close(true);
    session->close(false);
  }

  std::optional<std::string> get(bool to_server, Buffer buffer, std::uint64_t number = 0,
                                 unsigned instance = 0) {
    if (number < session->first() || number >= session->end()) return std::nullopt;
    auto const found = session->buffer(number, to_server, buffer, instance);
    if (!found) return std::nullopt;
    return std::string(reinterpret_cast<char const*>(found->bytes.data), found->bytes.size);
  }
  /// The buffer, or "(none)".
  std::string sent(Buffer buffer, std::uint64_t number = 0, unsigned instance = 0) {
    return get(true, buffer, number, instance).value_or("(none)");
  }
  std::string received(Buffer buffer, std::uint64_t number = 0, unsigned instance = 0) {
    return get(false, buffer, number, instance).value_or("(none)");
  }
  std::string record(std::uint64_t number = 0) {
    std::array<char, 4096> space;
    JsonWriter out(space);
    session->write(number, out);
    return std::string(out.text());
  }

  HttpShared shared;
  std::unique_ptr<AppSession> session;
};

}  // namespace warpline::ids
