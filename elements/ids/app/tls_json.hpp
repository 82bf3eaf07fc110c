// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "elements/ids/app/tls_certificate.hpp"
#include "elements/ids/app/tls_hello.hpp"
#include "elements/ids/json_writer.hpp"

namespace warpline::ids::tls {

/// What is known of a connection.
struct Connection {
  Hello const& client;
  Certificate const& client_certificate;
  Hello const& server;
  Certificate const& server_certificate;
  bool is_resumed;
};

/// Writes the members of EVE's object `tls` in its extended form.
void write_connection(JsonWriter& out, Connection const& connection);

}  // namespace warpline::ids::tls
