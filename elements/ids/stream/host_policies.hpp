// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "core/base/bytes.hpp"
#include "elements/ids/stream/overlap_policy.hpp"

namespace warpline::ids {

/// An operating system with its own treatment of overlaps, as Suricata's `host-os-policy` names it.
enum class HostSystem : std::uint8_t {
  kBsd,
  kBsdRight,
  kOldLinux,
  kLinux,
  kOldSolaris,
  kSolaris,
  kHpux10,
  kHpux11,
  kIrix,
  kMacos,
  kWindows,
  kVista,
  kWindows2k3,
  kFirst,
  kLast,
};

/// The system of a name, such as `old-linux`.
std::optional<HostSystem> host_system_of(std::string_view name);
/// All names, in the order of `HostSystem`.
std::vector<std::string_view> host_system_names();
/// What a system does with fragments, and with TCP segments.
OverlapPolicy fragment_policy(HostSystem system);
OverlapPolicy segment_policy(HostSystem system);

/// The operating systems of networks. Reading: any thread.
class HostPolicies {
 public:
  /// Adds a network: the first `bits` bits of an address of 4 or 16 bytes. The longest prefix of an
  /// address decides, then the one that was added last.
  void add(Bytes address, unsigned bits, HostSystem system);
  /// The system at an address of 4 or 16 bytes. Without a network: Windows for IPv4, BSD for IPv6,
  /// as in the configuration that Suricata ships.
  HostSystem at(Bytes address) const;

 private:
  struct Network {
    std::array<std::uint8_t, 16> address{};
    std::uint32_t size = 0;
    unsigned bits = 0;
    HostSystem system{};
  };
  std::vector<Network> networks_;  // the longest prefix first
};

}  // namespace warpline::ids
