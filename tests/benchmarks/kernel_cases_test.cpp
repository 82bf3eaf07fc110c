// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <set>
#include <utility>

#include "benchmarks/gpu/prepared.hpp"
#include "elements/ipsec/esp/esp_decrypt.hpp"
#include "elements/ipsec/model/suite.hpp"
#include "gpu/host/host_device.hpp"

namespace warpline::bench {
namespace {

constexpr std::size_t kPackets = 600;  // three batches, the last of them not full

class KernelCases : public testing::Test {
 protected:
  KernelCases() { devices_.add(std::make_unique<host::HostDevice>(std::vector<int>{})); }

  ScratchFolder folder_;
  DeviceSet devices_;
  std::vector<KernelCase> cases_ = kernel_cases(folder_);
};

std::vector<std::vector<std::uint8_t>> frames(Prepared& prepared) {
  std::vector<std::vector<std::uint8_t>> all;
  for (auto const& batch : prepared.batches())
    for (auto const& packet : std::as_const(*batch).packets())
      all.emplace_back(packet.data, packet.data + packet.length);
  return all;
}

TEST_F(KernelCases, HaveEverySuiteInBothDirections) {
  std::set<std::string> names;
  for (auto const& subject : cases_) names.insert(subject.name);
  for (auto const& suite : ipsec::suites())
    for (auto const* element : {"IPsecEncrypt ", "IPsecDecrypt "})
      EXPECT_TRUE(names.contains(element + std::string(suite.name))) << suite.name;
}

TEST_F(KernelCases, DescribeEveryElementWithAKernel) {
  for (auto const& subject : cases_) EXPECT_NE(subject.pipeline, "") << subject.name;
}

TEST_F(KernelCases, PrepareEveryPacketOfEverySize) {
  for (auto const& subject : cases_)
    for (auto const size : subject.sizes) {
      SCOPED_TRACE(subject.name + ", " + std::to_string(size) + " bytes");
      Prepared prepared(subject, devices_, size, kPackets);
      EXPECT_EQ(prepared.packets(), kPackets);
    }
}

TEST_F(KernelCases, EncryptWhatWasPlain) {
  for (auto const& subject : cases_) {
    if (!subject.name.starts_with("IPsecEncrypt")) continue;
    SCOPED_TRACE(subject.name);
    Prepared prepared(subject, devices_, 256, kPackets);
    auto const before = frames(prepared);
    for (auto& batch : prepared.batches()) prepared.element().run_reference(*batch);
    auto const after = frames(prepared);
    ASSERT_EQ(after.size(), before.size());
    for (std::size_t i = 0; i < before.size(); ++i) EXPECT_NE(after[i], before[i]) << i;
  }
}

TEST_F(KernelCases, DecryptGenuinePackets) {
  for (auto const& subject : cases_) {
    if (!subject.name.starts_with("IPsecDecrypt")) continue;
    SCOPED_TRACE(subject.name);
    Prepared prepared(subject, devices_, 256, kPackets);
    ASSERT_EQ(prepared.packets(), kPackets);
    for (auto& batch : prepared.batches()) {
      prepared.element().run_reference(*batch);
      for (unsigned i = 0; i < batch->size(); ++i) {
        std::uint32_t result;
        std::memcpy(&result, batch->results() + i * sizeof result, sizeof result);
        ASSERT_EQ(result, ipsec::EspResult::kGood) << "packet " << i;
      }
    }
    // The inner packets are there, each with what `Prepared` wrote: to port 80.
    for (auto const& frame : frames(prepared)) {
      std::uint8_t const header[] = {0x45, 0};
      auto const inner = std::search(frame.begin() + 42, frame.end(), header, header + 2);
      ASSERT_LE(inner + 28, frame.end());
      EXPECT_EQ(inner[9], 17);
      EXPECT_EQ(inner[23], 80);
    }
  }
}

}  // namespace
}  // namespace warpline::bench
