// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/docs.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <regex>

#include "tests/elements/element_files.hpp"
#include "tests/support/pipeline_runner.hpp"
#include "tests/support/traffic.hpp"

namespace warpline {
namespace {

using test::Frame;
using test::PipelineRunner;

std::vector<std::string> class_names() {
  std::vector<std::string> names;
  for (auto const& name : Registry::instance().names())
    if (!test::is_test_element(*Registry::instance().find(name))) names.push_back(name);
  return names;
}

/// Without those that the engine builds into the split topology; engine_test.cpp runs them.
std::vector<std::string> names_outside_the_engine() {
  auto names = class_names();
  std::erase_if(names,
                [](auto const& name) { return name == "ToCompute" || name == "FromCompute"; });
  return names;
}

/// For each element that the program knows.
class EachElement : public testing::TestWithParam<std::string> {
 protected:
  ElementDoc const* doc() const { return find_element_doc(GetParam()); }
  test::RunOptions options() const {
    return {.frame_size = 9300, .host_helpers = 0, .source_name = files_.pipeline_name()};
  }

  test::ElementFiles files_;
};
INSTANTIATE_TEST_SUITE_P(Documented, EachElement, testing::ValuesIn(class_names()),
                         [](auto const& parameter) { return parameter.param; });

/// For each element that a pipeline may hold.
class EachUsable : public EachElement {};
INSTANTIATE_TEST_SUITE_P(Documented, EachUsable, testing::ValuesIn(names_outside_the_engine()),
                         [](auto const& parameter) { return parameter.param; });

TEST_P(EachElement, HasADocBlockWithAllItsParts) {
  ASSERT_NE(doc(), nullptr);
  EXPECT_EQ(doc()->name, GetParam());
  EXPECT_TRUE(doc()->summary.ends_with('.'));
  EXPECT_THAT(std::string(doc()->example), testing::HasSubstr(GetParam()));
  EXPECT_TRUE(doc()->ports.ends_with('.'));
  for (auto const& argument : doc()->arguments)
    EXPECT_FALSE(argument.text.empty()) << argument.name;
  auto const& entry = *Registry::instance().find(GetParam());
  EXPECT_TRUE(std::string(entry.file).ends_with(doc()->file)) << entry.file;
  EXPECT_EQ(doc()->offloadable, entry.offloadable);
}

TEST_P(EachUsable, HasAnExampleThatTakesAnyTraffic) {
  ASSERT_NE(doc(), nullptr);
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937_64 random(seed);
    auto settings = options();
    settings.tailroom = seed == 1 ? 0 : 128;
    for (int i = 0; i < 20; ++i)
      settings.bursts.push_back(1 + static_cast<unsigned>(random() % 256));
    PipelineRunner runner(std::string(doc()->example), settings);
    EXPECT_TRUE(runner.warnings().empty()) << runner.warnings().front().render();
    runner.run_ports({test::mixed_traffic(seed, 500, 9000), test::mixed_traffic(seed + 100, 200)});
  }
}

TEST_P(EachUsable, ListsTheArgumentsThatItAsksForAndTheNumberOfItsPorts) {
  ASSERT_NE(doc(), nullptr);
  PipelineRunner world("TestSilence -> Discard;", options());  // for its ports and devices
  auto const pipeline = parse_pipeline(
      std::make_shared<Source>(Source{files_.pipeline_name(), std::string(doc()->example)}));
  std::vector<std::string> listed, asked;
  for (auto const& argument : doc()->arguments) listed.emplace_back(argument.name);
  std::smatch counts;
  std::string const ports(doc()->ports);
  bool const fixed = std::regex_search(ports, counts, std::regex("^(\\d+) in, (\\d+) out"));
  for (auto const& decl : pipeline.elements) {
    if (decl.class_name != GetParam()) continue;
    Args args(decl, pipeline.source, world.context());
    auto const element = Registry::instance().find(GetParam())->make(args);
    asked.insert(asked.end(), args.known().begin(), args.known().end());
    if (!fixed) continue;
    EXPECT_EQ(element->ports().inputs, std::stoul(counts[1]));
    EXPECT_EQ(element->ports().outputs, std::stoul(counts[2]));
  }
  EXPECT_THAT(listed, testing::IsSubsetOf(asked)) << "listed, but not asked for";
  EXPECT_THAT(asked, testing::IsSubsetOf(listed)) << "asked for, but not listed";
}

TEST(ElementDocs, DescribeNothingThatIsNotThere) {
  auto const names = class_names();
  for (auto const& doc : element_docs())
    EXPECT_THAT(names, testing::Contains(std::string(doc.name)));
  EXPECT_EQ(element_docs().size(), names.size());
  EXPECT_EQ(find_element_doc("Dsicard"), nullptr);
}

}  // namespace
}  // namespace warpline
