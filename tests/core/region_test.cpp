// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "core/device/region.hpp"

#include <gtest/gtest.h>

#include <numeric>

namespace warpline {
namespace {

class RegionTest : public testing::Test {
 protected:
  RegionTest() {
    std::iota(bytes_, bytes_ + sizeof bytes_, std::uint8_t{0});
    packet_.data = bytes_;
    packet_.length = 40;
    packet_.l2_length = 18;
    packet_.tag = 77;
  }
  std::uint8_t bytes_[64];
  Packet packet_{};
};

TEST_F(RegionTest, FieldIsAtAFixedByte) {
  using Region = Field<be16, 12>;
  EXPECT_EQ(Region::load(packet_).host(), 0x0c0d);
  EXPECT_TRUE(Region::fits(packet_));
  packet_.length = 14;
  EXPECT_TRUE(Region::fits(packet_));
  packet_.length = 13;
  EXPECT_FALSE(Region::fits(packet_));
  EXPECT_TRUE(Region::kUses.empty());
}

TEST_F(RegionTest, NetworkIsAfterTheLayer2Header) {
  using Region = Network<be32>;
  EXPECT_EQ(Region::load(packet_).host(), 0x12131415u);
  EXPECT_EQ(Region::kUses, AnnotationSet(Annotation::kL2));
  packet_.length = 21;
  EXPECT_FALSE(Region::fits(packet_));
  packet_.l2_length = 14;
  EXPECT_TRUE(Region::fits(packet_));
  EXPECT_EQ(Region::kFrom, 14u) << "of an untagged frame";
  EXPECT_EQ(Region::kTo, 22u + 4u) << "of a frame with two tags";
}

TEST_F(RegionTest, BytesReachTheEndOfTheFrame) {
  EXPECT_EQ(Payload<10>::load(packet_).data, bytes_ + 10);
  EXPECT_EQ(Payload<10>::load(packet_).size, 30u);
  EXPECT_EQ(NetworkBytes::load(packet_).size, 22u);
  EditNetwork::load(packet_).data[0] = 99;
  EXPECT_EQ(bytes_[18], 99);
  packet_.length = 10;
  EXPECT_TRUE(Payload<10>::fits(packet_));
  EXPECT_EQ(Payload<10>::load(packet_).size, 0u);
  packet_.length = 9;
  EXPECT_FALSE(Payload<10>::fits(packet_));
}

TEST_F(RegionTest, SeveralGiveOneArgumentEachInTheirOrder) {
  using Both = Regions<Tag, Field<be16, 2>, Edit<30>>;
  struct Kernel {
    std::uint32_t operator()(std::uint32_t tag, be16 field, MutableBytes rest) const {
      return tag * 1'000'000 + field.host() * 100u + rest.size;
    }
  };
  EXPECT_EQ(Both::call(Kernel{}, packet_), 77u * 1'000'000 + 0x0203 * 100 + 10);
  EXPECT_TRUE(Both::fits(packet_));
  packet_.length = 29;
  EXPECT_FALSE(Both::fits(packet_)) << "one of them is too long";
}

TEST_F(RegionTest, TransfersAreTheUnionOfWhatIsReadAndOfWhatIsWritten) {
  constexpr auto kRead = Regions<Field<be16, 4>, Field<be32, 20>>::kTouchedBytes;
  EXPECT_EQ(kRead.from, 4u);
  EXPECT_EQ(kRead.to, 24u);
  EXPECT_FALSE(kRead.edits());
  constexpr auto kEdit = Regions<Field<be16, 4>, Edit<30>>::kTouchedBytes;
  EXPECT_EQ(kEdit.from, 4u);
  EXPECT_EQ(kEdit.to, TouchedBytes::kEnd);
  EXPECT_EQ(kEdit.write_from, 30u);
  constexpr auto kTag = Regions<Tag>::kTouchedBytes;
  EXPECT_GE(kTag.from, kTag.to) << "the tag is in the descriptor: no byte of the packet";
}

TEST_F(RegionTest, TheKernelWritesTheResultOfItsPacket) {
  struct Kernel {
    std::uint16_t operator()(be16 field) const { return field.host(); }
  };
  std::uint16_t results[2] = {0xffff, 0xffff};
  run_kernel<Field<be16, 0>, Result<std::uint16_t>>(Kernel{}, packet_, 1,
                                                    reinterpret_cast<std::byte*>(results));
  EXPECT_EQ(results[0], 0xffff);
  EXPECT_EQ(results[1], 0x0001);
}

}  // namespace
}  // namespace warpline
