// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "core/base/error.hpp"

#include <gtest/gtest.h>

namespace warpline {
namespace {

TEST(Diagnostic, ShowsTheLineAndACaretUnderItsColumn) {
  auto source = std::make_shared<Source>(Source{"a.click", "one\n\ttwo three\n"});
  Diagnostic const diagnostic{Diagnostic::Severity::kError, source, {2, 6}, "expected 'four'"};
  EXPECT_EQ(diagnostic.render(), "a.click:2:6: error: expected 'four'\n  \ttwo three\n  \t    ^");
}

TEST(Diagnostic, ShowsOfALongLineWhatIsAroundTheColumn) {
  auto source = std::make_shared<Source>(
      Source{"a", std::string(100'000, 'x') + "here" + std::string(100'000, 'y')});
  auto const text =
      Diagnostic{Diagnostic::Severity::kError, source, {1, 100'001}, "expected 'there'"}.render();
  EXPECT_LT(text.size(), 1000u);
  auto const line = text.find("\n  ") + 3, carets = text.find("\n  ", line) + 3;
  EXPECT_EQ(text.find("here", line) - line, text.find('^') - carets) << text;
  EXPECT_EQ(text.substr(line, 4), "...x");
  EXPECT_EQ(text.substr(carets - 7, 4), "y...");
}

TEST(Diagnostic, StandsAloneWithoutASource) {
  EXPECT_EQ((Diagnostic{Diagnostic::Severity::kWarning, nullptr, {}, "odd"}.render()),
            "warning: odd");
}

TEST(DidYouMean, OffersTheNearestNames) {
  std::vector<std::string> const names{"Discard", "Counter", "Classifier"};
  EXPECT_EQ(did_you_mean("Discrad", names), "; did you mean 'Discard'?");
  EXPECT_EQ(did_you_mean("counter", names), "; did you mean 'Counter'?");
  EXPECT_EQ(did_you_mean("IPsecAES", names), "");
}

}  // namespace
}  // namespace warpline
