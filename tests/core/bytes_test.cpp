// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "core/base/bytes.hpp"

#include <gtest/gtest.h>

namespace warpline {
namespace {

TEST(Bytes, AfterNeverLeavesTheBytes) {
  std::uint8_t const data[4] = {1, 2, 3, 4};
  Bytes const bytes{data, sizeof data};
  EXPECT_EQ(bytes.after(0).data, data);
  EXPECT_EQ(bytes.after(0).size, 4u);
  EXPECT_EQ(bytes.after(3).size, 1u);
  EXPECT_EQ(*bytes.after(3).data, 4);
  for (auto const from : {4u, 5u, ~0u}) {
    EXPECT_EQ(bytes.after(from).size, 0u) << from;
    EXPECT_EQ(bytes.after(from).data, data + 4) << from;
  }
  EXPECT_EQ(Bytes().after(1).size, 0u);
}

TEST(Bytes, ThatMayBeChangedCanBeRead) {
  std::uint8_t data[2] = {1, 2};
  Bytes const read = MutableBytes{data, sizeof data};
  data[1] = 7;
  EXPECT_EQ(read.data[1], 7);
  EXPECT_EQ(read.size, 2u);
}

}  // namespace
}  // namespace warpline
