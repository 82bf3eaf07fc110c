// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <sstream>

#include "tests/core/click/flat_text.hpp"
#include "tests/core/click/parse.hpp"
#include "tests/core/click/random_pipeline.hpp"

namespace warpline::test {
namespace {

/// Numbers of anonymous elements depend on the text, not on the graph: `Class@7` becomes `Class@`.
std::string without_numbers(std::string_view name) {
  auto const position = name.find('@');
  return std::string(name.substr(0, position == std::string_view::npos ? position : position + 1));
}

std::set<std::string> elements_found(Pipeline const& pipeline) {
  std::set<std::string> result;
  for (auto element : pipeline.elements) {
    element.name = without_numbers(element.name);
    auto line = elements_of({nullptr, {element}, {}, {}});
    line.pop_back();
    EXPECT_TRUE(result.insert(line).second) << line;
  }
  return result;
}

std::set<std::string> connections_found(Pipeline pipeline) {
  std::set<std::string> result;
  for (auto& element : pipeline.elements) element.name = without_numbers(element.name);
  for (auto const& connection : pipeline.connections) {
    auto line = connections_of({nullptr, pipeline.elements, {connection}, {}});
    line.pop_back();
    EXPECT_TRUE(result.insert(line).second) << line;
  }
  return result;
}

TEST(ClickRoundTrip, ARandomGraphIsFoundAgainInItsText) {
  std::size_t compounds = 0;
  for (std::uint32_t seed = 0; seed < 3000; ++seed) {
    RandomPipeline const random(seed);
    SCOPED_TRACE("seed " + std::to_string(seed) + "\n" + random.text);
    Pipeline pipeline;
    ASSERT_NO_THROW(pipeline = parse(random.text)) << errors_of(random.text);
    ASSERT_EQ(elements_found(pipeline), random.elements);
    ASSERT_EQ(connections_found(pipeline), random.connections);
    EXPECT_TRUE(pipeline.warnings.empty());
    for (auto const& element : pipeline.elements)
      if (element.name.find('/') != std::string::npos) ++compounds;
  }
  EXPECT_GT(compounds, 3000U);
}

TEST(ClickRoundTrip, TheFlatTextHasTheSameGraph) {
  for (std::uint32_t seed = 0; seed < 1000; ++seed) {
    auto const pipeline = parse(RandomPipeline(seed).text);
    auto const flat = flat_text(pipeline);
    SCOPED_TRACE("seed " + std::to_string(seed) + "\n" + flat);
    Pipeline again;
    ASSERT_NO_THROW(again = parse(flat)) << errors_of(flat);
    EXPECT_TRUE(same_graph(pipeline, again));
  }
}

TEST(ClickRoundTrip, ATextParsesTheSameEveryTime) {
  for (std::uint32_t seed = 0; seed < 100; ++seed) {
    auto const text = RandomPipeline(seed).text;
    EXPECT_EQ(flat_text(parse(text)), flat_text(parse(text)));
  }
}

}  // namespace
}  // namespace warpline::test
