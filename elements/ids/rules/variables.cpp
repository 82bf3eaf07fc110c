// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ids/rules/variables.hpp"

namespace warpline::ids {
namespace {

constexpr char kDefaults[] = R"(HOME_NET [192.168.0.0/16,10.0.0.0/8,172.16.0.0/12]
EXTERNAL_NET !$HOME_NET
HTTP_SERVERS $HOME_NET
SMTP_SERVERS $HOME_NET
SQL_SERVERS $HOME_NET
DNS_SERVERS $HOME_NET
TELNET_SERVERS $HOME_NET
AIM_SERVERS $EXTERNAL_NET
DC_SERVERS $HOME_NET
DNP3_SERVER $HOME_NET
DNP3_CLIENT $HOME_NET
MODBUS_CLIENT $HOME_NET
MODBUS_SERVER $HOME_NET
ENIP_CLIENT $HOME_NET
ENIP_SERVER $HOME_NET
)";
constexpr char kDefaultPorts[] = R"(HTTP_PORTS 80
SHELLCODE_PORTS !80
ORACLE_PORTS 1521
SSH_PORTS 22
DNP3_PORTS 20000
MODBUS_PORTS 502
FILE_DATA_PORTS [$HTTP_PORTS,110,143]
FTP_PORTS 21
GENEVE_PORTS 6081
VXLAN_PORTS 4789
TEREDO_PORTS 3544
)";

/// Lines of a name, a blank and a value.
std::map<std::string, Variable> read_lines(std::string_view text, std::uint32_t line) {
  std::map<std::string, Variable> variables;
  for (; !text.empty(); ++line) {
    auto const blank = text.find(' '), end = text.find('\n');
    auto const column = static_cast<std::uint32_t>(blank + 2);
    variables[std::string(text.substr(0, blank))] = {
        std::string(text.substr(blank + 1, end - blank - 1)), {line, column}};
    text.remove_prefix(end + 1);
  }
  return variables;
}

}  // namespace

Variables default_variables() {
  constexpr std::uint32_t kPortsLine = 16;
  return {read_lines(kDefaults, 1), read_lines(kDefaultPorts, kPortsLine),
          std::make_shared<Source>(
              Source{"built-in variables", std::string(kDefaults) + kDefaultPorts})};
}

}  // namespace warpline::ids
