// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "core/base/big_pages.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <numeric>
#include <vector>

namespace warpline {
namespace {

TEST(BigPages, GivesMemoryOfAnySizeAsAlignedAsItIsAskedFor) {
  for (std::size_t const bytes : {1u, 64u, 4096u, (256u << 10) - 1, 256u << 10, 5u << 20}) {
    for (std::size_t const alignment : {8u, 64u, 4096u}) {
      auto* const memory = static_cast<std::uint8_t*>(big_pages()->allocate(bytes, alignment));
      EXPECT_EQ(reinterpret_cast<std::uintptr_t>(memory) % alignment, 0u);
      memory[0] = memory[bytes - 1] = 1;
      big_pages()->deallocate(memory, bytes, alignment);
    }
  }
}

TEST(BigPages, BeginsLargeTablesAtAPage) {
  auto* const memory = big_pages()->allocate(1 << 20);
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(memory) % (2u << 20), 0u);
  big_pages()->deallocate(memory, 1 << 20);
}

TEST(BigPages, ServesAVectorThatGrows) {
  std::pmr::vector<std::uint64_t> numbers(big_pages());
  for (std::uint64_t i = 0; i < 100'000; ++i) numbers.push_back(i);
  EXPECT_EQ(std::accumulate(numbers.begin(), numbers.end(), std::uint64_t{0}), 4'999'950'000u);
}

}  // namespace
}  // namespace warpline
