// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "elements/ids/rules/buffers.hpp"

namespace warpline::ids::reference {

/// A request or response as far as it has come.
struct Message {
  std::map<Buffer, std::vector<std::string>> buffers;  ///< with their instances
  std::map<AppField, std::uint32_t> fields;
  std::optional<std::string> body;  ///< once all of it is there; empty without one
  bool exists = false, complete = false;
};

/// A transaction: what the client sends, and what the server answers.
struct Exchange {
  Message request, response;
};

/// Reads HTTP/1.1 from the beginning of both streams: well-formed messages whose bodies have a length
/// or chunks. Buffers are those of the user guide, chapter "HTTP Keywords".
std::vector<Exchange> read_http(std::string const& client, std::string const& server);
/// True once the first bytes are those of a request.
bool is_http(std::string const& client);

/// A message of DNS over UDP with one question, not compressed.
bool is_dns(std::string const& datagram);
Message read_dns(std::string const& datagram);

}  // namespace warpline::ids::reference
