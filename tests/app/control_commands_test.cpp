// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "app/control/control_commands.hpp"

#include <gtest/gtest.h>

#include "core/base/error.hpp"
#include "core/element/control_request.hpp"

namespace warpline::app {
namespace {

/// Answers two commands: `count` with the number of requests so far, `fail` with an error.
class Counting final : public Service {
 public:
  explicit Counting(std::string prefix) : prefix_(std::move(prefix)) {}
  std::vector<std::string> commands() const override {
    return {prefix_ + "count", prefix_ + "fail"};
  }
  ControlAnswer answer(std::string_view command, ControlRequest& request) override {
    if (command == prefix_ + "fail")
      throw ConfigError("no key like 00112233445566778899aabbccddeeff");
    auto const by = request.contains("by") ? request.take("by", "a number").as_int64() : 1;
    request.finish();
    count_ += by;
    return R"({"ok":true,"count":)" + std::to_string(count_) + "}";
  }

 private:
  std::string prefix_;
  std::int64_t count_ = 0;
};

class ControlCommandsTest : public ::testing::Test {
 protected:
  std::string ask(std::string const& line) { return commands_.answer(line).whole(); }

  ControlCommands commands_{{std::make_shared<Counting>(""), std::make_shared<Counting>("b_")}};
};

TEST_F(ControlCommandsTest, PassesARequestToTheServiceThatHasItsCommand) {
  EXPECT_EQ(ask(R"({"command": "count"})"), R"({"ok":true,"count":1})");
  EXPECT_EQ(ask(R"({"command": "count", "by": 4})"), R"({"ok":true,"count":5})");
  EXPECT_EQ(ask(R"({"command": "b_count"})"), R"({"ok":true,"count":1})");
}

TEST_F(ControlCommandsTest, NamesTheCommandsOfAllServices) {
  EXPECT_EQ(ask(R"({"command": "b_cuont"})"),
            R"({"ok":false,"error":"unknown command 'b_cuont'; expected \"count\", \"fail\", )"
            R"(\"b_count\", \"b_fail\", \"metrics\" or \"events\"; did you mean 'b_count'?"})");
}

TEST_F(ControlCommandsTest, ReloadsWhereTheProgramCan) {
  unsigned reloads = 0;
  ControlCommands commands({}, {}, [&]() -> ControlAnswer {
    if (++reloads == 2) throw ConfigError("p.click:1:2: error: no");
    return std::string(R"({"ok":true})");
  });
  EXPECT_EQ(commands.answer(R"({"command": "reload"})").whole(), R"({"ok":true})");
  EXPECT_EQ(commands.answer(R"({"command": "reload"})").whole(),
            R"({"ok":false,"error":"p.click:1:2: error: no"})");
  EXPECT_EQ(commands.answer(R"({"command": "reload", "now": 1})").whole(),
            R"({"ok":false,"error":"unknown member \"now\""})");
  EXPECT_EQ(reloads, 2u);
  EXPECT_NE(commands.answer(R"({"command": "relaod"})").whole().find("did you mean 'reload'?"),
            std::string::npos);
}

TEST_F(ControlCommandsTest, RefusesMembersThatNoServiceTook) {
  EXPECT_EQ(ask(R"({"command": "count", "buy": 4})"),
            R"({"ok":false,"error":"unknown member \"buy\""})");
  EXPECT_EQ(ask(R"({"command": "events", "since": 4})"),
            R"({"ok":false,"error":"unknown member \"since\""})");
}

TEST_F(ControlCommandsTest, HidesKeysInErrorsOfServices) {
  EXPECT_EQ(ask(R"({"command": "fail"})"),
            R"({"ok":false,"error":"no key like ********************************"})");
}

TEST_F(ControlCommandsTest, EventsAreThereWithoutAService) {
  ControlCommands commands{{}};
  auto answer = commands.answer(R"({"command": "events"})");
  EXPECT_TRUE(answer.waits_for_events);
  EXPECT_EQ(answer.whole(), R"({"ok":true})");
  EXPECT_FALSE(commands_.answer(R"({"command": "count"})").waits_for_events);
}

}  // namespace
}  // namespace warpline::app
