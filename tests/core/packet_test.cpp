// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "core/packet/packet.hpp"

#include <gtest/gtest.h>

#include "core/net/wire.hpp"

namespace warpline {
namespace {

class PacketTest : public testing::Test {
 protected:
  PacketTest() {
    packet_.data = bytes_ + 20;
    packet_.length = 60;
    packet_.headroom = 20;
    packet_.tailroom = 10;
  }
  std::uint8_t bytes_[90]{};
  Packet packet_{};
};

TEST_F(PacketTest, MovesRoomIntoTheFrameAndBack) {
  ASSERT_TRUE(packet_.prepend(20));
  EXPECT_EQ(packet_.data, bytes_);
  EXPECT_EQ(packet_.headroom, 0);
  ASSERT_TRUE(packet_.append(10));
  EXPECT_EQ(packet_.length, 90);
  EXPECT_EQ(packet_.tailroom, 0);
  packet_.trim_front(20);
  packet_.trim_back(10);
  EXPECT_EQ(packet_.data, bytes_ + 20);
  EXPECT_EQ(packet_.length, 60);
  EXPECT_EQ(packet_.headroom, 20);
  EXPECT_EQ(packet_.tailroom, 10);
}

TEST_F(PacketTest, IsUnchangedIfThereIsNotEnoughRoom) {
  EXPECT_FALSE(packet_.prepend(21));
  EXPECT_FALSE(packet_.append(11));
  EXPECT_EQ(packet_.data, bytes_ + 20);
  EXPECT_EQ(packet_.length, 60);
  EXPECT_EQ(packet_.headroom, 20);
  EXPECT_EQ(packet_.tailroom, 10);
}

TEST_F(PacketTest, HasAHeaderOnlyWhereTheFrameHoldsAllOfIt) {
  EXPECT_EQ(packet_.header<ipv4::Header>(40), reinterpret_cast<ipv4::Header*>(bytes_ + 60));
  EXPECT_EQ(packet_.header<ipv4::Header>(41), nullptr);
  EXPECT_EQ(packet_.header<ipv4::Header>(~0u - 100), nullptr);
}

TEST_F(PacketTest, ArrivesTheSameInOneStoreAsFieldByField) {
  auto one = packet_;
  one.paint = 1;
  one.l2_length = 2;
  one.tag = 3;
  auto other = one;
  one.arrive(7, 1500, 128, 65535);
  other.length = 1500;
  other.headroom = 128;
  other.tailroom = 65535;
  other.arrive(7);
  EXPECT_EQ(std::memcmp(static_cast<PacketHead*>(&one), static_cast<PacketHead*>(&other),
                        sizeof(PacketHead)),
            0);
  EXPECT_EQ(one.in_port, 7);
  EXPECT_EQ(one.out_port, 7);
  EXPECT_EQ(one.length, 1500);
  EXPECT_EQ(one.tailroom, 65535);
  EXPECT_EQ(one.paint, 0);
  EXPECT_EQ(one.l2_length, 0);
  EXPECT_EQ(one.tag, 0u);
}

}  // namespace
}  // namespace warpline
