// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tests/elements/ids/evasion/cases.hpp"

namespace warpline::ids::testing {

/// All bytes of a buffer that a rule of its own looks for.
struct Seen {
  std::string keywords;  ///< up to the one of the buffer, without the last semicolon
  std::string text;      ///< at least a byte
};

/// A rule that matches if the buffer has exactly this text.
std::string exact_rule(Seen const& seen, std::uint32_t sid);

/// A case in which each of the buffers has its text: the rules have sids from 1 on, and alert once.
EvasionCase http_case(std::string name, Traffic traffic, std::vector<Seen> const& seen);

inline constexpr char kGet[] = "GET / HTTP/1.1\r\nHost: example.org\r\n\r\n";
inline constexpr char kOk[] = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

/// A connection with a request and its response, each in one segment.
Traffic talk(std::string const& request, std::string const& response = kOk);
/// The same with data in segments of `size` bytes, each acknowledged.
Traffic talk_in_pieces(std::string const& request, std::string const& response, std::size_t size);

/// "a body with an attack in it", and its compressed forms.
extern std::string const kPlain, kDeflated, kZlib, kGzip;
/// A response whose headers are these lines, each with its end.
std::string response(std::string const& lines, std::string const& body);
/// A body in chunks of `size` bytes, with the last chunk.
std::string chunked(std::string const& body, std::size_t size);

}  // namespace warpline::ids::testing
