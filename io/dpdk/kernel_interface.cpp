// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "io/dpdk/kernel_interface.hpp"

#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <fstream>
#include <sstream>

namespace warpline {
namespace {

ifreq request_for(std::string const& name) {
  ifreq request{};
  name.copy(request.ifr_name, IFNAMSIZ - 1);
  return request;
}

}  // namespace

KernelInterface::KernelInterface(unsigned index)
    : index_(index), socket_(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
  char name[IF_NAMESIZE] = "";
  if (if_indextoname(index, name) != nullptr) name_ = name;
}

KernelInterface::~KernelInterface() {
  if (socket_ >= 0) ::close(socket_);
}

int KernelInterface::flags() const {
  auto request = request_for(name_);
  if (::ioctl(socket_, SIOCGIFFLAGS, &request) != 0) return -1;
  return static_cast<unsigned short>(request.ifr_flags);
}

LinkState KernelInterface::state() const {
  auto request = request_for(name_);
  if (::ioctl(socket_, SIOCGIFINDEX, &request) != 0 ||
      request.ifr_ifindex != static_cast<int>(index_))
    return LinkState::kGone;
  auto const current = flags();
  if (current < 0) return LinkState::kGone;
  constexpr int kRuns = IFF_UP | IFF_RUNNING;
  return (current & kRuns) == kRuns ? LinkState::kUp : LinkState::kDown;
}

bool KernelInterface::exists_up() const {
  auto const current = flags();
  return current >= 0 && (current & IFF_UP) != 0;
}

unsigned KernelInterface::mtu() const {
  auto request = request_for(name_);
  return ::ioctl(socket_, SIOCGIFMTU, &request) == 0 ? static_cast<unsigned>(request.ifr_mtu) : 0;
}

// The file belongs to the network namespace of this thread; /sys may belong to another.
InterfaceCounters KernelInterface::counters() const {
  std::ifstream file("/proc/thread-self/net/dev");
  for (std::string line; std::getline(file, line);) {
    auto const colon = line.find(':');
    auto const begin = line.find_first_not_of(' ');
    if (colon == std::string::npos || line.substr(begin, colon - begin) != name_) continue;
    std::istringstream columns(line.substr(colon + 1));
    std::uint64_t values[12] = {};  // rx: bytes packets errs drop and 4 more; tx the same
    for (auto& value : values) columns >> value;
    return {values[1], values[11]};
  }
  return {};
}

}  // namespace warpline
