// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "core/element/service.hpp"

#include <gtest/gtest.h>

#include <atomic>

#include "core/base/error.hpp"
#include "core/element/control_request.hpp"

namespace warpline {
namespace {

// BLOCK

TEST(Document, ShowsAServiceThatAnswersACommand) {
  SharedStore shared;
  auto const limit = SizeLimit::of(shared);
  EXPECT_EQ(SizeLimit::of(shared), limit);
  ASSERT_EQ(Services::of(shared)->all().size(), 1u);
  ControlRequest good(R"({"bytes": 1000})"), bad(R"({"bytes": 10})");
  EXPECT_EQ(limit->answer("limit_size", good).whole(), R"({"ok":true})");
  EXPECT_EQ(limit->max_bytes, 1000u);
  EXPECT_THROW(limit->answer("limit_size", bad), ConfigError);
  EXPECT_EQ(limit->max_bytes, 1000u);
}

}  // namespace
}  // namespace warpline
