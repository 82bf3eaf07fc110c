// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "app/session/units.hpp"

#include <gtest/gtest.h>

#include "core/base/error.hpp"

namespace warpline::app {
namespace {

using namespace std::chrono_literals;

template <class Parse>
std::string refusal(Parse&& parse, std::string const& text) {
  try {
    parse(text);
  } catch (ConfigError const& error) {
    return error.what();
  }
  return "accepted";
}

TEST(Units, CountsTakeDecimalSuffixes) {
  EXPECT_EQ(parse_count("0", "n"), 0u);
  EXPECT_EQ(parse_count("4096", "n"), 4096u);
  EXPECT_EQ(parse_count("64k", "n"), 64'000u);
  EXPECT_EQ(parse_count("64K", "n"), 64'000u);
  EXPECT_EQ(parse_count("2M", "n"), 2'000'000u);
  EXPECT_EQ(parse_count("3G", "n"), 3'000'000'000u);
  EXPECT_EQ(parse_count("18446744073709551615", "n"), ~std::uint64_t{0});
}

TEST(Units, CountsRefuseWhatIsNotOne) {
  auto const parse = [](std::string const& text) { parse_count(text, "--n"); };
  for (auto const* text : {"", "-1", "+1", "1.5", "k", "1kk", "1 k", " 1", "0x10", "1T",
                           "18446744073709551616", "18446744073709551615k"})
    EXPECT_EQ(refusal(parse, text),
              "--n: '" + std::string(text) + "' is not a count; expected e.g. 4096, 64k or 2M");
}

TEST(Units, CountsKeepTheirRange) {
  EXPECT_EQ(parse_count("5", "n", 5, 6), 5u);
  EXPECT_EQ(parse_count("6", "n", 5, 6), 6u);
  auto const parse = [](std::string const& text) { parse_count(text, "--n", 5, 6); };
  EXPECT_EQ(refusal(parse, "4"), "--n: 4 is out of range; expected 5 to 6");
  EXPECT_EQ(refusal(parse, "7k"), "--n: 7k is out of range; expected 5 to 6");
}

TEST(Units, DurationsNeedAUnit) {
  EXPECT_EQ(parse_duration("5ns", "t"), 5ns);
  EXPECT_EQ(parse_duration("100us", "t"), 100us);
  EXPECT_EQ(parse_duration("0s", "t"), 0s);
  EXPECT_EQ(parse_duration("1.5s", "t"), 1500ms);
  EXPECT_EQ(parse_duration("2m", "t"), 2min);
  EXPECT_EQ(parse_duration("1h", "t"), 1h);
  auto const parse = [](std::string const& text) { parse_duration(text, "--t"); };
  for (auto const* text : {"", "5", "s", "-1s", "5 s", "5sec", "1e30s", "inf", "infs", "nans"})
    EXPECT_NE(refusal(parse, text).find("--t: '" + std::string(text) + "' is not a duration"),
              std::string::npos)
        << text;
}

TEST(Units, CoresAreNumbersAndRanges) {
  using Cores = std::vector<int>;
  EXPECT_EQ(parse_cores("3", "c"), Cores({3}));
  EXPECT_EQ(parse_cores("3,1", "c"), Cores({3, 1}));
  EXPECT_EQ(parse_cores("2-4,0,7-7", "c"), Cores({2, 3, 4, 0, 7}));
  auto const parse = [](std::string const& text) { parse_cores(text, "--c"); };
  for (auto const* text :
       {"", ",", "1,", ",1", "1-", "-1", "4-2", "1-2-3", "a", "1 2", "5000", "1-99999999999"})
    EXPECT_NE(refusal(parse, text).find("is not a list of processors"), std::string::npos) << text;
}

}  // namespace
}  // namespace warpline::app
