// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "app/control/request_buffer.hpp"

#include <gtest/gtest.h>

#include <string>

namespace warpline::app {
namespace {

void put(RequestBuffer& buffer, std::string_view text) {
  auto const room = buffer.room();
  ASSERT_LE(text.size(), room.size());
  text.copy(room.data(), text.size());
  buffer.commit(text.size());
}

TEST(RequestBuffer, SplitsLines) {
  RequestBuffer buffer(16);
  EXPECT_EQ(buffer.line(), std::nullopt);
  put(buffer, "one\n\ntw");
  EXPECT_EQ(buffer.line(), "one");
  buffer.remove_line();
  EXPECT_EQ(buffer.line(), "");
  buffer.remove_line();
  EXPECT_EQ(buffer.line(), std::nullopt);
  put(buffer, "o\nthree and m");
  EXPECT_EQ(buffer.line(), "two");
  buffer.remove_line();
  EXPECT_EQ(buffer.line(), std::nullopt);
  EXPECT_FALSE(buffer.full());
  put(buffer, "ore!!");
  EXPECT_TRUE(buffer.full());
  EXPECT_TRUE(buffer.room().empty());
  EXPECT_EQ(buffer.line(), std::nullopt);
  buffer.resize(32);
  put(buffer, "\n");
  EXPECT_EQ(buffer.line(), "three and more!!");
}

TEST(RequestBuffer, OverwritesWhatHasLeft) {
  RequestBuffer buffer(16);
  auto const* const memory = buffer.room().data();
  put(buffer, "secret\nabc");
  ASSERT_EQ(buffer.line(), "secret");
  buffer.remove_line();
  EXPECT_EQ(std::string(memory, 10), std::string(7, '\0') + "abc");
  buffer.room();
  EXPECT_EQ(std::string(memory, 10), "abc" + std::string(7, '\0'));
}

}  // namespace
}  // namespace warpline::app
