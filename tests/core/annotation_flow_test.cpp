// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "core/engine/annotation_flow.hpp"

#include <gtest/gtest.h>

#include <random>

namespace warpline {
namespace {

using Element = AnnotationFlow::Element;
using Connections = std::vector<AnnotationFlow::Connection>;
constexpr AnnotationSet kL2 = Annotation::kL2, kNetwork = Annotation::kNetwork,
                        kTransport = Annotation::kTransport, kSa = Annotation::kSa,
                        kScan = Annotation::kScan;
constexpr Element kSource{{}, true};

Element uses(AnnotationSet set) { return {{set.with_lower_layers(), {}, {}}}; }
Element sets(AnnotationSet set) { return {{{}, set, {}}}; }
Element clears(AnnotationSet set) { return {{{}, {}, set}}; }

std::vector<AnnotationSet> parsers(AnnotationFlow const& flow) {
  std::vector<AnnotationSet> layers;
  for (auto const& connection : flow.connections()) layers.push_back(connection.parsed);
  return layers;
}

TEST(AnnotationFlow, PassesOnWhatIsSetUntilItIsCleared) {
  AnnotationFlow const flow({kSource, sets(kNetwork | kSa), {}, clears(kNetwork), {}},
                            {{0, 1}, {1, 2}, {2, 3}, {3, 4}});
  EXPECT_EQ(flow.before(1), AnnotationSet());
  EXPECT_EQ(flow.before(2), kL2 | kNetwork | kSa);
  EXPECT_EQ(flow.before(4), kL2 | kSa);
}

TEST(AnnotationFlow, KnowsAtAMergeOnlyWhatEveryPathSets) {
  AnnotationFlow const flow({kSource, sets(kSa | kNetwork), sets(kNetwork), {}},
                            {{0, 1}, {0, 2}, {1, 3}, {2, 3}});
  EXPECT_EQ(flow.before(3), kL2 | kNetwork);
}

TEST(AnnotationFlow, KeepsOneOfTheTwoThatShareAWord) {
  AnnotationFlow const flow({kSource, sets(kSa), sets(kScan), {}}, {{0, 1}, {1, 2}, {2, 3}});
  EXPECT_EQ(flow.before(3), kScan);
}

TEST(AnnotationFlow, SaysFromWhichElementAPathComesThatDoesNotSetIt) {
  AnnotationFlow const flow({kSource, kSource, sets(kSa), {}, uses(kSa)},
                            {{0, 2}, {2, 3}, {1, 3}, {3, 4}});
  EXPECT_EQ(flow.missing(4), kSa);
  EXPECT_EQ(flow.origin(4, Annotation::kSa), 1u);
  AnnotationFlow const cleared({kSource, sets(kSa), sets(kScan), uses(kSa)},
                               {{0, 1}, {1, 2}, {2, 3}});
  EXPECT_EQ(cleared.origin(3, Annotation::kSa), 2u) << "it sets what shares the word";
}

TEST(AnnotationFlow, PutsOneParserAsDeepAsThePathNeeds) {
  AnnotationFlow flow({kSource, {}, uses(kL2), {}, uses(kTransport)},
                      {{0, 1}, {1, 2}, {2, 3}, {3, 4}});
  flow.add_parsers();
  EXPECT_EQ(parsers(flow), (std::vector<AnnotationSet>{{}, kTransport, {}, {}}));
  EXPECT_TRUE(flow.missing(4).empty());
}

TEST(AnnotationFlow, PutsNoParserWhereAnElementReadsHeadersAnyway) {
  AnnotationFlow flow({kSource, sets(kNetwork), uses(kNetwork), uses(kL2)},
                      {{0, 1}, {1, 2}, {2, 3}});
  flow.add_parsers();
  EXPECT_EQ(parsers(flow), (std::vector<AnnotationSet>{{}, {}, {}}));
}

TEST(AnnotationFlow, ParsesAgainOnlyAfterAnElementThatClears) {
  AnnotationFlow flow({kSource, uses(kNetwork), clears(kNetwork), uses(kNetwork)},
                      {{0, 1}, {1, 2}, {2, 3}});
  flow.add_parsers();
  EXPECT_EQ(parsers(flow), (std::vector<AnnotationSet>{kNetwork, {}, kNetwork}));
}

TEST(AnnotationFlow, ParsesHigherLayersAgainAfterAnElementThatSetsALowerOne) {
  AnnotationFlow flow({kSource, uses(kTransport), sets(kNetwork), uses(kTransport)},
                      {{0, 1}, {1, 2}, {2, 3}});
  EXPECT_EQ(flow.before(3), kL2 | kNetwork);
  flow.add_parsers();
  EXPECT_EQ(parsers(flow), (std::vector<AnnotationSet>{kTransport, {}, kTransport}));
  AnnotationFlow late({kSource, uses(kL2), sets(kNetwork), uses(kTransport)},
                      {{0, 1}, {1, 2}, {2, 3}});
  late.add_parsers();
  EXPECT_EQ(parsers(late), (std::vector<AnnotationSet>{kL2, {}, kTransport}))
      << "the first parser need not read what is overwritten";
}

TEST(AnnotationFlow, PutsAParserOnlyOnThePathThatLacksIt) {
  AnnotationFlow flow({kSource, sets(kNetwork), {}, uses(kNetwork)},
                      {{0, 1}, {0, 2}, {1, 3}, {2, 3}});
  flow.add_parsers();
  EXPECT_EQ(parsers(flow), (std::vector<AnnotationSet>{{}, {}, {}, kNetwork}));
}

TEST(AnnotationFlow, ExpectsNothingOfAnElementThatNoPathReaches) {
  AnnotationFlow flow({kSource, {}, uses(kSa)}, {{0, 1}});
  EXPECT_TRUE(flow.missing(2).empty());
}

TEST(AnnotationFlow, SettlesGraphsWithCycles) {
  AnnotationFlow flow({kSource, uses(kL2), {}, uses(kTransport)}, {{0, 1}, {1, 2}, {2, 1}, {2, 3}});
  flow.add_parsers();
  for (std::size_t i = 0; i < 4; ++i) EXPECT_TRUE(flow.missing(i).empty()) << i;
}

/// Follows single paths: no path of up to 12 elements may reach an element without what it uses,
/// and none may meet a parser where the headers were known.
void walk(AnnotationFlow const& flow, std::vector<Element> const& elements, std::size_t index,
          AnnotationSet valid, unsigned steps) {
  auto const& use = elements[index].use;
  ASSERT_TRUE(valid.contains(use.uses)) << "element " << index;
  if (steps == 0) return;
  for (auto const& connection : flow.connections()) {
    if (connection.from != index) continue;
    auto const before = use.after(valid);
    ASSERT_TRUE(connection.parsed.empty() || !before.contains(connection.parsed))
        << "to element " << connection.to;
    walk(flow, elements, connection.to, before | connection.parsed.with_lower_layers(), steps - 1);
  }
}

TEST(AnnotationFlow, LeavesNoPathOfARandomGraphWithoutHeaders) {
  std::mt19937 random(48);
  constexpr AnnotationSet kLayers[] = {{}, {}, kL2, kNetwork, kTransport};
  for (int round = 0; round < 3000; ++round) {
    std::vector<Element> elements{kSource};
    Connections connections;
    auto const count = 2 + random() % 8;
    for (std::size_t i = 1; i <= count; ++i) {
      auto const layer = [&] { return kLayers[random() % std::size(kLayers)]; };
      elements.push_back(
          {{layer().with_lower_layers(), layer(), random() % 3 == 0 ? layer() : AnnotationSet()}});
      connections.push_back({random() % i, i});
      if (random() % 2 == 0) connections.push_back({random() % i, i});
    }
    AnnotationFlow flow(elements, connections);
    flow.add_parsers();
    for (std::size_t i = 0; i < elements.size(); ++i)
      ASSERT_TRUE((flow.missing(i)).empty()) << "round " << round << ", element " << i;
    walk(flow, elements, 0, {}, 9);
    ASSERT_FALSE(testing::Test::HasFatalFailure()) << "round " << round;
  }
}

}  // namespace
}  // namespace warpline
