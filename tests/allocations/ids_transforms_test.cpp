// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <string>

#include "elements/ids/verify/transform_chain.hpp"
#include "tests/support/allocations/allocations.hpp"

namespace warpline::ids {
namespace {

using Kind = Transform::Kind;

TEST(IdsTransforms, AllocateNothingOnceTheirMemoryHasGrown) {
  TransformChain const chain({{Kind::kExpression, "(.*)"},
                              {Kind::kCompressWhitespace},
                              {Kind::kDotPrefix},
                              {Kind::kUrlDecode},
                              {Kind::kSha1},
                              {Kind::kMd5},
                              {Kind::kSha256}});
  std::string const text(1000, 'x');
  Bytes const buffer{reinterpret_cast<std::uint8_t const*>(text.data()), 1000};
  TransformChain::Memory memory;
  chain.apply(buffer, memory);
  auto const before = test::allocations_here();
  for (int i = 0; i < 10; ++i) chain.apply(buffer, memory);
  EXPECT_EQ(test::allocations_here(), before);
}

}  // namespace
}  // namespace warpline::ids
