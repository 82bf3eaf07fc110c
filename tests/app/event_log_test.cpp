// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "app/control/event_log.hpp"

#include <gtest/gtest.h>

namespace warpline::app {
namespace {

std::string read(EventLog const& log, std::uint64_t& position, std::size_t max_bytes = 1000) {
  std::string output;
  log.read(position, max_bytes, output);
  return output;
}

TEST(EventLog, GivesEachReaderWhatItHasNotRead) {
  EventLog log(100);
  std::uint64_t a = log.end();
  log.add("one");
  std::uint64_t b = log.end();
  log.add("two");
  EXPECT_EQ(read(log, a), "one\ntwo\n");
  EXPECT_EQ(read(log, b), "two\n");
  EXPECT_EQ(read(log, a), "");
  log.remove_before(a);
  EXPECT_EQ(log.bytes(), 0u);
  log.add("three");
  EXPECT_EQ(read(log, b), "three\n");
}

TEST(EventLog, SaysHowManyOfTheOldestHaveLeft) {
  EventLog log(10);
  std::uint64_t position = 0;
  for (auto const* event : {"aaaa", "bbbb", "cccc", "dddd"}) log.add(event);
  EXPECT_EQ(log.bytes(), 8u);
  EXPECT_EQ(read(log, position), "{\"event\":\"lost\",\"count\":2}\ncccc\ndddd\n");
  log.add(std::string(20, 'e'));
  EXPECT_EQ(read(log, position), std::string(20, 'e') + "\n") << "the last one is kept";
  EXPECT_EQ(read(log, position), "");
}

TEST(EventLog, IsReadInPieces) {
  EventLog log(100);
  std::uint64_t position = 0;
  for (auto const* event : {"aaaa", "bbbb", "cccc"}) log.add(event);
  EXPECT_EQ(read(log, position, 6), "aaaa\nbbbb\n");
  EXPECT_EQ(read(log, position, 6), "cccc\n");
}

}  // namespace
}  // namespace warpline::app
