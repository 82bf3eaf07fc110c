// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "app/bench/report_table.hpp"

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
engine-only: packets are made in memory

ipsec aes128-gcm, 1 worker; ceiling: raw library; payload recycled
bytes  device            Mpps  ±%   Gbps  cycles/pkt  p50 µs  p99 µs  dropped  in+out  ceiling  share   net
   64  cpu               8.00   5  64.00         250    12.3     123        0   40.00    16.00   50 %  62 %
       host              2.00   0  16.00        1000    12.3     123        0                    12 %     -
       mix (25 % host)   3.00   0  24.00         667    12.3     123        0                    19 %     -
 imix  cpu               5.00   0  40.00         400    12.3     123        0   30.00     6.25   80 %  96 %
       host             0.123   0   0.99       16207    12.3     123    1,234                     2 %     -
dropped: tx_queue_full 1,234
=> cpu is fastest at 64, imix (2.7-40.5 x the next)
)");
}

}  // namespace
}  // namespace warpline::bench
