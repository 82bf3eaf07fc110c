// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "core/element/program_option.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace warpline {
namespace {

WARPLINE_OPTION(first, {.name = "--test-option", .type_name = "N", .help = "For a test"});
WARPLINE_OPTION(second, {.name = "--test-option-2",
                         .type_name = "N",
                         .help = "For a test",
                         .commands = ProgramOption::Commands::kRun});

TEST(ProgramOption, IsKnownToTheProgramWhereverItIsDeclared) {
  auto const& all = ProgramOption::all();
  auto const found = [&](char const* name) {
    return std::count_if(all.begin(), all.end(),
                         [name](ProgramOption const& option) { return option.name == name; });
  };
  EXPECT_EQ(found("--test-option"), 1);
  EXPECT_EQ(found("--test-option-2"), 1);
  EXPECT_EQ(found("--no-such-option"), 0);
}

}  // namespace
}  // namespace warpline
