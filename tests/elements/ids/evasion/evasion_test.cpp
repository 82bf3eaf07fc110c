// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <set>
#include <string>

#include "tests/elements/ids/evasion/alerts_of.hpp"
#include "tests/elements/ids/evasion/cases.hpp"
#include "tests/elements/ids/evasion/suite_case.hpp"

namespace warpline::ids::testing {
namespace {

std::vector<EvasionCase> all_cases() {
  std::vector<EvasionCase> all;
  for (auto const& part :
       {chunk_cases(), connection_cases(), fragment_cases(), overlap_cases(), segment_cases(),
        http_chunk_cases(), http_gzip_cases(), http_header_cases(), http_length_cases(),
        http_message_cases(), http_segment_cases(), http_uri_cases()})
    all.insert(all.end(), part.begin(), part.end());
  return all;
}

class Evasion : public ::testing::TestWithParam<EvasionCase> {};

TEST_P(Evasion, RaisesTheAlertsThatItDeserves) {
  auto const& test = GetParam();
  auto sids = alerts_of(test).sids;
  std::sort(sids.begin(), sids.end());
  EXPECT_EQ(sids, expected_of(test));
  // Suricata knows no hosts of these two systems.
  if (test.system == HostSystem::kFirst || test.system == HostSystem::kLast) return;
  if (auto const* const folder = std::getenv("WARPLINE_EVASION_FOLDER"))
    write_suite_case(test, folder);
}

INSTANTIATE_TEST_SUITE_P(Set, Evasion, ::testing::ValuesIn(all_cases()),
                         [](auto const& test) { return test.param.name; });

TEST(EvasionSet, HasEachNameOnceAndACauseForEachDifference) {
  std::set<std::string> names;
  for (auto const& test : all_cases()) {
    EXPECT_TRUE(names.insert(test.name).second) << test.name;
    if (!test.suricata) continue;
    EXPECT_NE(test.suricata->sids, test.expected) << test.name;
    EXPECT_FALSE(test.suricata->cause.empty()) << test.name;
  }
}

}  // namespace
}  // namespace warpline::ids::testing
