// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "core/base/wipe.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace warpline {
namespace {

bool is_zero(char const* memory, std::size_t bytes) {
  return std::all_of(memory, memory + bytes, [](char c) { return c == '\0'; });
}

TEST(Wipe, OverwritesTheWholeMemoryOfAText) {
  std::string text(1000, 'k');
  text.resize(10);  // the other 990 bytes of the key are still in memory
  auto const* const memory = text.data();
  auto const capacity = text.capacity();
  wipe(text);
  EXPECT_TRUE(text.empty());
  ASSERT_EQ(text.data(), memory) << "the text has moved, and its old memory was freed";
  ASSERT_EQ(text.capacity(), capacity);
  EXPECT_TRUE(is_zero(memory, capacity));
}

TEST(Wipe, OverwritesAShortTextInPlace) {
  std::string text = "key";
  wipe(text);
  EXPECT_TRUE(text.empty());
  EXPECT_TRUE(is_zero(text.data(), text.capacity()));
}

}  // namespace
}  // namespace warpline
