// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "measure/report_table.hpp"

#include <gtest/gtest.h>

#include <memory>

#include "tests/app/bench/fixed_report.hpp"

namespace warpline::bench {
namespace {

TEST(ReportTable, LooksLikeThis) {
  auto report = fixed_report();
  report.results.resize(5);
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> const file(std::tmpfile(), std::fclose);
  ASSERT_NE(file, nullptr);
  EXPECT_EQ("\n" + report_text(report, file.get()), R"(
engine-only: packets are created in memory

ipsec aes128-gcm, 1 worker; ceiling: raw library; payload recycled
bytes  device            Mpps  ±%   Gbps  cycles/pkt  p50 µs  p99 µs  dropped  in+out  ceiling  share   net
   64  cpu               8.00   5  64.00         250    12.3     123        0   40.00    16.00   50 %  62 %
       host              2.00   0  16.00        1000    12.3     123        0                    12 %     -
       mix (25 % host)   3.00   0  24.00         667    12.3     123        0                    19 %     -
 imix  cpu               5.00   0  40.00         400    12.3     123        0   30.00     6.25   80 %  96 %
       host             0.123   0   0.99       16207    12.3     123    1,233                     2 %     -
dropped: tx_queue_full 1,233
=> cpu beats host 4.00x at 64, 40.5x at imix
=> mix loses to cpu alone: 0.38x at 64
)");
}

TEST(ReportTable, GivesNoVerdictAndNoDeviationForFewerThanThreeTrials) {
  Report report;
  for (auto const* device : {"cpu", "host"}) {
    Subject subject;
    subject.workload = "ids";
    subject.name = "text";
    subject.sizes = "64";
    subject.device = device;
    report.results.push_back(
        summarise(subject, std::vector{round_of(8, 16, 40), round_of(4, 16, 40)}));
  }
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> const file(std::tmpfile(), std::fclose);
  ASSERT_NE(file, nullptr);
  EXPECT_EQ("\n" + report_text(report, file.get()), R"(

ids text, 1 worker; ceiling: raw library
bytes  device  Mpps  ±%   Gbps  cycles/pkt  p50 µs  p99 µs  dropped  in+out  ceiling  share   net
   64  cpu     6.00   -  48.00         375    12.3     123        0   40.00    16.00   38 %  45 %
       host    6.00   -  48.00         375    12.3     123        0                    38 %     -

no verdict and no ±% for fewer than 3 trials; give --repeat 3 or more
)");
}

TEST(ReportTable, NamesTheCeilingOfEachSizeWhereTheyDiffer) {
  Report report;
  for (auto const* sizes : {"64", "256", "1408"})
    for (auto const* device : {"cpu", "host"}) {
      Subject subject;
      subject.workload = "ids";
      subject.name = "text";
      subject.sizes = sizes;
      subject.device = device;
      auto round = round_of(1, 0, 0);
      round.ceilings = {{"automaton", sizes == std::string("64") ? 5e6 : 1e6}, {"Hyperscan", 2e6}};
      report.results.push_back(summarise(subject, steady(round)));
    }
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> const file(std::tmpfile(), std::fclose);
  ASSERT_NE(file, nullptr);
  auto const text = report_text(report, file.get());
  EXPECT_EQ(text.substr(0, text.find("\nbytes")),
            "\nids text, 1 worker; ceiling: automaton (at 64) and Hyperscan (at 256, 1408)");
}

TEST(ReportTable, BreaksTheVerdictAt80Characters) {
  Report report;
  for (auto const* sizes : {"64", "128", "256", "512", "1024", "1408", "imix"})
    for (auto const* device : {"cpu", "cuda:0"}) {
      Subject subject;
      subject.sizes = sizes;
      subject.device = device;
      report.results.push_back(
          summarise(subject, steady(round_of(device[1] == 'p' ? 12.5 : 1, 16, 40))));
    }
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> const file(std::tmpfile(), std::fclose);
  ASSERT_NE(file, nullptr);
  auto const text = report_text(report, file.get());
  EXPECT_EQ(text.substr(text.find("=>")),
            R"(=> cpu beats cuda:0 12.5x at 64, 12.5x at 128, 12.5x at 256, 12.5x at 512,
   12.5x at 1024, 12.5x at 1408, 12.5x at imix
)");
}

}  // namespace
}  // namespace warpline::bench
