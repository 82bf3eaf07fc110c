// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ipsec/policy/flow_key.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <vector>

namespace warpline::ipsec {
namespace {

using Octets = std::vector<std::uint8_t>;

/// An IPv4 packet with `options` bytes of options, then `payload`.
Octets v4(std::uint8_t number, Octets const& payload, std::uint16_t fragment = 0,
          unsigned options = 0) {
  ipv4::Header header{};
  header.version_ihl = static_cast<std::uint8_t>(0x45 + options / 4);
  header.fragment.set(fragment);
  header.protocol = number;
  header.source.set(0x0a000001);
  header.destination.set(0xc0a80102);
  Octets packet(sizeof header + options);
  std::memcpy(packet.data(), &header, sizeof header);
  packet.insert(packet.end(), payload.begin(), payload.end());
  return packet;
}

Octets v6(std::uint8_t next, Octets const& payload) {
  ipv6::Header header{};
  header.version_class_flow.set(0x60000000);
  header.next_header = next;
  for (unsigned i = 0; i < 16; ++i) {
    header.source.bytes[i] = static_cast<std::uint8_t>(i + 1);
    header.destination.bytes[i] = static_cast<std::uint8_t>(0xf0 + i);
  }
  Octets packet(sizeof header);
  std::memcpy(packet.data(), &header, sizeof header);
  packet.insert(packet.end(), payload.begin(), payload.end());
  return packet;
}

FlowKey key_of(Octets const& packet) {
  FlowKey key;
  EXPECT_TRUE(read_flow_key(packet.data(), static_cast<std::uint32_t>(packet.size()), key));
  return key;
}

Octets const kPorts{0x12, 0x34, 0x00, 0x50};

TEST(FlowKey, ReadsAddressesAndPortsOfIpv4) {
  auto const key = key_of(v4(protocol::kTcp, kPorts));
  EXPECT_EQ(key.version, 4u);
  EXPECT_EQ(key.source[0], 0x0a000001'00000000u);
  EXPECT_EQ(key.destination[0], 0xc0a80102'00000000u);
  EXPECT_EQ(key.protocol(), 6);
  EXPECT_TRUE(key.has_ports());
  EXPECT_EQ(key.source_port(), 0x1234);
  EXPECT_EQ(key.destination_port(), 80);
  EXPECT_EQ(key_of(v4(protocol::kTcp, kPorts, 0, 40)).transport, key.transport);
}

TEST(FlowKey, ReadsAddressesAndPortsOfIpv6) {
  auto const key = key_of(v6(protocol::kUdp, kPorts));
  EXPECT_EQ(key.version, 6u);
  EXPECT_EQ(key.source[0], 0x0102030405060708u);
  EXPECT_EQ(key.source[1], 0x090a0b0c0d0e0f10u);
  EXPECT_EQ(key.destination[0], 0xf0f1f2f3f4f5f6f7u);
  EXPECT_EQ(key.destination[1], 0xf8f9fafbfcfdfeffu);
  EXPECT_EQ(key.transport, FlowKey::ports(17, 0x1234, 80));
}

TEST(FlowKey, ReadsTypeAndCodeOfIcmp) {
  EXPECT_EQ(key_of(v4(protocol::kIcmp, {8, 3})).transport, FlowKey::ports(1, 8, 3));
  EXPECT_EQ(key_of(v6(58, {135, 0})).transport, FlowKey::ports(58, 135, 0));
}

TEST(FlowKey, HasNoPortsWhereThereAreNone) {
  EXPECT_EQ(key_of(v4(protocol::kEsp, kPorts)).transport, FlowKey::opaque(50));
  EXPECT_EQ(key_of(v4(protocol::kTcp, {0x12, 0x34, 0x00})).transport, FlowKey::opaque(6));
  EXPECT_EQ(key_of(v4(protocol::kIcmp, {8})).transport, FlowKey::opaque(1));
  EXPECT_EQ(key_of(v4(protocol::kIcmp, {8})).unseen, Unseen::kPorts);
  EXPECT_EQ(key_of(v4(protocol::kTcp, kPorts)).unseen, Unseen::kNothing);
}

TEST(FlowKey, OfFragmentsOnlyTheFirstHasPorts) {
  constexpr std::uint16_t kMoreFragments = 0x2000;
  EXPECT_TRUE(key_of(v4(protocol::kUdp, kPorts, kMoreFragments)).has_ports());
  EXPECT_EQ(key_of(v4(protocol::kUdp, kPorts, 1)).transport, FlowKey::opaque(17));
  Octets fragment{17, 0, 0, 1, 0, 0, 0, 7, 0x12, 0x34, 0x00, 0x50};
  EXPECT_TRUE(key_of(v6(44, fragment)).has_ports()) << "offset 0, more to come";
  fragment[3] = 8;
  EXPECT_EQ(key_of(v6(44, fragment)).transport, FlowKey::opaque(17));
  EXPECT_EQ(key_of(v6(44, fragment)).unseen, Unseen::kPorts);
  fragment[0] = 60;
  EXPECT_EQ(key_of(v6(44, fragment)).unseen, Unseen::kProtocol) << "what comes after the options?";
  fragment[0] = 50;
  EXPECT_EQ(key_of(v6(44, fragment)).unseen, Unseen::kNothing) << "ESP has no ports";
  EXPECT_EQ(key_of(v4(protocol::kUdp, kPorts, 1)).unseen, Unseen::kPorts);
  EXPECT_EQ(key_of(v4(protocol::kEsp, kPorts, 1)).unseen, Unseen::kNothing);
}

TEST(FlowKey, SkipsExtensionHeadersOfIpv6) {
  Octets chain{60, 0, 0, 0, 0, 0, 0, 0};  // hop by hop
  chain.insert(chain.end(), {43, 1});     // destination, 16 bytes
  chain.resize(24);
  chain.insert(chain.end(), {51, 0, 0, 0, 0, 0, 0, 0});             // routing
  chain.insert(chain.end(), {6, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0});  // authentication, 12 bytes
  chain.insert(chain.end(), kPorts.begin(), kPorts.end());
  EXPECT_EQ(key_of(v6(0, chain)).transport, FlowKey::ports(6, 0x1234, 80));
  for (std::size_t size = 0; size < chain.size(); ++size)
    EXPECT_FALSE(
        key_of(v6(0, Octets(chain.begin(), chain.begin() + static_cast<long>(size)))).has_ports())
        << size;
}

TEST(FlowKey, GivesUpAfterEightExtensionHeaders) {
  for (unsigned headers : {8u, 9u}) {
    Octets chain;
    for (unsigned i = 0; i < headers; ++i) {
      Octets const header{
          static_cast<std::uint8_t>(i + 1 == headers ? 6 : 60), 0, 0, 0, 0, 0, 0, 0};
      chain.insert(chain.end(), header.begin(), header.end());
    }
    chain.insert(chain.end(), kPorts.begin(), kPorts.end());
    EXPECT_EQ(key_of(v6(60, chain)).has_ports(), headers == 8);
    EXPECT_EQ(key_of(v6(60, chain)).unseen, headers == 8 ? Unseen::kNothing : Unseen::kProtocol);
  }
}

TEST(FlowKey, RefusesWhatIsNoWholeHeader) {
  FlowKey key;
  auto const refused = [&key](Octets const& packet) {
    return !read_flow_key(packet.data(), static_cast<std::uint32_t>(packet.size()), key);
  };
  EXPECT_TRUE(refused(Octets(19, 0x45)));
  EXPECT_TRUE(refused(Octets(39, 0x60)));
  EXPECT_TRUE(refused(Octets(60, 0x44)));
  EXPECT_TRUE(refused(Octets(23, 0x46)));
  EXPECT_TRUE(refused(Octets(60, 0x55)));
}

}  // namespace
}  // namespace warpline::ipsec
