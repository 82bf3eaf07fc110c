// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "core/base/secret_json.hpp"

#include <gtest/gtest.h>

#include <boost/json/serialize.hpp>
#include <string>

namespace warpline {
namespace {

namespace json = boost::json;

TEST(SecretJson, IsParsedWhole) {
  json::error_code error;
  auto const value = parse_secret_json(R"( {"key": "00ff", "list": [1, true, null]} )", error);
  ASSERT_FALSE(error) << error.message();
  EXPECT_EQ(json::serialize(value), R"({"key":"00ff","list":[1,true,null]})");
}

TEST(SecretJson, IsAnErrorIfItIsCutOrFollowedBySomething) {
  for (auto const* const text : {"", "{", R"({"key": "00)", "{} {}", "{'a': 1}", "{\"a\": 1,}"}) {
    json::error_code error;
    EXPECT_TRUE(parse_secret_json(text, error).is_null()) << text;
    EXPECT_TRUE(error) << text;
  }
}

TEST(SecretJson, HasABoundedDepth) {
  auto const nested = [](std::size_t depth) {
    json::error_code error;
    (void)parse_secret_json(std::string(depth, '[') + std::string(depth, ']'), error);
    return !error;
  };
  EXPECT_TRUE(nested(32));
  EXPECT_FALSE(nested(33));
  EXPECT_FALSE(nested(100'000));
}

TEST(SecretJson, OutlivesItsText) {
  json::error_code error;
  json::value value;
  {
    std::string text = R"({"key": ")" + std::string(200, 'a') + "\"}";
    value = parse_secret_json(text, error);
    text.assign(text.size(), 'x');
  }
  EXPECT_EQ(value.at("key").as_string(), std::string(200, 'a'));
}

}  // namespace
}  // namespace warpline
