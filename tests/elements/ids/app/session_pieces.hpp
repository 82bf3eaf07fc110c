// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "elements/ids/app/app_session.hpp"

namespace warpline::ids::test {

inline Bytes bytes_of(std::string_view text) {
  return {reinterpret_cast<std::uint8_t const*>(text.data()),
          static_cast<std::uint32_t>(text.size())};
}
inline std::string text_of(Bytes bytes) {
  return {reinterpret_cast<char const*>(bytes.data), bytes.size};
}

/// Two bytes in network order.
inline std::string half(unsigned value) {
  return {static_cast<char>(value >> 8), static_cast<char>(value)};
}

inline std::optional<std::string> buffer_of(AppSession& session, std::uint64_t number,
                                            bool to_server, Buffer buffer, unsigned instance = 0) {
  auto const found = session.buffer(number, to_server, buffer, instance);
  if (!found) return std::nullopt;
  return text_of(found->bytes);
}

/// What a session writes, as a JSON object.
template <class Write>
std::string object(Write write) {
  std::vector<char> space(65536);
  JsonWriter out(space);
  out.open('{');
  write(out);
  out.close('}');
  return std::string(out.text());
}
inline std::string record_of(AppSession const& session, std::uint64_t number, unsigned index = 0) {
  return object([&](JsonWriter& out) { session.write_record(number, index, out); });
}
inline std::string alert_of(AppSession const& session, std::uint64_t number) {
  return object([&](JsonWriter& out) { session.write(number, out); });
}

}  // namespace warpline::ids::test
