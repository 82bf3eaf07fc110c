// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/support/config_errors.hpp"
#include "tests/support/pipeline_runner.hpp"
#include "tests/support/scoped.hpp"

/// Errors of `IDS` about wrong arguments.
namespace warpline {
namespace {

using testing::HasSubstr;

std::string error_of(std::string const& arguments) {
  test::ScopedFolder folder;
  folder.write("r.rules", "alert udp any any -> any any (content:\"x\"; sid:1;)\n");
  test::RunOptions options;
  options.source_name = folder.path("test.click");
  return test::errors_of([&] {
    test::PipelineRunner const runner(
        "FromInput -> IDS(RULES r.rules, " + arguments + ") -> ToOutput;", options);
  });
}

TEST(IdsArguments, NamesWhatIsExpected) {
  EXPECT_EQ(error_of("DEPTH 536870912"), "no error");
  EXPECT_THAT(error_of("DEPTH 536870913"),
              HasSubstr("DEPTH is 536870913; expected 1 to 536870912"));
  EXPECT_THAT(error_of("FLOWS 0"), HasSubstr("FLOWS is 0; expected 1 to 134217728"));
  EXPECT_THAT(error_of("STREAM_MEMORY 9999999999999"),
              HasSubstr("STREAM_MEMORY is 9999999999999; expected 1 to 1099511627776"));
  EXPECT_THAT(error_of("MODE idps"), HasSubstr("expected ids or ips"));
  EXPECT_THAT(error_of("CHECKSUM yes"), HasSubstr("expected on, off or auto"));
  EXPECT_THAT(error_of("ON_LIMIT drop"),
              HasSubstr("expected ignore, drop-flow, pass-flow or bypass"));
  EXPECT_THAT(error_of("EVE_TYPES alerts"), HasSubstr("unknown type of event 'alerts'"));
}

TEST(IdsArguments, MarksTheFileThatCannotBeWritten) {
  for (std::string const name : {"EVE", "FAST"}) {
    std::string const other = name == "EVE" ? "FAST" : "EVE";
    auto const error = error_of(other + " /dev/null, " + name + " /nowhere/file");
    EXPECT_THAT(error, HasSubstr("/nowhere/file: cannot be written"));
    // The caret is below the value.
    auto const caret = error.rfind('^') - error.rfind('\n') - 1;
    auto const line = error.substr(error.find('\n') + 1);
    EXPECT_EQ(line.substr(caret - name.size() - 1, name.size()), name) << error;
  }
}

}  // namespace
}  // namespace warpline
