// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "core/base/stable_array.hpp"

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdint>
#include <new>
#include <thread>

#include "elements/ipsec/database/sa_slots.hpp"
#include "elements/ipsec/esp/sa_key_table.hpp"

namespace warpline::ipsec {
namespace {

TEST(StableArray, GrowsInPlaceWithZeros) {
  StableArray<std::uint64_t> array(std::size_t{1} << 36);  // half a terabyte of addresses
  EXPECT_EQ(array.size(), 0u);
  auto* const data = array.data();
  std::size_t before = 0;
  for (std::size_t size : {1u, 2u, 600u, 100'000u, 5'000'000u}) {
    array.grow(size);
    ASSERT_EQ(array.data(), data);
    ASSERT_EQ(array.size(), size);
    ASSERT_EQ(array[size - 1], size - 1 == before - 1 ? before : 0u);
    if (before != 0) {
      ASSERT_EQ(array[before - 1], before);
    }
    array[size - 1] = before = size;
  }
  array.grow(10);
  EXPECT_EQ(array.size(), 5'000'000u) << "it never shrinks";
}

TEST(StableArray, StaysAsItWasWhereThereIsNoRoom) {
  StableArray<std::uint64_t> array(1000);
  array.grow(1000);
  array[999] = 7;
  EXPECT_THROW(array.grow(std::size_t{1} << 40), std::bad_alloc);
  EXPECT_EQ(array.size(), 1000u);
  EXPECT_EQ(array[999], 7u);
  EXPECT_THROW(StableArray<std::uint64_t>(std::size_t{1} << 50), std::bad_alloc);
}

TEST(StableArray, IsReadWhileItGrows) {
  StableArray<std::uint32_t> array(1 << 24);
  array.grow(1);
  array[0] = 1;
  std::thread reader([&] {
    for (std::size_t size = 0; size < std::size_t{1} << 20;) {
      size = array.size();
      ASSERT_EQ(array[0], 1u);
      ASSERT_EQ(array[size - 1] & ~1u, 0u);
    }
  });
  for (std::size_t size = 2; size <= std::size_t{1} << 20; size *= 2) array.grow(size);
  reader.join();
}

TEST(SaKeyTable, ChunksCoverEveryIndexOnce) {
  std::uint64_t next = 0;
  for (std::uint32_t chunk = 0; chunk < SaKeyTable::kChunks; ++chunk) {
    ASSERT_EQ(SaKeyTable::first_of(chunk), next);
    auto const last = next + SaKeyTable::size_of(chunk) - 1;
    EXPECT_EQ(SaKeyTable::chunk_of(static_cast<std::uint32_t>(next)), chunk);
    EXPECT_EQ(SaKeyTable::chunk_of(static_cast<std::uint32_t>(last)), chunk);
    next = last + 1;
  }
  EXPECT_EQ(next, SaTag::kCapacity);
}

TEST(SaSlots, NeedFewerAddressesWhereTheProcessMayHaveFew) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "sanitizers need more addresses than a limit leaves";
#endif
  auto const child = ::fork();
  if (child == 0) {
    rlimit const limit{rlim_t{8} << 30, rlim_t{8} << 30};
    if (::setrlimit(RLIMIT_AS, &limit) != 0) ::_exit(1);
    try {
      SaSlots const slots;
      ::_exit(slots.capacity() >= 1'000'000 && slots.capacity() < SaTag::kCapacity ? 0 : 2);
    } catch (...) {
      ::_exit(3);
    }
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

}  // namespace
}  // namespace warpline::ipsec
