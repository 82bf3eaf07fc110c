// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "measure/json.hpp"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <cmath>
#include <limits>

namespace warpline::app {
namespace {

namespace json = boost::json;

TEST(Json, IsIndentedAndReadsBackTheSame) {
  json::value const value{{"text", "a \"quoted\" \n µ"},
                          {"empty", {{"object", json::object{}}, {"array", json::array{}}}},
                          {"numbers", {0, -5, ~std::uint64_t{0}, 0.25, 1e300}},
                          {"nothing", nullptr},
                          {"truth", true}};
  auto const text = pretty(value);
  EXPECT_EQ(json::parse(text), value);
  EXPECT_EQ(pretty(json::value{{"a", 1}, {"b", {1, "x"}}}),
            "{\n  \"a\": 1,\n  \"b\": [\n    1,\n    \"x\"\n  ]\n}\n");
}

TEST(Json, WhatIsNoNumberIsNull) {
  EXPECT_EQ(pretty(json::array{std::nan(""), std::numeric_limits<double>::infinity(),
                               -std::numeric_limits<double>::infinity()}),
            "[\n  null,\n  null,\n  null\n]\n");
}

TEST(Json, SaysWhyAFileCannotBeWritten) {
  try {
    write_json("/nowhere/at/all.json", json::object{});
    FAIL() << "nothing was thrown";
  } catch (std::runtime_error const& error) {
    EXPECT_EQ(std::string(error.what()),
              "/nowhere/at/all.json: cannot be written: No such file or directory");
  }
  EXPECT_THROW(write_json("/dev/full", json::object{}), std::runtime_error);
}

}  // namespace
}  // namespace warpline::app
