// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "io/generator/flow_table.hpp"

#include <algorithm>
#include <utility>

#include "core/base/error.hpp"
#include "core/base/random.hpp"
#include "core/base/text.hpp"

namespace warpline {
namespace {

constexpr ether::Address kSource{{0x02, 0, 0, 0, 0, 1}}, kDestination{{0x02, 0, 0, 0, 0, 2}};
constexpr std::uint16_t kFirstPort = 1024;
constexpr std::uint32_t kPorts = 65536 - kFirstPort;
constexpr std::uint8_t kHops = 64;

template <class Header>
Header& header_at(Flow& flow, unsigned offset) {
  return *reinterpret_cast<Header*>(flow.header.data() + offset);
}

std::uint16_t fold(std::uint32_t sum) { return static_cast<std::uint16_t>(~checksum_of(sum)); }

void set_ipv4(Flow& flow, IpAddress const& from, IpAddress const& to) {
  header_at<ether::Header>(flow, 0).type.set(ether::kIpv4);
  auto& ip = header_at<ipv4::Header>(flow, ether::kSize);
  ip.version_ihl = 0x45;
  ip.fragment.set(0x4000);  // do not fragment
  ip.ttl = kHops;
  ip.protocol = protocol::kUdp;
  std::copy_n(from.bytes.begin(), 4, ip.source.bytes);
  std::copy_n(to.bytes.begin(), 4, ip.destination.bytes);
  flow.sum = fold(checksum_sum({flow.header.data() + ether::kSize, ipv4::kSize}));
}

void set_ipv6(Flow& flow, IpAddress const& from, IpAddress const& to) {
  header_at<ether::Header>(flow, 0).type.set(ether::kIpv6);
  auto& ip = header_at<ipv6::Header>(flow, ether::kSize);
  ip.version_class_flow.set(6u << 28);
  ip.next_header = protocol::kUdp;
  ip.hop_limit = kHops;
  std::copy(from.bytes.begin(), from.bytes.end(), ip.source.bytes);
  std::copy(to.bytes.begin(), to.bytes.end(), ip.destination.bytes);
  auto const sum = checksum_sum({ip.source.bytes, 2 * sizeof(ipv6::Address)}, protocol::kUdp);
  flow.sum = fold(checksum_sum({flow.header.data() + ether::kSize + ipv6::kSize, udp::kSize}, sum));
}

}  // namespace

std::vector<Flow> make_flows(GeneratorOptions const& options) {
  auto const sources = options.from.hosts();
  auto const destinations = options.hosts != 0 ? options.hosts : options.to.hosts();
  if (options.from.address.version != options.to.address.version)
    throw ConfigError("source addresses " + to_string(options.from) + " and destinations " +
                      to_string(options.to) + " are of different families");
  if (destinations > options.to.hosts())
    throw ConfigError(std::to_string(destinations) + " hosts in " + to_string(options.to) +
                      ": it has " + counted(options.to.hosts(), "address", "es"));
  if (options.flows > sources * kPorts)
    throw ConfigError(std::to_string(options.flows) + " flows from " + to_string(options.from) +
                      ": it has addresses and ports for " + std::to_string(sources * kPorts));
  Random random(options.seed);
  // Each flow has its own source and port; its destination is random.
  auto const first_port = random.below(kPorts);
  std::vector<Flow> flows(options.flows);
  for (std::uint64_t i = 0; i < flows.size(); ++i) {
    auto& flow = flows[i];
    flow = {};
    header_at<ether::Header>(flow, 0) = {kDestination, kSource, {}};
    auto& udp = header_at<udp::Header>(
        flow, ether::kSize + (options.is_ipv6() ? ipv6::kSize : ipv4::kSize));
    udp.source.set(static_cast<std::uint16_t>(kFirstPort + (first_port + i / sources) % kPorts));
    udp.destination.set(options.port);
    auto const from = options.from.host(i % sources);
    auto const to = options.to.host(random.next() % destinations);
    options.is_ipv6() ? set_ipv6(flow, from, to) : set_ipv4(flow, from, to);
  }
  for (auto left = static_cast<std::uint32_t>(flows.size()); left > 1; --left)
    std::swap(flows[left - 1], flows[random.below(left)]);
  return flows;
}

}  // namespace warpline
