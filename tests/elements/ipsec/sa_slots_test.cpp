// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ipsec/sa_slots.hpp"

#include <gtest/gtest.h>

#include <cstring>

#include "elements/ipsec/sa_database.hpp"
#include "elements/ipsec/sa_file.hpp"
#include "tests/gpu/counted_work.hpp"
#include "tests/gpu/fault_world.hpp"

namespace warpline::ipsec {
namespace {

SaConfig sa(unsigned spi) {
  return parse_sa_file(Source{"sa", "src 10.0.0.1 dst 10.0.0.2 proto esp mode tunnel dir out spi " +
                                        std::to_string(0x100 + spi) + " aead rfc4106(gcm(aes)) 0x" +
                                        std::string(40, static_cast<char>('0' + spi % 10)) +
                                        " 128"})
      .front();
}

/// Whether the device runs a kernel, of one packet.
bool runs_kernels(test::CopyingDevice& device) {
  test::CountedWork counted;
  auto const lane = device.open_lane(Transfer::kDirect);
  lane->submit(counted.work());
  device.virtual_driver().run_all();
  lane->advance();
  EXPECT_EQ(lane->frontier().first_failed.load() == Frontier::kNever, counted.runs > 0);
  return counted.runs > 0;
}

TEST(SaSlots, DevicesSeeKeysThatCome) {
  test::CopyingDevice device;
  SaSlots slots(4);
  auto const* const copy = slots.upload(device);
  ASSERT_NE(copy, &slots.keys(0));
  slots.set(2, sa(7), Direction::kOutbound);
  EXPECT_EQ(std::memcmp(&copy[2], &slots.keys(2), sizeof(SaKeys)), 0);
  EXPECT_EQ(copy[2].iv_size, 8);
  slots.wipe(2);
  EXPECT_EQ(copy[2].iv_size, 0);
  EXPECT_TRUE(runs_kernels(device));
}

TEST(SaSlots, ADeviceThatKeysDoNotReachStartsNoKernelAnyMore) {
  test::FaultPlan plan;
  plan.refuse_fill = 3;  // the upload, the first SA, the second
  test::CopyingDevice broken(plan), sound;
  SaDatabase database(std::vector<SaConfig>{sa(1)}, {});
  auto const* const copy = database.slots().upload(broken);
  auto const* const other = database.slots().upload(sound);
  database.add(sa(2));
  EXPECT_TRUE(runs_kernels(broken));
  database.add(sa(3));
  EXPECT_EQ(copy[2].iv_size, 0) << "this SA's keys did not get there";
  EXPECT_FALSE(runs_kernels(broken));
  EXPECT_TRUE(runs_kernels(sound));
  database.add(sa(4));
  EXPECT_FALSE(runs_kernels(broken)) << "one that works later does not bring it back";
  EXPECT_EQ(other[3].iv_size, 8);
}

}  // namespace
}  // namespace warpline::ipsec
