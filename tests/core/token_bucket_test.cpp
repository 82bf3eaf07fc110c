// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "core/net/token_bucket.hpp"

#include <gtest/gtest.h>

namespace warpline::ipsec {
namespace {

class TokenBucketTest : public testing::Test {
 protected:
  /// A time in `cycles()`; the first one is not 0, which stands for no time.
  std::uint64_t at(double seconds) const {
    return 1 + static_cast<std::uint64_t>(seconds * cycles_per_second());
  }
  /// Events that the bucket allows in a row at this time.
  static unsigned allowed(TokenBucket& bucket, std::uint64_t now) {
    unsigned events = 0;
    while (events < 1000 && bucket.take(now)) ++events;
    return events;
  }
};

TEST_F(TokenBucketTest, AllowsABurstAndThenTheRate) {
  TokenBucket bucket(10, 5);
  EXPECT_EQ(allowed(bucket, at(0)), 5u);
  EXPECT_EQ(allowed(bucket, at(0.05)), 0u) << "half an event is none";
  EXPECT_EQ(allowed(bucket, at(0.11)), 1u);
  EXPECT_EQ(allowed(bucket, at(0.32)), 2u);
}

TEST_F(TokenBucketTest, NeverHoldsMoreThanABurst) {
  TokenBucket bucket(10, 5);
  EXPECT_EQ(allowed(bucket, at(0)), 5u);
  EXPECT_EQ(allowed(bucket, at(1000)), 5u);
}

TEST_F(TokenBucketTest, HasNoLimitForARateOfZero) {
  TokenBucket bucket(0, 1);
  EXPECT_EQ(allowed(bucket, at(0)), 1000u);
}

}  // namespace
}  // namespace warpline::ipsec
