// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ipsec/policy/policy_table.hpp"

#include <gtest/gtest.h>

#include <random>

namespace warpline::ipsec {
namespace {

using Method = PolicyTable::Method;

bool contains(std::optional<IpPrefix> const& prefix, unsigned version,
              std::uint64_t const* address) {
  if (!prefix) return true;
  if (prefix->address.version != version) return false;
  for (unsigned bit = 0; bit < prefix->length; ++bit) {
    auto const prefix_bit = prefix->address.bytes[bit / 8] >> (7 - bit % 8) & 1;
    if ((address[bit / 64] >> (63 - bit % 64) & 1) != static_cast<std::uint64_t>(prefix_bit))
      return false;
  }
  return true;
}

bool matches(TrafficSelector const& selector, FlowKey const& key) {
  auto const takes = [&key](PortRange ports, std::uint16_t port) {
    return ports.is_any() || (key.has_ports() && ports.contains(port));
  };
  return contains(selector.source, key.version, key.source) &&
         contains(selector.destination, key.version, key.destination) &&
         (!selector.protocol || *selector.protocol == key.protocol()) &&
         takes(selector.source_port, key.source_port()) &&
         takes(selector.destination_port, key.destination_port());
}

/// What the table must find: the plain definition.
std::uint32_t first_match(std::vector<Policy> const& policies, PolicyDirection direction,
                          FlowKey const& key) {
  std::uint32_t best = kNoMatch;
  for (std::uint32_t i = 0; i < policies.size(); ++i)
    if (policies[i].direction == direction && matches(policies[i].selector, key) &&
        (best == kNoMatch || policies[i].priority < policies[best].priority))
      best = i;
  return best;
}

Policy between(char const* source, char const* destination, std::uint32_t priority = 0) {
  Policy policy;
  policy.selector.source = parse_prefix(source);
  policy.selector.destination = parse_prefix(destination);
  policy.priority = priority;
  return policy;
}

FlowKey packet_of(char const* source, char const* destination,
                  std::uint64_t transport = FlowKey::ports(6, 1024, 80)) {
  FlowKey key;
  auto const from = *parse_ip_address(source), to = *parse_ip_address(destination);
  key.version = from.version;
  for (unsigned byte = 0; byte < 16; ++byte) {
    key.source[byte / 8] |= std::uint64_t{from.bytes[byte]} << (56 - byte % 8 * 8);
    key.destination[byte / 8] |= std::uint64_t{to.bytes[byte]} << (56 - byte % 8 * 8);
  }
  key.transport = transport;
  return key;
}

struct PolicyTableTest : ::testing::TestWithParam<Method> {
  PolicyTable table(std::vector<Policy> const& policies,
                    PolicyDirection direction = PolicyDirection::kOut) const {
    return {policies, direction, GetParam()};
  }
};
INSTANTIATE_TEST_SUITE_P(All, PolicyTableTest, ::testing::Values(Method::kTuples, Method::kBits),
                         [](auto const& test) {
                           return test.param == Method::kTuples ? "Tuples" : "Bits";
                         });

TEST_P(PolicyTableTest, TheLowestPriorityWinsAndOfEqualsTheFirst) {
  auto const policy_table =
      table({between("10.0.0.0/8", "0.0.0.0/0", 9), between("10.0.0.0/8", "10.1.0.0/16", 5),
             between("10.2.0.0/16", "10.1.0.0/16", 5), between("10.3.0.1", "10.1.0.1", 1)});
  EXPECT_EQ(policy_table.find(packet_of("10.0.0.1", "192.0.2.1")), 0u);
  EXPECT_EQ(policy_table.find(packet_of("10.2.0.1", "10.1.0.1")), 1u);
  EXPECT_EQ(policy_table.find(packet_of("10.3.0.1", "10.1.0.1")), 3u);
  EXPECT_EQ(policy_table.find(packet_of("11.3.0.1", "10.1.0.1")), kNoMatch);
}

TEST_P(PolicyTableTest, NeitherNoPoliciesNorThoseOfAnotherDirectionMatch) {
  EXPECT_EQ(table({}).find(packet_of("10.0.0.1", "10.0.0.2")), kNoMatch);
  std::vector<Policy> policies{Policy{}, Policy{}};
  policies[0].direction = PolicyDirection::kForward;
  policies[1].direction = PolicyDirection::kIn;
  EXPECT_EQ(table(policies).find(packet_of("10.0.0.1", "10.0.0.2")), kNoMatch);
  EXPECT_EQ(table(policies, PolicyDirection::kIn).find(packet_of("::1", "::2")), 1u);
}

TEST_P(PolicyTableTest, APolicyWithoutPrefixesTakesBothVersions) {
  auto const policy_table =
      table({between("::/0", "2001:db8::/33"), between("0.0.0.0/0", "10.0.0.0/8"), Policy{}});
  EXPECT_EQ(policy_table.find(packet_of("10.0.0.1", "10.0.0.2")), 1u);
  EXPECT_EQ(policy_table.find(packet_of("10.0.0.1", "11.0.0.2")), 2u);
  EXPECT_EQ(policy_table.find(packet_of("::1", "2001:db8:7fff:ffff:ffff:ffff:ffff:ffff")), 0u);
  EXPECT_EQ(policy_table.find(packet_of("::1", "2001:db8:8000::")), 2u);
}

TEST_P(PolicyTableTest, PortsMatchFromTheFirstToTheLast) {
  std::vector<Policy> policies(5);
  policies[0].selector.destination_port = {1000, 1999};
  policies[1].selector.destination_port = {2500, 2500};
  policies[2].selector.source_port = {0, 99};
  policies[3].selector.destination_port = {60000, 65535};
  policies[3].selector.protocol = 17;
  policies[4].selector.destination_port = {0, 0};
  auto const policy_table = table(policies);
  auto const of = [&](std::uint8_t number, unsigned source, unsigned destination) {
    return policy_table.find(packet_of("10.0.0.1", "10.0.0.2",
                                       FlowKey::ports(number, static_cast<std::uint16_t>(source),
                                                      static_cast<std::uint16_t>(destination))));
  };
  EXPECT_EQ(of(6, 5000, 999), kNoMatch);
  EXPECT_EQ(of(6, 5000, 1000), 0u);
  EXPECT_EQ(of(6, 5000, 1999), 0u);
  EXPECT_EQ(of(6, 5000, 2000), kNoMatch);
  EXPECT_EQ(of(6, 5000, 2500), 1u);
  EXPECT_EQ(of(6, 0, 2501), 2u);
  EXPECT_EQ(of(6, 99, 2501), 2u);
  EXPECT_EQ(of(6, 100, 2501), kNoMatch);
  EXPECT_EQ(of(17, 100, 65535), 3u);
  EXPECT_EQ(of(6, 100, 65535), kNoMatch);
  EXPECT_EQ(of(6, 100, 0), 4u);
}

TEST_P(PolicyTableTest, WhereAPortMattersAPacketWithoutPortsDoesNotMatch) {
  std::vector<Policy> policies(4);
  policies[0].selector.destination_port = {0, 0};
  policies[1].selector.source_port = {0, 65534};
  policies[2].selector.protocol = 50;
  auto const policy_table = table(policies);
  EXPECT_EQ(policy_table.find(packet_of("10.0.0.1", "10.0.0.2", FlowKey::opaque(6))), 3u);
  EXPECT_EQ(policy_table.find(packet_of("10.0.0.1", "10.0.0.2", FlowKey::opaque(50))), 2u);
}

TEST_P(PolicyTableTest, FindsEachOfFiveThousand) {
  std::vector<Policy> policies;
  std::vector<FlowKey> packets;
  for (unsigned i = 0; i < 5000; ++i) {
    auto const network = "10." + std::to_string(i / 250) + "." + std::to_string(i % 250);
    policies.push_back(between("192.168.0.0/16", (network + ".0/24").c_str(), 5000 - i));
    packets.push_back(packet_of("192.168.255.255", (network + ".255").c_str()));
  }
  std::vector<std::uint32_t> result(packets.size());
  table(policies).find(packets, result.data());
  for (unsigned i = 0; i < 5000; ++i) ASSERT_EQ(result[i], i);
}

/// Few distinct bits, so that selectors overlap, and packets at the ends of ranges.
class Maker {
 public:
  explicit Maker(unsigned seed) : random_(seed) {}
  unsigned below(unsigned end) { return static_cast<unsigned>(random_() % end); }

