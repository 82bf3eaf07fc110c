// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "core/base/diagnostics.hpp"

#include <gtest/gtest.h>

namespace warpline {
namespace {

std::shared_ptr<Source const> source(std::string name) {
  return std::make_shared<Source>(Source{std::move(name), "one\ntwo\n"});
}

std::vector<std::string> errors_of(Diagnostics& diagnostics) {
  std::vector<std::string> messages;
  try {
    diagnostics.throw_errors();
  } catch (ConfigError const& error) {
    for (auto const& diagnostic : error.diagnostics()) messages.push_back(diagnostic.message);
  }
  return messages;
}

using Messages = std::vector<std::string>;

TEST(Diagnostics, ThrowsErrorsInTheOrderOfTheText) {
  Diagnostics diagnostics(source("a"));
  EXPECT_TRUE(diagnostics.empty());
  EXPECT_NO_THROW(diagnostics.throw_errors());
  diagnostics.error({2, 1}, "second");
  diagnostics.error({1, 4}, "first");
  diagnostics.error({2, 1}, "second");
  EXPECT_EQ(diagnostics.error_count(), 2u);
  EXPECT_EQ(errors_of(diagnostics), (Messages{"first", "second"}));
}

TEST(Diagnostics, KeepsTheErrorsOfAnotherTextTogether) {
  Diagnostics other(source("b"));
  other.error({2, 1}, "other, line 2");
  other.error({1, 1}, "other, line 1");
  Diagnostics diagnostics(source("a"));
  diagnostics.error({2, 1}, "line 2");
  try {
    other.throw_errors();
  } catch (ConfigError const& error) {
    diagnostics.error({1, 1}, error);
  }
  diagnostics.error({1, 1}, ConfigError("no place of its own"));
  EXPECT_EQ(errors_of(diagnostics),
            (Messages{"no place of its own", "line 2", "other, line 1", "other, line 2"}));
}

TEST(Diagnostics, CountsErrorsAfterTheMaximum) {
  Diagnostics diagnostics(source("a"));
  for (unsigned i = 0; i <= Diagnostics::kMaxErrors; ++i) diagnostics.error({1, i}, "wrong");
  auto const messages = errors_of(diagnostics);
  ASSERT_EQ(messages.size(), Diagnostics::kMaxErrors + 1);
  EXPECT_EQ(messages.back(), "1 more error is not shown");
}

TEST(Diagnostics, MasksMessages) {
  Diagnostics diagnostics(source("a"),
                          [](std::string_view text) { return std::string(text.size(), '*'); });
  diagnostics.error({1, 1}, "key");
  diagnostics.warning({1, 1}, "keys");
  EXPECT_EQ(errors_of(diagnostics), Messages{"***"});
  EXPECT_EQ(diagnostics.warnings().at(0).message, "****");
}

TEST(Diagnostics, ShowsAWarningOnceForEachPlaceOrOnceInAll) {
  Diagnostics diagnostics(source("a"));
  for (unsigned column : {1u, 2u, 2u}) diagnostics.warning({1, column}, "repeated");
  for (unsigned line : {1u, 2u, 2u}) diagnostics.warning_once({line, 3}, "skipped");
  for (auto const* word : {"x", "y", "x"}) diagnostics.warning_item({2, 5}, "ignored", word);
  Messages messages;
  for (auto const& warning : diagnostics.warnings())
    messages.push_back(warning.message + ' ' + std::to_string(warning.position.line) + ':' +
                       std::to_string(warning.position.column));
  EXPECT_EQ(messages, (Messages{"repeated 1:1", "repeated 1:2", "skipped (and 2 more) 1:3",
                                "ignored: x, y 2:5"}));
  EXPECT_EQ(diagnostics.place({2, 5}), "a:2:5");
}

}  // namespace
}  // namespace warpline
