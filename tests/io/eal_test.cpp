// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "io/dpdk/eal.hpp"

#include <gmock/gmock.h>
#include <pthread.h>

#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <thread>

#include "tests/io/machine.hpp"

namespace warpline {
namespace {

using testing::HasSubstr;

/// Starts the EAL in a process of its own and prints what became of it to stderr.
[[noreturn]] void start_and_tell(std::vector<std::string> arguments) {
  try {
    Eal const eal({.arguments = std::move(arguments), .pci = {}, .memory = 0, .core = 0});
    std::fprintf(stderr, "started with: %s\n", eal.line().c_str());
  } catch (ConfigError const& error) {
    std::fprintf(stderr, "refused: %s\n", error.what());
    std::_Exit(2);
  }
  std::_Exit(0);
}

class EalProcess : public testing::Test {
 protected:
  void SetUp() override { GTEST_FLAG_SET(death_test_style, "threadsafe"); }
};

TEST_F(EalProcess, RepeatsTheReasonForAnUnknownOption) {
  EXPECT_EXIT(start_and_tell({"--no-huge", "--no-such-option"}), testing::ExitedWithCode(2),
              "refused: .*unrecognized option '--no-such-option'.*"
              "its options were: -l 0 .*--no-such-option");
}

TEST_F(EalProcess, RepeatsDpdksReasonForABadValue) {
  EXPECT_EXIT(start_and_tell({"--no-huge", "-l", "9999"}), testing::ExitedWithCode(2),
              "refused: .*[Ii]nvalid.*-l 9999");
}

TEST_F(EalProcess, StartsWithoutHugepagesAndSaysHow) {
  EXPECT_EXIT(start_and_tell({"--no-huge"}), testing::ExitedWithCode(0),
              "started with: -l 0 --no-shconf -m 64 .*--no-pci .*--no-huge");
}

TEST_F(EalProcess, MakesTheDevicesOfItsArguments) {
  EXPECT_EXIT(start_and_tell({"--no-huge", "--vdev=net_null7,size=64"}), testing::ExitedWithCode(0),
              "started with: .*--vdev=net_null7,size=64");
}

TEST(EalTest, StartsOnce) {
  test::eal();
  EXPECT_THROW(Eal({}), std::logic_error);
}

TEST(EalTest, LeavesItsCallersProcessorsAlone) {
  cpu_set_t before, after;
  ASSERT_EQ(pthread_getaffinity_np(pthread_self(), sizeof before, &before), 0);
  EXPECT_FALSE(test::eal().hugepages());
  ASSERT_EQ(pthread_getaffinity_np(pthread_self(), sizeof after, &after), 0);
  EXPECT_NE(CPU_EQUAL(&before, &after), 0);
}

TEST(EalTest, KnowsThreadsWhileTheyAreRegistered) {
  test::eal();
  // More often than there is room at once: a place must come free again.
  for (int round = 0; round < 300; ++round) {
    bool known = false;
    std::thread([&] {
      known = Eal::register_thread();
      EXPECT_TRUE(Eal::register_thread()) << "again is harmless";
      Eal::unregister_thread();
      Eal::unregister_thread();
    }).join();
    ASSERT_TRUE(known) << round;
  }
  EXPECT_TRUE(Eal::register_thread()) << "the thread that started it is known";
  Eal::unregister_thread();
  EXPECT_TRUE(Eal::register_thread()) << "and stays so";
}

}  // namespace
}  // namespace warpline
