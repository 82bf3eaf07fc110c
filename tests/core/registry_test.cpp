// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "core/element/registry.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>

#include "core/element/element.hpp"

namespace warpline {
namespace {

TEST(Registry, RefusesASecondClassOfOneNameAndKeepsTheFirst) {
  Registry registry;
  registry.add("Twin", {nullptr, "elements/first.cpp", false});
  registry.add("Other", {nullptr, "elements/other.cpp", false});
  try {
    registry.add("Twin", {nullptr, "elements/second.cpp", true});
    FAIL() << "no error";
  } catch (std::logic_error const& error) {
    EXPECT_THAT(error.what(), testing::AllOf(testing::HasSubstr("'Twin'"),
                                             testing::HasSubstr("elements/first.cpp"),
                                             testing::HasSubstr("elements/second.cpp")));
  }
  EXPECT_STREQ(registry.find("Twin")->file, "elements/first.cpp");
  EXPECT_FALSE(registry.find("Twin")->offloadable);
  EXPECT_THAT(registry.names(), testing::ElementsAre("Other", "Twin"));
}

TEST(Registry, EndsTheProgramAtItsStartIfTwoClassesHaveOneName) {
  EXPECT_EXIT(detail::Registration("TestSink", {nullptr, "elements/copy.cpp", false}),
              testing::ExitedWithCode(EXIT_FAILURE),
              "error: two element classes are called 'TestSink'.*test_elements.cpp.*copy.cpp");
}

}  // namespace
}  // namespace warpline