  std::optional<IpPrefix> prefix(unsigned version) {
    if (below(5) == 0) return std::nullopt;
    IpPrefix prefix;
    prefix.address.version = version;
    prefix.length = below(4) == 0 ? prefix.width() : below(prefix.width() + 1);
    for (unsigned bit = 0; bit < prefix.length; ++bit)
      if (bit % 8 % 7 == 0 && below(2) == 0)
        prefix.address.bytes[bit / 8] |= static_cast<std::uint8_t>(0x80u >> bit % 8);
    return prefix;
  }
  PortRange ports() {
    std::uint16_t const ends[] = {0, 1, 79, 80, 81, 1023, 1024, 0x7fff, 0x8000, 0xfffe, 0xffff};
    if (below(2) == 0) return {};
    auto const a = ends[below(11)], b = ends[below(11)];
    return below(2) == 0 ? PortRange{a, a} : PortRange{std::min(a, b), std::max(a, b)};
  }
  Policy policy() {
    Policy policy;
    unsigned const version = below(2) == 0 ? 4 : 6;
    policy.selector.source = prefix(version);
    policy.selector.destination = prefix(version);
    if (below(2) == 0) policy.selector.protocol = number();
    policy.selector.source_port = ports();
    policy.selector.destination_port = ports();
    policy.priority = below(2) == 0 ? below(5) : ~below(5);
    policy.direction = below(8) == 0 ? PolicyDirection::kIn : PolicyDirection::kOut;
    return policy;
  }
  /// A packet at the edge of what `policy` takes, or beyond.
  FlowKey packet(Policy const& policy) {
    FlowKey key;
    auto const& selector = policy.selector;
    key.version = selector.source        ? selector.source->address.version
                  : selector.destination ? selector.destination->address.version
                                         : 4 + 2 * below(2);
    address(selector.source, key.version, key.source);
    address(selector.destination, key.version, key.destination);
    auto const protocol = selector.protocol && below(8) != 0 ? *selector.protocol : number();
    key.transport = below(8) == 0 ? FlowKey::opaque(protocol)
                                  : FlowKey::ports(protocol, port(selector.source_port),
                                                   port(selector.destination_port));
    return key;
  }

