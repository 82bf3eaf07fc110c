// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "measure/html.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>

#include "core/base/error.hpp"
#include "measure/result_json.hpp"
#include "tests/app/bench/fixed_report.hpp"

namespace warpline::bench {
namespace {

class HtmlReport : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = testing::TempDir() + "warpline-html-XXXXXX";
    folder_ = mkdtemp(name.data());
  }
  void TearDown() override {
    unsetenv("WARPLINE_PYTHON");
    std::filesystem::remove_all(folder_);
  }
  std::string read(std::string const& path) {
    std::ifstream file(path);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
  }
  std::filesystem::path folder_;
};

TEST_F(HtmlReport, IsOneSelfContainedPageWithAPlotOfEachKindForEachCase) {
  std::string python;
  try {
    python = find_plotter();
  } catch (ConfigError const& error) {
    GTEST_SKIP() << error.what();
  }
  auto const path = (folder_ / "report.html").string();
  write_html(path, to_json(fixed_report()), python);
  auto const page = read(path);
  auto const count = [&](std::string const& what) {
    std::size_t matches = 0;
    for (auto position = page.find(what); position != std::string::npos;
         position = page.find(what, position + 1))
      ++matches;
    return matches;
  };
  EXPECT_EQ(count("<svg"), 6u);  // throughput, share, latency of two cases
  EXPECT_EQ(count("</svg>"), 6u);
  EXPECT_EQ(count("<table>"), 2u);
  EXPECT_NE(page.find("aes128-ctr-hmac-sha1-96"), std::string::npos);
  EXPECT_NE(page.find("engine-only"), std::string::npos);
  EXPECT_NE(page.find("2.500 GHz"), std::string::npos);
  EXPECT_NE(page.find("cpu beats host 4.00x at 64"), std::string::npos);
  EXPECT_NE(page.find("1 helper &lt;thread&gt;"), std::string::npos);
  EXPECT_EQ(count("src="), 0u);
  EXPECT_EQ(count("<link"), 0u);
  EXPECT_EQ(count("<script"), 0u);

  std::regex const id(" id=\"([^\"]*)\"");
  std::set<std::string> ids;
  for (std::sregex_iterator match(page.begin(), page.end(), id), end; match != end; ++match)
    EXPECT_TRUE(ids.insert((*match)[1]).second) << "twice: " << (*match)[1];
  std::regex const use("href=\"#([^\"]*)\"");
  for (std::sregex_iterator match(page.begin(), page.end(), use), end; match != end; ++match)
    EXPECT_TRUE(ids.contains((*match)[1])) << "dangling: " << (*match)[1];
}

TEST_F(HtmlReport, WithoutMatplotlibSaysWhatToInstall) {
  setenv("WARPLINE_PYTHON", "/no/such/python", 1);
  try {
    find_plotter();
    FAIL();
  } catch (ConfigError const& error) {
    EXPECT_NE(std::string(error.what()).find("/no/such/python"), std::string::npos);
    EXPECT_NE(std::string(error.what()).find("python3-matplotlib"), std::string::npos);
  }
}

TEST_F(HtmlReport, LeavesNothingHalfDone) {
  auto const path = (folder_ / "report.html").string();
  std::ofstream(path) << "before";
  EXPECT_THROW(write_html(path, to_json(fixed_report()), "/bin/false"), std::runtime_error);
  EXPECT_EQ(read(path), "before");
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder_), {}), 1);
}

}  // namespace
}  // namespace warpline::bench
