// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "core/element/context.hpp"
#include "core/element/element.hpp"

namespace warpline {
namespace {

using namespace std::chrono_literals;

/// What the constructor that the document shows reads of its arguments.
struct Example {
  explicit Example(Args& args) {
    // BLOCK
    text = std::to_string(port) + " " + file + " " + std::to_string(capacity) + " " +
           std::to_string(wait / 1us) + "us";
    for (auto const& rule : rules) text += " [" + rule.text + "]";
  }

  std::vector<Argument> rules;
  std::string text;
};

std::string read_by_example(std::string const& arguments) {
  PortSet ports;
  DeviceSet devices;
  SharedStore shared;
  BuildContext context{ports, devices, shared};
  auto const pipeline =
      parse_pipeline(std::make_shared<Source>(Source{"/a/x.click", "X(" + arguments + ") -> Y;"}));
  Args args(pipeline.elements.at(0), pipeline.source, context);
  auto const text = Example(args).text;
  args.finish();
  return text;
}

TEST(Document, ShowsAConstructorThatReadsItsArguments) {
  EXPECT_EQ(read_by_example("7, tunnels.sa"), "7 /a/tunnels.sa 4096 10us");
  EXPECT_EQ(read_by_example("PORT 7, a.sa, 64"), "7 /a/a.sa 64 10us");
  EXPECT_EQ(read_by_example("7, a.sa, CAPACITY 64, WAIT 2ms"), "7 /a/a.sa 64 2000us");
  EXPECT_EQ(read_by_example("7, a.sa, 64, first rule, second"),
            "7 /a/a.sa 64 10us [first rule] [second]");
  EXPECT_THROW(read_by_example("7, a.sa, 0"), ConfigError);
  EXPECT_THROW(read_by_example("a.sa"), ConfigError);
}

}  // namespace
}  // namespace warpline
