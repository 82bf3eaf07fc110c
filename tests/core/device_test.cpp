// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "core/device/device.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/base/error.hpp"
#include "tests/support/config_errors.hpp"

namespace warpline {
namespace {

class NamedDevice final : public Device {
 public:
  using Device::Device;
  std::string description() const override { return name(); }
  std::unique_ptr<Lane> open_lane(Transfer) override { return nullptr; }
};

TEST(DeviceSet, BeginsWithTheCpu) {
  DeviceSet devices;
  ASSERT_EQ(devices.size(), 1u);
  EXPECT_EQ(devices[0].kind(), Device::Kind::kCpu);
  EXPECT_EQ(devices.find("cpu"), 0);
  EXPECT_EQ(test::errors_of([&] { (void)devices[0].open_lane(Transfer::kDirect); }),
            "the worker's CPU has no lanes");
}

TEST(DeviceSet, FindsADeviceByItsNameOrSaysWhichThereAre) {
  DeviceSet devices;
  devices.add(std::make_unique<NamedDevice>("cuda:0", Device::Kind::kCuda));
  EXPECT_EQ(devices.find("cuda:0"), 1);
  EXPECT_EQ(test::errors_of([&] { (void)devices.find("cuda:1"); }),
            "unknown device 'cuda:1'; there are: cpu cuda:0; did you mean 'cuda:0'?");
}

TEST(DeviceSet, PrefersAGpuToTheHostDevice) {
  DeviceSet devices;
  EXPECT_THAT(test::errors_of([&] { (void)devices.preferred(); }),
              testing::StartsWith("there is no device to offload to"));
  devices.add(std::make_unique<NamedDevice>("host", Device::Kind::kHost));
  EXPECT_EQ(devices.preferred(), 1);
  devices.add(std::make_unique<NamedDevice>("cuda:0", Device::Kind::kCuda));
  EXPECT_EQ(devices.preferred(), 2);
}

TEST(DeviceError, HasAMessageOfItsOwn) {
  std::error_code const lost = DeviceError::kLost, late = DeviceError::kTimedOut;
  EXPECT_EQ(lost.message(), "the device was lost");
  EXPECT_NE(late.message(), lost.message());
  EXPECT_NE(lost, late);
  EXPECT_FALSE(std::error_code(0, device_category()));
}

TEST(WorkItem, ReachesHeadsThatAreApartOrTogether) {
  Packet packets[2]{};
  PacketHead heads[2]{};
  packets[1].tag = heads[1].tag = 7;
  EXPECT_EQ(WorkItem::of(packets, 2, nullptr).head(1).tag, 7u);
  EXPECT_EQ(WorkItem::of(heads, 2, nullptr).head(1).tag, 7u);
}

TEST(KernelChain, KnowsTheBytesOfEachResult) {
  KernelChain chain;
  chain.count = 3;
  chain.result_begins = {0, 4, 4};
  chain.touched_bytes.result_bytes = 12;
  EXPECT_EQ(chain.result_bytes(0), 4u);
  EXPECT_EQ(chain.result_bytes(1), 0u);
  EXPECT_EQ(chain.result_bytes(2), 8u);
}

}  // namespace
}  // namespace warpline
