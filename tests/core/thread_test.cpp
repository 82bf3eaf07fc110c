// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "core/base/thread.hpp"

#include <gtest/gtest.h>
#include <sched.h>

#include <thread>

namespace warpline {
namespace {

cpu_set_t allowed_cpus() {
  cpu_set_t set;
  CPU_ZERO(&set);
  EXPECT_EQ(sched_getaffinity(0, sizeof set, &set), 0);
  return set;
}

int last_allowed_cpu() {
  auto const set = allowed_cpus();
  int last = -1;
  for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu)
    if (CPU_ISSET(static_cast<unsigned>(cpu), &set)) last = cpu;
  return last;
}

TEST(Thread, IsPinnedToOneProcessorAndNoOtherThreadIs) {
  auto const before = allowed_cpus();
  std::thread([] {
    auto const cpu = last_allowed_cpu();
    pin_this_thread(cpu);
    auto const set = allowed_cpus();
    EXPECT_EQ(CPU_COUNT(&set), 1);
    EXPECT_TRUE(CPU_ISSET(static_cast<unsigned>(cpu), &set));
  }).join();
  auto const after = allowed_cpus();
  EXPECT_TRUE(CPU_EQUAL(&before, &after));
}

TEST(Thread, StaysWhereItIsForAProcessorThatItCannotHave) {
  auto const before = allowed_cpus();
  pin_this_thread(-1);
  if (auto const none = CPU_SETSIZE - 1; !CPU_ISSET(static_cast<unsigned>(none), &before))
    pin_this_thread(none);
  auto const after = allowed_cpus();
  EXPECT_TRUE(CPU_EQUAL(&before, &after));
}

}  // namespace
}  // namespace warpline
