// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ids/rules/known_protocols.hpp"

namespace warpline::ids {

bool is_known_protocol(std::string_view name) {
  for (std::string_view known :
       {"http",     "http1", "http2", "dns",    "tls",   "ssl",    "smb",  "ftp",
        "ftp-data", "smtp",  "ssh",   "dcerpc", "nfs",   "krb5",   "snmp", "tftp",
        "ikev2",    "ike",   "rdp",   "rfb",    "mqtt",  "modbus", "dnp3", "enip",
        "ntp",      "dhcp",  "sip",   "imap",   "pgsql", "telnet", "quic", "bittorrent-dht"})
    if (known == name) return true;
  return false;
}

}  // namespace warpline::ids
