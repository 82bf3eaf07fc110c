// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "measure/comparison.hpp"

#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>
#include <memory>

#include "core/base/error.hpp"
#include "measure/result_json.hpp"
#include "tests/app/bench/fixed_report.hpp"

namespace warpline::bench {
namespace {

using File = std::unique_ptr<std::FILE, int (*)(std::FILE*)>;

TEST(Comparison, ShowsRatiosAndWhereRangesOverlap) {
  auto before = fixed_report(), after = fixed_report();
  before.results.resize(4);
  after.results.resize(3);
  after.results[0].packets_per_second = {8.3e6, 8.1e6, 8.5e6};
  after.results[1].packets_per_second = {4e6, 3.9e6, 4.1e6};
  after.results[2].packets_per_second = {0.3e6, 0.2e6, 0.4e6};
  after.results.push_back(fixed_report().results.back());
  File const file(std::tmpfile(), std::fclose);
  EXPECT_EQ("\n" + comparison_text(to_json(before), to_json(after), file.get()), R"(
A: A Processor, 0.1.0, 2026-01-02T03:04:05Z
B: A Processor, 0.1.0, 2026-01-02T03:04:05Z

case              bytes  device  A Mpps  B Mpps   B/A
ipsec aes128-gcm     64  cpu 1     8.00    8.30  1.04  ranges overlap
ipsec aes128-gcm     64  host 1    2.00    4.00  2.00
ipsec aes128-gcm     64  mix 1     3.00   0.300  0.10
1 case is only in A
1 case is only in B
)");
}

TEST(Comparison, SaysThatAReportIsIncomplete) {
  auto incomplete = fixed_report();
  incomplete.complete = false;
  auto whole = to_json(fixed_report());
  whole.erase("complete");  // as programs wrote it that did not know the field
  File const file(std::tmpfile(), std::fclose);
  auto const text = comparison_text(whole, to_json(incomplete), file.get());
  EXPECT_EQ(text.substr(0, text.find("\n\n")),
            "A: A Processor, 0.1.0, 2026-01-02T03:04:05Z\n"
            "B: A Processor, 0.1.0, 2026-01-02T03:04:05Z, incomplete");
}

TEST(Comparison, DrawsNoConclusionFromFewerThanThreeTrials) {
  auto before = fixed_report(), after = fixed_report();
  before.results.resize(2);
  after.results.resize(2);
  before.results[0].repeats = 2;
  after.results[0].packets_per_second = {4e6, 3.9e6, 4.1e6};
  after.results[1].packets_per_second = {4e6, 3.9e6, 4.1e6};
  File const file(std::tmpfile(), std::fclose);
  auto const text = comparison_text(to_json(before), to_json(after), file.get());
  EXPECT_EQ(text.substr(text.find("\n\n") + 2),
            R"(case              bytes  device  A Mpps  B Mpps   B/A
ipsec aes128-gcm     64  cpu 1     8.00    4.00  0.50  fewer than 3 trials
ipsec aes128-gcm     64  host 1    2.00    4.00  2.00
)");
}

TEST(Comparison, RefusesWhatIsNoReport) {
  auto const path = testing::TempDir() + "warpline-comparison.json";
  for (char const* text :
       {"{", "[]", "{}", R"({"format": 2})", R"({"format": 1, "results": [{}]})"}) {
    std::ofstream(path) << text;
    try {
      load_report(path);
      FAIL() << text;
    } catch (ConfigError const& error) {
      EXPECT_EQ(std::string(error.what()).find(path), 0u) << error.what();
    }
  }
  std::remove(path.c_str());
  EXPECT_THROW(load_report(path), ConfigError);
}

}  // namespace
}  // namespace warpline::bench
