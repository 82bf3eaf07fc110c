// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "io/dpdk/offloads.hpp"

#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>

namespace warpline {
namespace {

bool ask(int socket, std::string const& name, void* command) {
  ifreq request{};
  name.copy(request.ifr_name, IFNAMSIZ - 1);
  request.ifr_data = static_cast<char*>(command);
  return ::ioctl(socket, SIOCETHTOOL, &request) == 0;
}

bool is_on(int socket, std::string const& name, unsigned command) {
  ethtool_value value{};
  value.cmd = command;
  return ask(socket, name, &value) && value.data != 0;
}

}  // namespace

std::vector<InterfaceOffloads> interface_offloads() {
  std::vector<InterfaceOffloads> all;
  auto const socket = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  auto* const names = if_nameindex();
  for (auto const* interface = names;
       socket >= 0 && interface != nullptr && interface->if_name != nullptr; ++interface) {
    std::string const name = interface->if_name;
    ethtool_drvinfo driver{};
    driver.cmd = ETHTOOL_GDRVINFO;
    if (!ask(socket, name, &driver) || driver.driver[0] == '\0') continue;
    all.push_back({name, driver.driver, is_on(socket, name, ETHTOOL_GTXCSUM),
                   is_on(socket, name, ETHTOOL_GTSO) || is_on(socket, name, ETHTOOL_GGSO),
                   is_on(socket, name, ETHTOOL_GGRO)});
  }
  if (names != nullptr) if_freenameindex(names);
  if (socket >= 0) ::close(socket);
  std::sort(all.begin(), all.end(), [](auto const& a, auto const& b) { return a.name < b.name; });
  return all;
}

}  // namespace warpline
