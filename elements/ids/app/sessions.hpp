// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "elements/ids/app/app_session.hpp"

namespace warpline::ids {

/// The parsers of protocols that are written here. Each makes one session of a flow.

/// DNS (RFC 1035) over UDP, or over TCP with a length before each message (RFC 7766). One
/// transaction a message; a message that is not valid makes none.
std::unique_ptr<AppSession> make_dns_session(bool over_tcp);

}  // namespace warpline::ids
