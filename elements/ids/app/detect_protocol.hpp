// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include "core/base/bytes.hpp"
#include "elements/ids/app/app_protocol.hpp"
namespace warpline::ids {
struct FirstBytes { Bytes bytes; bool over_tcp, to_server; std::uint16_t client_port, server_port; bool at_end; };
AppProtocol detect_protocol(FirstBytes const& first);
}
