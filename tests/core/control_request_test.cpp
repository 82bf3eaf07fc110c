// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "core/element/control_request.hpp"

#include <gtest/gtest.h>

#include "core/base/error.hpp"
#include "core/element/control_answer.hpp"
#include "tests/support/config_errors.hpp"

namespace warpline {
namespace {

TEST(ControlRequest, GivesEachMemberOnce) {
  ControlRequest request(R"({"command": "metrics", "bytes": 64})");
  EXPECT_TRUE(request.contains("bytes"));
  EXPECT_EQ(request.take("bytes", "a number").as_int64(), 64);
  EXPECT_FALSE(request.contains("bytes"));
  EXPECT_EQ(test::errors_of([&] { request.take("bytes", "a number"); }),
            R"(no "bytes"; expected a number)");
  EXPECT_EQ(request.take_text("command", "a command"), "metrics");
  EXPECT_NO_THROW(request.finish());
}

TEST(ControlRequest, SaysWhatWasExpected) {
  ControlRequest request(R"({"command": 7})");
  EXPECT_EQ(test::errors_of([&] { request.take_text("command", "a command's name"); }),
            R"("command": expected a command's name)");
}

TEST(ControlRequest, RefusesMembersThatNobodyTook) {
  ControlRequest const request(R"({"bites": 64})");
  EXPECT_EQ(test::errors_of([&] { request.finish(); }), R"(unknown member "bites")");
}

TEST(ControlRequest, IsAJsonObject) {
  EXPECT_EQ(test::errors_of([] { ControlRequest("[1]"); }),
            R"(expected a JSON object, such as {"command": "metrics"})");
  EXPECT_EQ(test::errors_of([] { ControlRequest("{"); }).substr(0, 16), "this is not JSON");
}

TEST(ControlAnswer, ComesInOnePieceOrInSeveral) {
  ControlAnswer one(std::string("{}"));
  EXPECT_EQ(one.next(), "{}");
  EXPECT_EQ(one.next(), "");
  unsigned left = 3;
  ControlAnswer several([&left] { return left == 0 ? std::string() : std::to_string(left--); });
  EXPECT_EQ(several.next(), "3");
  EXPECT_EQ(several.whole(), "21");
  EXPECT_EQ(several.next(), "");
}

}  // namespace
}  // namespace warpline
