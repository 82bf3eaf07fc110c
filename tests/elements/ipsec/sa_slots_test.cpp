// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ipsec/database/sa_slots.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <memory>
#include <vector>

#include "core/base/error.hpp"
#include "elements/ipsec/config/sa_file.hpp"
#include "elements/ipsec/database/sa_database.hpp"
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
  EXPECT_EQ(lane->fence().first_failed.load() == CompletionFence::kNever, counted.runs > 0);
  return counted.runs > 0;
}

TEST(SaSlots, DevicesSeeKeysThatCome) {
  test::CopyingDevice device;
  SaSlots slots;
  slots.set(0, sa(1), Direction::kOutbound);
  auto const copy = slots.upload(device);
  ASSERT_NE(&copy[0], &slots.keys(0));
  slots.set(2, sa(7), Direction::kOutbound);
  EXPECT_EQ(std::memcmp(&copy[2], &slots.keys(2), sizeof(SaKeys)), 0);
  EXPECT_EQ(copy[2].iv_size, 8);
  slots.wipe(2);
  EXPECT_EQ(copy[2].iv_size, 0);
  EXPECT_TRUE(runs_kernels(device));
}

TEST(SaSlots, ADeviceThatKeysDoNotReachStartsNoKernelAnyMore) {
  test::FaultPlan plan;
  plan.refuse_fill = 4;  // the upload of keys and of the table, the first SA, the second
  test::CopyingDevice broken(plan), sound;
  SaDatabase database(std::vector<SaConfig>{sa(1)}, {});
  auto const copy = database.slots().upload(broken);
  auto const other = database.slots().upload(sound);
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

/// As many of them as a first chunk has room for, and three of the next.
std::vector<SaConfig> more_than_a_chunk() {
  std::vector<SaConfig> sas;
  for (unsigned i = 0; i < SaKeyTable::kFirstChunk + 3; ++i) sas.push_back(sa(i));
  return sas;
}

TEST(SaSlots, GrowWhileDevicesUseThem) {
  test::CopyingDevice device;
  SaDatabase database(std::vector<SaConfig>{sa(5000)}, {});
  auto const copy = database.slots().upload(device);
  auto const& first = database.slots().keys(0);
  auto const* const first_copy = &copy[0];
  EXPECT_FALSE(copy.has(SaKeyTable::kFirstChunk));
  database.add(more_than_a_chunk());
  EXPECT_EQ(&database.slots().keys(0), &first) << "nothing moves";
  EXPECT_EQ(&copy[0], first_copy);
  for (std::uint32_t index = 0; index < SaKeyTable::kFirstChunk + 4; ++index) {
    ASSERT_TRUE(copy.has(index));
    ASSERT_EQ(std::memcmp(&copy[index], &database.slots().keys(index), sizeof(SaKeys)), 0) << index;
    ASSERT_EQ(copy[index].iv_size, 8);
  }
  EXPECT_TRUE(runs_kernels(device));
  // An element that is made later sees the same.
  auto const again = database.slots().upload(device);
  EXPECT_EQ(again.chunks, copy.chunks);
  EXPECT_EQ(&again[2000], &copy[2000]);
}

TEST(SaSlots, ADeviceThatBreaksWhileTheyGrowStartsNoKernelAnyMore) {
  test::FaultPlan plan;
  plan.refuse_fill =
      3 + SaKeyTable::kFirstChunk;  // the upload, the rest of the first chunk, the second
  test::CopyingDevice broken(plan), sound;
  SaDatabase database(std::vector<SaConfig>{sa(5000)}, {});
  database.slots().upload(broken);
  auto const other = database.slots().upload(sound);
  database.add(more_than_a_chunk());
  EXPECT_FALSE(runs_kernels(broken));
  EXPECT_TRUE(runs_kernels(sound));
  EXPECT_EQ(other[SaKeyTable::kFirstChunk + 3].iv_size, 8);
}

/// A device with memory for `uploads` tables.
struct SmallDevice final : stream::StreamDevice, TableMemory {
  explicit SmallDevice(unsigned memory)
      : StreamDevice("small", Kind::kHost, std::make_unique<test::VirtualDriver>(), {}),
        uploads(memory) {}
  std::string description() const override { return "has little memory"; }
  std::shared_ptr<TableMemory> table_memory() override {
    return {StreamDevice::table_memory(), this};
  }
  void* upload(void const* data, std::size_t size) override {
    if (uploads == 0) throw ConfigError("device 'small' has no room for a table");
    --uploads;
    return StreamDevice::table_memory()->upload(data, size);
  }
  std::string refresh(void* place, void const* data, std::size_t size) override {
    return StreamDevice::table_memory()->refresh(place, data, size);
  }
  void release(void* copy) noexcept override { StreamDevice::table_memory()->release(copy); }
  unsigned uploads;
};

TEST(SaSlots, AnSaWhoseKeysADeviceHasNoMemoryForIsRefused) {
  SmallDevice device(2);  // the first chunk, and the table
  SaDatabase database(std::vector<SaConfig>{sa(5000)}, {});
  auto const copy = database.slots().upload(device);
  auto const sas = more_than_a_chunk();
  try {
    database.add(sas);
    FAIL() << "was added";
  } catch (ConfigError const& error) {
    EXPECT_STREQ(error.what(), "device 'small' has no room for a table");
  }
  EXPECT_EQ(database.list().size(), SaKeyTable::kFirstChunk);
  EXPECT_FALSE(copy.has(SaKeyTable::kFirstChunk));
  EXPECT_TRUE(database.tick().empty());
  device.uploads = 1;  // there is memory again
  database.add(std::vector<SaConfig>(sas.end() - 4, sas.end()));
  EXPECT_TRUE(copy.has(SaKeyTable::kFirstChunk));
  EXPECT_EQ(database.list().size(), SaKeyTable::kFirstChunk + 4);
}

}  // namespace
}  // namespace warpline::ipsec
