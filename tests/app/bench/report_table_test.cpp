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
)");
}

}  // namespace
}  // namespace warpline::bench
