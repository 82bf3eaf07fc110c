// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "tests/elements/ids/evasion/cases.hpp"

namespace warpline::ids::testing {
namespace {

using namespace std::string_literals;

constexpr int kTcp = 6, kUdp = 17, kIp4 = 4, kGre = 47;

/// A datagram in a tunnel (RFC 2784).
std::string gre(std::string const& datagram) { return "\0\0\x08\0"s + datagram; }

/// The data of a datagram in fragments of `size` bytes, a multiple of 8.
std::vector<Fragment> cut(std::string const& data, std::uint32_t size = 8) {
  std::vector<Fragment> fragments;
  for (std::uint32_t i = 0; i < data.size(); i += size)
    fragments.push_back(
        {.offset = i, .more = i + size < data.size(), .data = data.substr(i, size)});
  return fragments;
}

Traffic sent(Network network, int protocol, std::vector<Fragment> const& fragments) {
  Traffic traffic(network);
  for (auto const& fragment : fragments) traffic.fragment(protocol, fragment);
  return traffic;
}

std::string const kRules = "alert udp any any -> any any (content:\"attack\"; sid:1;)\n";

}  // namespace

std::vector<EvasionCase> fragment_cases() {
  std::vector<EvasionCase> cases;
  auto const add = [&](std::string name, Traffic traffic, Sids expected) -> EvasionCase& {
    return cases.emplace_back(
        EvasionCase{std::move(name), std::move(traffic), std::move(expected), kRules});
  };
  for (bool const ipv6 : {false, true}) {
    Network const network{.ipv6 = ipv6};
    std::string const version = ipv6 ? "Ipv6" : "Ipv4";
    auto const datagram = Traffic(network).udp("some attack in UDP");
    auto fragments = cut(datagram);
    add("FragmentsInOrder" + version, sent(network, kUdp, fragments), {1});
    std::ranges::reverse(fragments);
    add("FragmentsReversed" + version, sent(network, kUdp, fragments), {1});
    fragments.push_back(fragments[1]);
    add("FragmentAgainAfterTheLast" + version, sent(network, kUdp, fragments), {1});
    fragments = cut(datagram);
    fragments.insert(fragments.begin() + 1, fragments[0]);
    add("FragmentTwice" + version, sent(network, kUdp, fragments), {1});
    fragments = cut(datagram);
    fragments.pop_back();
    add("FragmentsWithoutTheLast" + version, sent(network, kUdp, fragments), {});
    fragments = cut(datagram);
    fragments[1].id = 8;
    add("FragmentsOfTwoDatagrams" + version, sent(network, kUdp, fragments), {});
    fragments = cut(datagram);
    fragments.insert(fragments.begin() + 1, {.offset = 8, .data = "xxxxxxxx", .id = 9});
    add("FragmentOfAnotherDatagramBetween" + version, sent(network, kUdp, fragments), {1});
    {
      Traffic traffic(network);
      traffic.fragment(kUdp, cut(datagram)[0]).wait(61);
      for (auto const& fragment : cut(datagram))
        if (fragment.offset > 0) traffic.fragment(kUdp, fragment);
      add("FragmentsAfterTheirTime" + version, traffic, {})
          .differs({1}, "it forgets a datagram only when a thread of its own comes by");
    }
    {
      Traffic traffic(network);
      traffic.handshake();
      for (auto const& fragment : cut(traffic.tcp({.data = "att"})))
        traffic.fragment(kTcp, fragment);
      traffic.skip(true, 3).send(true, "ack").send(false, "").close();
      add("FragmentsOfSegments" + version, traffic, {1, 2}).rules = EvasionCase::default_rules();
    }
  }
  {
    Traffic traffic;
    traffic.fragment(kUdp, {.data = traffic.udp("xxxxxxxx"), .id = 7, .wrong_checksum = true});
    for (auto const& fragment : cut(traffic.udp("an attack"))) traffic.fragment(kUdp, fragment);
    add("FragmentWithAWrongChecksum", traffic, {1})
        .differs({}, "it does not verify the checksum of the IPv4 header before reassembly");
  }
  {
    // Each fragment of the inner datagram travels in fragments of an outer one.
    Traffic traffic;
    std::uint16_t id = 100;
    for (auto const& inner : cut(traffic.udp("some attack in a tunnel")))
      for (auto outer : cut(gre(traffic.ip_fragment(true, kUdp, inner)), 16)) {
        outer.id = outer.offset == 0 ? ++id : id;
        traffic.fragment(kGre, outer);
      }
    add("FragmentsInFragments", traffic, {1});
  }
  {
    Traffic traffic;
    traffic.datagram(traffic.ip(true, kIp4, traffic.ip(true, kUdp, traffic.udp("an attack"))));
    add("DatagramInATunnel", traffic, {1}).differs({}, "it does not decode IPv4 in IPv4");
  }
  {
    Traffic traffic;  // the whole tunnel packet is cut, its datagram is whole
    auto const inner = gre(traffic.ip(true, kUdp, traffic.udp("some attack in a tunnel")));
    for (auto const& outer : cut(inner, 8)) traffic.fragment(kGre, outer);
    add("DatagramInFragmentsOfATunnel", traffic, {1});
  }
  {
    Traffic traffic;  // fragments of a datagram, some in a tunnel
    auto const fragments = cut(traffic.udp("some attack in a tunnel"), 16);
    bool in_tunnel = false;
    for (auto const& fragment : fragments) {
      auto const datagram = traffic.ip_fragment(true, kUdp, fragment);
      traffic.datagram(in_tunnel ? traffic.ip(true, kGre, gre(datagram)) : datagram);
      in_tunnel = !in_tunnel;
    }
    add("FragmentsPartlyInATunnel", traffic, {1});
  }
  {
    Traffic traffic;
    traffic.fragment(kUdp, {.offset = 65'528, .more = false, .data = std::string(16, 'x')});
    for (auto const& fragment : cut(traffic.udp("an attack"))) traffic.fragment(kUdp, fragment);
    add("FragmentBeyondTheLargestDatagram", traffic, {1});
  }
  return cases;
}

}  // namespace warpline::ids::testing
