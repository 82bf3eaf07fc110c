// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "core/element/args.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/core/test_elements.hpp"
#include "tests/support/config_errors.hpp"

namespace warpline {
namespace {

/// The arguments of one element, as its constructor sees them.
struct Given {
  explicit Given(std::string const& arguments)
      : pipeline(parse_pipeline(std::make_shared<Source>(
            Source{"/etc/warpline/x.click", "X(" + arguments + ") -> Y;"}))),
        args(pipeline.elements.at(0), pipeline.source, rig.context) {}

  test::Rig rig;
  Pipeline pipeline;
  Args args;
};

TEST(QuotedKeyword, IsTheSameAsWithoutQuotesForEveryType) {
  for (auto const* text : {"number 7, label a b, wait 2ms, on true, share 0.5, file f.sa",
                           "\"number 7\", \"label a b\", \"wait 2ms\", \"on true\", "
                           "\"share 0.5\", \"file f.sa\"",
                           "'number   7 ', 'label\ta b', 'wait 2ms', 'on true', 'share 0.5', "
                           "'file f.sa'"}) {
    SCOPED_TRACE(text);
    Given given(text);
    auto& args = given.args;
    EXPECT_EQ(args.keyword<std::uint16_t>("number", 0), 7);
    EXPECT_EQ(args.keyword<std::string>("label", ""), "a b");
    EXPECT_EQ(args.keyword("wait", std::chrono::nanoseconds(0)), std::chrono::milliseconds(2));
    EXPECT_TRUE(args.keyword("on", false));
    EXPECT_EQ(args.keyword("share", 0.0), 0.5);
    EXPECT_EQ(args.path_or_empty("file"), "/etc/warpline/f.sa");
    EXPECT_NO_THROW(args.finish());
  }
}

TEST(QuotedKeyword, IsTakenForAnArgumentByPosition) {
  Given given("\"CAPACITY 64\"");
  EXPECT_EQ(given.args.optional<std::uint32_t>("CAPACITY", 1), 64u);
  Given required("\"PORT 3\"");
  EXPECT_EQ(required.args.required<std::string>("PORT"), "3");
}

TEST(QuotedKeyword, IsLeftToTheOneThatItNamesWhereAValueHasNoBlanks) {
  Given given("\"SECOND 2\", 1");
  EXPECT_EQ(given.args.optional<std::uint32_t>("FIRST", 0), 1u);
  EXPECT_EQ(given.args.optional<std::uint32_t>("SECOND", 0), 2u);
  EXPECT_NO_THROW(given.args.finish());
}

TEST(QuotedKeyword, IsNoneInATextThatOnlyBeginsAlike) {
  for (auto const* text : {"\"LABELS of it\"", "\"a LABEL\"", "\"LABEL\"", "\"LABEL \""}) {
    SCOPED_TRACE(text);
    Given given(text);
    EXPECT_EQ(given.args.optional<std::string>("LABEL", ""),
              std::string(text).substr(1, std::string(text).size() - 2));
  }
}

TEST(QuotedKeyword, GivenBesideTheKeywordIsAnError) {
  Given given("method one, \"method two\"");
  EXPECT_THAT(test::errors_of([&] { given.args.keyword<std::string>("method", ""); }),
              testing::HasSubstr("method is given twice"));
}

TEST(QuotedKeyword, OfAnotherNameIsUnexpected) {
  Given given("\"methd echoback\"");
  given.args.keyword<std::string>("method", "");
  EXPECT_THAT(test::errors_of([&] { given.args.finish(); }),
              testing::HasSubstr("unexpected argument 'methd echoback'; it takes method"));
}

TEST(RequiredArgument, WhoseKeywordIsMisspeltIsReportedAtThatPlace) {
  Given misspelt("ON true, BYTE 64");
  EXPECT_EQ(test::errors_of([&] { misspelt.args.required<std::uint16_t>("BYTES"); }),
            "/etc/warpline/x.click:1:12: error: X: unknown argument 'BYTE'; did you mean 'BYTES'?\n"
            "  X(ON true, BYTE 64) -> Y;\n"
            "             ^");
  Given other("WAIT 2ms");
  EXPECT_THAT(test::errors_of([&] { other.args.required<std::uint16_t>("BYTES"); }),
              testing::HasSubstr("x.click:1:1: error: X: missing argument BYTES"));
}

TEST(IgnoredArgument, IsTakenAndIsNotAmongTheKnown) {
  Given given("PROMISC true, \"NDESC 128\", BURST 32");
  EXPECT_EQ(given.args.keyword<std::uint16_t>("BURST", 0), 32);
  EXPECT_TRUE(given.args.ignore("PROMISC"));
  EXPECT_TRUE(given.args.ignore("NDESC"));
  EXPECT_FALSE(given.args.ignore("IQUEUE"));
  EXPECT_NO_THROW(given.args.finish());
  EXPECT_THAT(given.args.known(), testing::ElementsAre("BURST"));
}

}  // namespace
}  // namespace warpline
