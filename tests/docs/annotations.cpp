// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "core/element/element.hpp"

namespace warpline {
namespace {

/// The declarations that the document shows.
struct Example {
  // BLOCK
};

TEST(Document, ShowsWhatAnElementDoesToAnnotations) {
  constexpr auto kUse = detail::declared_annotations<Example>();
  EXPECT_EQ(kUse.uses, AnnotationSet(Annotation::kL2) | Annotation::kNetwork);
  auto const after = kUse.after(kUse.uses | Annotation::kSa);
  EXPECT_TRUE(after.contains(Annotation::kFlow));
  EXPECT_FALSE(after.contains(Annotation::kSa));
}

}  // namespace
}  // namespace warpline
