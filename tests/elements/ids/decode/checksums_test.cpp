// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ids/decode/checksums.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "core/base/hex.hpp"
#include "elements/ids/decode/frame_decoder.hpp"

namespace warpline::ids {
namespace {

using namespace std::string_literals;

std::string from_hex(std::string_view text) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < text.size(); i += 2)
    bytes += static_cast<char>(hex_value(text[i]) << 4 | hex_value(text[i + 1]));
  return bytes;
}

/// Datagrams whose checksums scapy computed; the place of the transport checksum of each.
struct Vector {
  char const* name;
  std::string datagram;
  std::size_t checksum;
};

std::vector<Vector> vectors() {
  return {
      {"tcp4",
       from_hex("4500002b00010000400666ca0a0000010a00000200140050000000000000000050022000"
                "a81400006f6464"),
       36},
      {"udp4", from_hex("4500002000010000401166ca0a0000010a00000200350035000c20856576656e"), 26},
      {"icmp4", from_hex("4500001f00010000400166db0a0000010a0000020800249b000000006f6464"), 22},
      {"tcp6",
       from_hex("600000000017064020010db800000000000000000000000120010db80000000000000000"
                "000000020014005000000000000000005002200060a200006f6464"),
       56},
      {"udp6",
       from_hex("60000000000c114020010db800000000000000000000000120010db80000000000000000"
                "0000000200350035000cd9126576656e"),
       46},
      {"icmp6",
       from_hex("6000000000093a4020010db800000000000000000000000120010db80000000000000000"
                "000000028000ac460000000078"),
       42},
  };
}

bool good(std::string const& datagram) {
  FrameDecoder decoder;
  auto const packets = decoder.decode({reinterpret_cast<std::uint8_t const*>(datagram.data()),
                                       static_cast<std::uint32_t>(datagram.size())},
                                      LinkType::kRawIp);
  auto const& packet = packets.front();
  return (packet.version != 4 || ipv4_checksum_is_good(packet)) &&
         transport_checksum_is_good(packet);
}

TEST(Checksums, AreOverHeadersAddressesAndData) {
  for (auto const& vector : vectors()) {
    EXPECT_TRUE(good(vector.datagram)) << vector.name;
    for (auto const place : {vector.checksum, vector.datagram.size() - 1, std::size_t{8}}) {
      if (place == 8 && vector.datagram[0] != '\x45') continue;  // the time to live of IPv4
      auto wrong = vector.datagram;
      wrong[place] = static_cast<char>(wrong[place] ^ 0x10);
      EXPECT_FALSE(good(wrong)) << vector.name << ' ' << place;
    }
  }
}

TEST(Checksums, MayBeAbsentInUdp) {
  auto datagram = vectors()[1].datagram;
  datagram.replace(26, 2, "\0\0"s);
  EXPECT_TRUE(good(datagram));
}

/// The datagram is longer than UDP: the rest is not summed.
TEST(Checksums, OfUdpEndWithItsLength) {
  auto datagram = vectors()[1].datagram + "rest";
  datagram[3] = static_cast<char>(datagram[3] + 4);
  datagram[11] = static_cast<char>(datagram[11] - 4);
  EXPECT_TRUE(good(datagram));
}

bool is_on_after(ChecksumPolicy policy, unsigned wrong) {
  ChecksumValidation validation(policy);
  bool on = false;
  for (unsigned frame = 0; frame < 1000; ++frame) {
    on = validation.begin_frame();
    EXPECT_TRUE(on || frame == 999 || policy == ChecksumPolicy::kOff) << frame;
    if (frame < wrong) validation.add_wrong();
  }
  EXPECT_EQ(validation.begin_frame(), on);
  return on;
}

TEST(ChecksumValidation, IsSwitchedOffWhereManyAreWrong) {
  EXPECT_TRUE(is_on_after(ChecksumPolicy::kAuto, 0));
  EXPECT_TRUE(is_on_after(ChecksumPolicy::kAuto, 100));
  EXPECT_FALSE(is_on_after(ChecksumPolicy::kAuto, 101));
  EXPECT_TRUE(is_on_after(ChecksumPolicy::kOn, 999));
  EXPECT_FALSE(is_on_after(ChecksumPolicy::kOff, 0));
}

}  // namespace
}  // namespace warpline::ids
