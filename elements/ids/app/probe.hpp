// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "core/base/bytes.hpp"
#include "elements/ids/app/app_protocol.hpp"

namespace warpline::ids {

/// Whether the first bytes of a direction are of a protocol.
enum class Probe : std::uint8_t {
  kNo,
  kYes,
  kMore,  ///< depends on the bytes that follow
};

/// These compare the first bytes with the patterns by which Suricata 7.0 knows a protocol on any
/// port.
Probe probe_http(Bytes bytes, bool to_server);
Probe probe_tls(Bytes bytes, bool to_server);
Probe probe_ssh(Bytes bytes);
Probe probe_ftp(Bytes bytes, bool to_server);
Probe probe_smtp(Bytes bytes, bool to_server);
Probe probe_smb(Bytes bytes);

/// DNS, as Suricata's parser finds it: the header's counts fit the message, and what follows it is
/// not wrong, though it may be cut.
Probe probe_dns(Bytes bytes, bool over_tcp);

/// What a direction of a flow begins with.
struct FlowStart {
  Bytes bytes;
  bool over_tcp = true;  ///< otherwise one datagram of UDP
  bool to_server = true;
  std::uint16_t server_port = 0;
  bool client_first = true;  ///< the first bytes of the flow were the client's
  bool at_end = false;       ///< no more bytes of the direction follow
};

struct Detection {
  AppProtocol protocol = AppProtocol::kUnknown;  ///< `kUnknown`: more bytes are needed
  /// A datagram shows that its sender is the server, though the flow has it as the client, or the
  /// reverse. Suricata then exchanges the flow's client and server.
  bool reversed = false;
};

/// The protocol of a flow by the first bytes of one direction: by patterns on any port, then by
/// parsers on their own (53 for DNS, 443 for TLS, 139 and 445 for SMB). The flow has the protocol of
/// the direction that is found first, and none once both have failed.
Detection detect_protocol(FlowStart const& start);

}  // namespace warpline::ids
