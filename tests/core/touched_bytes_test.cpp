// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "core/packet/touched_bytes.hpp"

#include <gtest/gtest.h>

namespace warpline {
namespace {

TEST(TouchedBytes, UnitesWhatTwoKernelsTouch) {
  TouchedBytes all;
  EXPECT_FALSE(all.edits());
  all.unite({20, 30, TouchedBytes::kEnd, 0, 4});
  EXPECT_EQ(all.from, 20u);
  EXPECT_EQ(all.to, 30u);
  EXPECT_FALSE(all.edits());
  all.unite({10, 25, 12, 14, 8});
  EXPECT_EQ(all.from, 10u);
  EXPECT_EQ(all.to, 30u);
  EXPECT_EQ(all.write_from, 12u);
  EXPECT_EQ(all.write_to, 14u);
  EXPECT_TRUE(all.edits());
  EXPECT_EQ(all.result_bytes, 12u) << "both results travel";
  all.unite(TouchedBytes{});
  EXPECT_EQ(all.from, 10u) << "a kernel that touches nothing changes nothing";
  EXPECT_EQ(all.write_to, 14u);
}

}  // namespace
}  // namespace warpline
