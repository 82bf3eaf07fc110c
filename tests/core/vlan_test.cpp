// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "core/net/vlan.hpp"

#include <gtest/gtest.h>

namespace warpline {
namespace {

TEST(Vlan, IsKnownByThreeEthernetTypesOnly) {
  unsigned tags = 0;
  for (unsigned type = 0; type <= 0xffff; ++type)
    if (is_vlan(static_cast<std::uint16_t>(type))) ++tags;
  EXPECT_EQ(tags, 3u);
  for (std::uint16_t const type : std::initializer_list<std::uint16_t>{0x8100, 0x88a8, 0x9100}) {
    EXPECT_TRUE(is_vlan(type)) << type;
    EXPECT_TRUE(is_vlan(be16::of(type))) << type;
  }
  EXPECT_FALSE(is_vlan(be16::of(0x0081))) << "in network order";
}

}  // namespace
}  // namespace warpline