 private:
  std::uint8_t number() {
    std::uint8_t const numbers[] = {0, 1, 6, 17, 254, 255};
    return numbers[below(6)];
  }
  std::uint16_t port(PortRange ports) {
    unsigned const near[] = {ports.first, ports.last, ports.first - 1u, ports.last + 1u,
                             below(0x10000)};
    return static_cast<std::uint16_t>(near[below(5)]);
  }
  void address(std::optional<IpPrefix> const& prefix, unsigned version, std::uint64_t* words) {
    unsigned const width = version == 4 ? 32 : 128, rest = below(3);
    for (unsigned bit = 0; bit < width; ++bit) {
      bool const given = prefix && prefix->address.version == version && bit < prefix->length;
      unsigned const value = given       ? prefix->address.bytes[bit / 8] >> (7 - bit % 8) & 1u
                             : rest == 2 ? below(2)
                                         : rest;
      words[bit / 64] |= static_cast<std::uint64_t>(value) << (63 - bit % 64);
    }
    if (below(8) == 0) {
      unsigned const bit = below(width);  // just outside
      words[bit / 64] ^= std::uint64_t{1} << (63 - bit % 64);
    }
  }
  std::mt19937 random_;
};

TEST_P(PolicyTableTest, AgreesWithALinearSearch) {
  Maker maker(4301);
  std::size_t matched = 0, looked_up = 0;
  for (unsigned const count : {1u, 3u, 20u, 63u, 64u, 65u, 200u, 513u, 4200u}) {
    for (unsigned round = 0; round < (count > 1000 ? 1u : 8u); ++round) {
      std::vector<Policy> policies(count);
      for (auto& policy : policies) policy = maker.policy();
      auto const policy_table = table(policies);
      std::vector<FlowKey> packets(500);
      for (auto& packet : packets) packet = maker.packet(policies[maker.below(count)]);
      std::vector<std::uint32_t> batch(packets.size());
      policy_table.find(packets, batch.data());
      for (std::size_t i = 0; i < packets.size(); ++i) {
        auto const expected = first_match(policies, PolicyDirection::kOut, packets[i]);
        ASSERT_EQ(batch[i], expected) << count << " policies, round " << round;
        ASSERT_EQ(policy_table.find(packets[i]), expected) << count << " policies, round " << round;
        matched += expected != kNoMatch ? 1 : 0;
        ++looked_up;
      }
    }
  }
  EXPECT_GT(matched, looked_up / 2) << "the packets show little";
  EXPECT_LT(matched, looked_up);
}

TEST(PolicyTable, ProbesTablesWhereTheyAreFewAndElseTakesBits) {
  std::vector<Policy> policies;
  for (unsigned i = 0; i < 1000; ++i)
    policies.push_back(
        between("10.0.0.0/8", ("10.1." + std::to_string(i % 256) + ".0/24").c_str()));
  PolicyTable const few(policies, PolicyDirection::kOut);
  EXPECT_EQ(few.method(4), Method::kTuples);
  for (unsigned length = 0; length < 32; ++length)
    policies.push_back(between(("10.0.0.0/" + std::to_string(length)).c_str(), "10.1.0.0/16"));
  PolicyTable const many(policies, PolicyDirection::kOut);
  EXPECT_EQ(many.method(4), Method::kBits);
  EXPECT_EQ(many.method(6), Method::kTuples);
}

TEST(PolicyTable, TakesBitsForManyRangesBehindOneKey) {
  std::vector<Policy> policies(200);
  for (unsigned i = 0; i < 200; ++i)
    policies[i].selector.destination_port = {static_cast<std::uint16_t>(10 * i),
                                             static_cast<std::uint16_t>(10 * i + 8)};
  PolicyTable const table(policies, PolicyDirection::kOut);
  EXPECT_EQ(table.method(4), Method::kBits);
  EXPECT_EQ(table.find(packet_of("10.0.0.1", "10.0.0.2", FlowKey::ports(6, 1, 1998))), 199u);
  EXPECT_EQ(table.find(packet_of("10.0.0.1", "10.0.0.2", FlowKey::ports(6, 1, 1999))), kNoMatch);
}

}  // namespace
}  // namespace warpline::ipsec
