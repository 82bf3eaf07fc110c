// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <vector>

#include "core/base/error.hpp"
#include "core/net/ip_prefix.hpp"
#include "elements/ids/stream/overlap_policy.hpp"

namespace warpline::ids {

/// How a host treats overlaps. Some systems treat fragments otherwise than TCP segments.
struct HostPolicy {
  OverlapPolicy stream = OverlapPolicy::kBsd;
  OverlapPolicy fragments = OverlapPolicy::kBsd;
  friend bool operator==(HostPolicy const&, HostPolicy const&) = default;
};

/// The policies of hosts by address. Any thread may read.
class HostPolicies {
 public:
  struct Entry {
    IpPrefix prefix;
    HostPolicy policy;
  };

  HostPolicies() = default;
  explicit HostPolicies(std::vector<Entry> entries);

  /// The policy of the longest prefix that contains `address`; BSD if there is none.
  HostPolicy find(IpAddress const& address) const;

 private:
  std::vector<Entry> entries_;  // the longest prefix first
};

/// The policies without a file: Windows for all IPv4 addresses, as in the suricata.yaml that
/// Suricata ships; BSD for IPv6.
HostPolicies default_host_policies();

/// Reads the part `host-os-policy` of a suricata.yaml: names of systems with lists of addresses and
/// prefixes. Throws `ConfigError` with all errors: not YAML, no such part, an unknown system, a
/// value that is not a list, an address that cannot be read, a prefix with two systems.
HostPolicies read_host_policies(std::shared_ptr<Source const> const& source);

}  // namespace warpline::ids
