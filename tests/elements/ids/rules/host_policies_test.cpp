// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ids/rules/host_policies.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "core/net/ip_prefix.hpp"
#include "tests/support/config_errors.hpp"

namespace warpline::ids {
namespace {

using enum OverlapPolicy;

HostPolicies read(std::string text) {
  return read_host_policies(std::make_shared<Source>(Source{"s.yaml", std::move(text)}));
}
HostSystem system_at(HostPolicies const& policies, char const* text) {
  auto const address = *parse_ip_address(text);
  return policies.at({address.bytes.data(), address.version == 4 ? 4u : 16u});
}
OverlapPolicy fragments(HostPolicies const& policies, char const* address) {
  return fragment_policy(system_at(policies, address));
}
std::string errors(std::string text) {
  return test::places_of([&] { read(std::move(text)); });
}

TEST(HostPolicies, AreWindowsForIpv4AndBsdForIpv6ByDefault) {
  HostPolicies const policies;
  EXPECT_EQ(fragments(policies, "10.0.0.1"), kWindows);
  EXPECT_EQ(fragments(policies, "2001:db8::1"), kBsd);
}

TEST(HostPolicies, TakeTheLongestPrefix) {
  auto const policies = read(
      "host-os-policy:\n  windows: [0.0.0.0/0]\n  bsd: []\n  linux: [10.0.0.0/9, 10.1.2.3,\n"
      "    '2001:db8::/33']\n  last:\n    - 10.1.0.0/16\n    - ::/0\n  solaris:\n");
  EXPECT_EQ(fragments(policies, "192.0.2.1"), kWindows);
  EXPECT_EQ(fragments(policies, "10.127.0.1"), kLinux);
  EXPECT_EQ(fragments(policies, "10.128.0.1"), kWindows);
  EXPECT_EQ(fragments(policies, "10.1.2.4"), kLast);
  EXPECT_EQ(fragments(policies, "10.1.2.3"), kLinux);
  EXPECT_EQ(fragments(policies, "2001:db8:7fff::1"), kLinux);
  EXPECT_EQ(fragments(policies, "2001:db8:8000::1"), kLast);
}

TEST(HostPolicies, MapSystemsWithoutTheirOwnFamily) {
  auto const policy = [](std::string const& system) {
    auto const policies = read("host-os-policy: {" + system + ": [10.0.0.1]}\n");
    auto const at = system_at(policies, "10.0.0.1");
    return std::pair(segment_policy(at), fragment_policy(at));
  };
  EXPECT_EQ(policy("old-linux"), (std::pair{kTcpOldLinux, kLinux}));
  EXPECT_EQ(policy("hpux10"), (std::pair{kBsd, kBsd}));
  EXPECT_EQ(policy("hpux11"), (std::pair{kTcpSolaris, kFirst}));
  EXPECT_EQ(policy("irix"), (std::pair{kBsd, kBsd}));
  EXPECT_EQ(policy("macos"), (std::pair{kBsd, kFirst}));
  EXPECT_EQ(policy("vista"), (std::pair{kFirst, kWindows}));
  EXPECT_EQ(policy("windows2k3"), (std::pair{kBsd, kWindows}));
}

TEST(HostPolicies, ReportErrorsWithTheirPlaces) {
  EXPECT_EQ(errors("vars: {}\n"), "0:0: there is no part 'host-os-policy:' in this file\n");
  EXPECT_EQ(errors("host-os-policy: 3\n"),
            "1:17: expected systems with lists of addresses, such as windows: [0.0.0.0/0]\n");
  EXPECT_EQ(errors("host-os-policy:\n  linux: [10.0.0.0/33, 10.0.0.0/8]\n  bsd: {a: b}\n"
                   "  windows: [10.0.0.1/8]\n  amiga: []\n"),
            "2:11: expected an address or a prefix such as 10.0.0.0/8\n"
            "3:8: expected a list of addresses, such as [10.0.0.0/8]\n"
            "4:13: 10.0.0.0/8 is listed twice\n"
            "5:3: unknown system 'amiga'; expected bsd, bsd-right, old-linux, linux, "
            "old-solaris, solaris, hpux10, hpux11, irix, macos, windows, vista, windows2k3, "
            "first or last\n");
}

}  // namespace
}  // namespace warpline::ids
