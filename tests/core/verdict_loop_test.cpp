// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "core/element/verdict_loop.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace warpline {
namespace {

class VerdictLoop : public testing::Test {
 protected:
  VerdictLoop() {
    for (std::uint16_t length = 60; length < 64; ++length) {
      Packet packet{};
      packet.length = length;
      batch_->add(packet);
    }
  }
  BatchPool pool_{1};
  BatchPtr batch_ = pool_.allocate();
  Verdict verdicts_[Batch::kCapacity];
};

TEST_F(VerdictLoop, CallsOncePerPacketInOrderAndStoresNoVerdictIfAllGoOn) {
  std::vector<unsigned> indices;
  verdicts_[0] = forward(5);
  EXPECT_TRUE(all_forwarded(*batch_, verdicts_, [&](Packet& packet, unsigned index) {
    EXPECT_EQ(packet.length, 60u + index);
    indices.push_back(index);
    packet.length = 100;
    return forward();
  }));
  EXPECT_EQ(indices, (std::vector<unsigned>{0, 1, 2, 3}));
  EXPECT_EQ(verdicts_[0], forward(5));
  EXPECT_EQ(batch_->bytes(), 400u) << "the sum of the new lengths";
}

TEST_F(VerdictLoop, HasAVerdictForEachPacketIfOneDoesNotGoOn) {
  for (unsigned other = 0; other < 4; ++other) {
    unsigned calls = 0;
    auto const decide = [&](Packet&, unsigned index) {
      ++calls;
      return index == other ? drop<"verdict_loop_test">() : index > other ? forward(1) : forward();
    };
    EXPECT_FALSE(all_forwarded(*batch_, verdicts_, decide));
    EXPECT_EQ(calls, 4u);
    for (unsigned i = 0; i < 4; ++i) EXPECT_EQ(verdicts_[i], decide((*batch_)[i], i)) << other;
  }
}

TEST_F(VerdictLoop, KeepsTheSumOfBytesIfNoPacketCanChange) {
  batch_->set_bytes(246);
  EXPECT_TRUE(all_forwarded(*batch_, verdicts_, [](Packet const&, unsigned) { return forward(); }));
  EXPECT_EQ(batch_->bytes(), 246u);
}

TEST_F(VerdictLoop, TakesAnEmptyBatch) {
  batch_->resize(0);
  EXPECT_TRUE(all_forwarded(*batch_, verdicts_, [](Packet&, unsigned) { return forward(1); }));
  EXPECT_EQ(batch_->bytes(), 0u);
}

}  // namespace
}  // namespace warpline
