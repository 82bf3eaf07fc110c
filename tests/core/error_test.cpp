// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "core/error.hpp"

#include <gtest/gtest.h>

namespace warpline {
namespace {

TEST(Diagnostic, ShowsTheLineAndACaretUnderItsColumn) {
  auto source = std::make_shared<Source>(Source{"a.click", "one\n\ttwo three\n"});
  Diagnostic const diagnostic{Diagnostic::Severity::kError, source, {2, 6}, "expected 'four'"};
  EXPECT_EQ(diagnostic.render(), "a.click:2:6: error: expected 'four'\n  \ttwo three\n  \t    ^");
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
