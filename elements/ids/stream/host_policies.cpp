// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ids/stream/host_policies.hpp"

#include <algorithm>
#include <cstring>

namespace warpline::ids {
namespace {

struct System {
  std::string_view name;
  OverlapPolicy fragments, segments;
};

/// In the order of `HostSystem`. Source of the policies: Suricata's defrag.c and stream-tcp-list.c.
constexpr System kSystems[] = {
    {"bsd", OverlapPolicy::kBsd, OverlapPolicy::kBsd},
    {"bsd-right", OverlapPolicy::kBsdRight, OverlapPolicy::kBsd},
    {"old-linux", OverlapPolicy::kLinux, OverlapPolicy::kTcpOldLinux},
    {"linux", OverlapPolicy::kLinux, OverlapPolicy::kTcpLinux},
    {"old-solaris", OverlapPolicy::kFirst, OverlapPolicy::kTcpSolaris},
    {"solaris", OverlapPolicy::kSolaris, OverlapPolicy::kTcpSolaris},
    {"hpux10", OverlapPolicy::kBsd, OverlapPolicy::kBsd},
    {"hpux11", OverlapPolicy::kFirst, OverlapPolicy::kTcpSolaris},
    {"irix", OverlapPolicy::kBsd, OverlapPolicy::kBsd},
    {"macos", OverlapPolicy::kFirst, OverlapPolicy::kBsd},
    {"windows", OverlapPolicy::kWindows, OverlapPolicy::kBsd},
    {"vista", OverlapPolicy::kWindows, OverlapPolicy::kFirst},
    {"windows2k3", OverlapPolicy::kWindows, OverlapPolicy::kBsd},
    {"first", OverlapPolicy::kFirst, OverlapPolicy::kFirst},
    {"last", OverlapPolicy::kLast, OverlapPolicy::kLast},
};

bool starts_with(std::uint8_t const* address, std::uint8_t const* prefix, unsigned bits) {
  if (std::memcmp(address, prefix, bits / 8) != 0) return false;
  unsigned const rest = bits % 8;
  return rest == 0 || (address[bits / 8] ^ prefix[bits / 8]) >> (8 - rest) == 0;
}

}  // namespace

std::optional<HostSystem> host_system_of(std::string_view name) {
  auto const* const found = std::ranges::find(kSystems, name, &System::name);
  if (found == std::end(kSystems)) return std::nullopt;
  return static_cast<HostSystem>(found - std::begin(kSystems));
}

std::vector<std::string_view> host_system_names() {
  std::vector<std::string_view> names;
  for (auto const& system : kSystems) names.push_back(system.name);
  return names;
}

OverlapPolicy fragment_policy(HostSystem system) {
  return kSystems[static_cast<std::size_t>(system)].fragments;
}

OverlapPolicy segment_policy(HostSystem system) {
  return kSystems[static_cast<std::size_t>(system)].segments;
}

void HostPolicies::add(Bytes address, unsigned bits, HostSystem system) {
  Network network{.size = address.size, .bits = bits, .system = system};
  std::memcpy(network.address.data(), address.data, address.size);
  auto const place =
      std::ranges::find_if(networks_, [&](Network const& other) { return other.bits <= bits; });
  networks_.insert(place, network);
}

HostSystem HostPolicies::at(Bytes address) const {
  for (auto const& network : networks_)
    if (network.size == address.size &&
        starts_with(address.data, network.address.data(), network.bits))
      return network.system;
  return address.size == 4 ? HostSystem::kWindows : HostSystem::kBsd;
}

}  // namespace warpline::ids
