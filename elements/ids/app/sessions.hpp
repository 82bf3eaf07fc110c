// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "elements/ids/app/app_session.hpp"

namespace warpline::ids {

namespace tls {
class CertificateCache;
}

/// The parsers of protocols that are written here. Each makes one session of a flow.

/// DNS (RFC 1035) over UDP, or over TCP with a length before each message (RFC 7766). One
/// transaction a message; a message that is not valid makes none.
std::unique_ptr<AppSession> make_dns_session(bool over_tcp);

/// TLS 1.0 to 1.3 (RFC 5246 and 8446) and SSL: hellos and certificates of both sides, up to the first
/// encrypted records. One transaction a connection. `with_ja3`: also makes fingerprints. `certificates`
/// outlives the session; null: none are remembered.
std::unique_ptr<AppSession> make_tls_session(bool with_ja3,
                                             tls::CertificateCache* certificates = nullptr);

/// SSH (RFC 4253): the identification of both sides. One transaction a connection.
std::unique_ptr<AppSession> make_ssh_session();

/// FTP's control connection (RFC 959). One transaction a command with its replies, or a reply for
/// which no command waits.
std::unique_ptr<AppSession> make_ftp_session();

}  // namespace warpline::ids
