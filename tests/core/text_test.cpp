// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "core/base/text.hpp"

#include <gtest/gtest.h>

namespace warpline {
namespace {

TEST(Counted, ANounIsInTheSingularForOneOnly) {
  EXPECT_EQ(counted(0, "alert"), "0 alerts");
  EXPECT_EQ(counted(1, "alert"), "1 alert");
  EXPECT_EQ(counted(2, "alert"), "2 alerts");
  EXPECT_EQ(counted(1, "address", "es"), "1 address");
  EXPECT_EQ(counted(18446744073709551615u, "address", "es"), "18446744073709551615 addresses");
}

}  // namespace
}  // namespace warpline
