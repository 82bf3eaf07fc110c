// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "tests/core/test_elements.hpp"

namespace warpline {
namespace {

std::vector<Packet> seen;  // by TestUsesNetwork

struct TestUsesNetwork final : PacketElement<TestUsesNetwork> {
  using Uses = Annotations<Annotation::kNetwork>;
  explicit TestUsesNetwork(Args&) {}
  Verdict operator()(Packet& packet) const { return seen.push_back(packet), forward(); }
};
WARPLINE_ELEMENT(TestUsesNetwork);

struct TestReadsNetwork final : PacketElement<TestReadsNetwork> {
  using Sets = Annotations<Annotation::kNetwork>;
  explicit TestReadsNetwork(Args&) {}
  Verdict operator()(Packet& packet) const {
    return parse<Annotation::kNetwork>(packet), forward();
  }
};
WARPLINE_ELEMENT(TestReadsNetwork);

struct TestFindsSa final : PacketElement<TestFindsSa> {
  using Sets = Annotations<Annotation::kSa>;
  explicit TestFindsSa(Args&) {}
  Verdict operator()(Packet&) const { return forward(); }
};
WARPLINE_ELEMENT(TestFindsSa);

struct TestUsesSa final : PacketElement<TestUsesSa> {
  explicit TestUsesSa(Args& args) : found_(args.keyword("FOUND", true)) {}
  std::optional<AnnotationUse> annotations() const override {
    AnnotationUse use;
    if (found_) use.uses = Annotation::kSa;
    return use;
  }
  Verdict operator()(Packet&) const { return forward(); }
  bool found_;
};
WARPLINE_ELEMENT(TestUsesSa);

/// Gives packets of its own and is no source, like FromCompute.
class TestGiver final : public PolledElement {
 public:
  explicit TestGiver(Args&) {}
  PortCounts ports() const override { return {0, 1}; }
  void process(BatchPtr, unsigned, Outputs&) noexcept override {}
  unsigned poll(Outputs&) noexcept override { return 0; }
};
WARPLINE_ELEMENT(TestGiver);

std::vector<std::string> classes(test::Rig const& rig) {
  std::vector<std::string> names;
  for (auto const& node : rig.graph->nodes()) names.push_back(node->class_name);
  return names;
}

std::string error_of(std::string const& text) {
  try {
    test::Rig().build(text);
  } catch (ConfigError const& error) {
    return error.what();
  }
  return "no error";
}

TEST(GraphAnnotations, ParsesHeadersThatNoElementHasRead) {
  test::Rig rig;
  rig.build("TestSource -> n :: TestUsesNetwork -> TestSink;");
  EXPECT_EQ(classes(rig), (std::vector<std::string>{"TestSource", "TestUsesNetwork", "TestSink",
                                                    "HeaderParser"}));
  auto const* parser = rig.graph->find("n/headers");
  ASSERT_NE(parser, nullptr);
  rig.bench->input = {{1, 2, 3}};
  seen.clear();
  rig.poll_all();
  ASSERT_EQ(seen.size(), 3u);
  EXPECT_EQ(seen[0].l2_length, ether::kSize);
  EXPECT_EQ(seen[0].flags, header_flag::kMalformed) << "the source's frames have 8 bytes";
  EXPECT_EQ(seen[0].ip_length, 0);
  EXPECT_EQ(parser->counters.packets.get(), 3u);
  EXPECT_EQ(rig.bench->output.size(), 3u);
}

TEST(GraphAnnotations, ParsesNothingTwice) {
  test::Rig rig;
  rig.build("TestSource -> TestReadsNetwork -> TestUsesNetwork -> TestUsesNetwork -> TestSink;");
  EXPECT_EQ(rig.graph->nodes().size(), 5u);
}

TEST(GraphAnnotations, ParsesForAllPathsToAnInputAtOnce) {
  test::Rig rig;
  rig.build(
      "TestSource -> s :: TestSpread(3); s[0] -> TestReadsNetwork -> n :: TestUsesNetwork -> "
      "TestSink; s[1] -> n; s[2] -> n;");
  EXPECT_EQ(rig.graph->nodes().size(), 6u);
  auto const* spread = rig.graph->find("s");
  EXPECT_EQ(spread->outputs[1].node, rig.graph->find("n/headers"));
  EXPECT_EQ(spread->outputs[2].node, rig.graph->find("n/headers"));
  EXPECT_EQ(spread->outputs[0].node->class_name, "TestReadsNetwork");
}

TEST(GraphAnnotations, RefusesAnElementThatUsesWhatNoElementBeforeItSets) {
  EXPECT_EQ(error_of("TestSource -> u :: TestUsesSa -> TestSink;"),
            "test.click:1:15: error: 'u :: TestUsesSa' uses the SA of a packet, but a path from "
            "'TestSource@1 :: TestSource' does not set it; expected TestFindsSa before it\n"
            "  TestSource -> u :: TestUsesSa -> TestSink;\n"
            "                ^");
  EXPECT_EQ(error_of("TestSource -> TestFindsSa -> TestUsesSa -> TestSink;"), "no error");
  EXPECT_EQ(error_of("TestSource -> TestUsesSa(FOUND false) -> TestSink;"), "no error");
}

TEST(GraphAnnotations, TakesNothingAsSetByAnElementWithoutInputs) {
  auto const error = error_of("TestSource -> TestSink; TestGiver -> n :: TestUsesSa -> TestSink;");
  EXPECT_NE(error.find("a path from 'TestGiver@3 :: TestGiver' does not set it"), std::string::npos)
      << error;
  test::Rig rig;
  rig.build("TestSource -> TestSink; TestGiver -> n :: TestUsesNetwork -> TestSink;");
  EXPECT_NE(rig.graph->find("n/headers"), nullptr);
}

TEST(GraphAnnotations, RefusesAMergeOfPathsOfWhichOnlyOneSetsIt) {
  auto const text = error_of(
      "TestSource -> s :: TestSpread(2); s[0] -> TestFindsSa -> q :: TestUsesSa -> TestSink;\n"
      "s[1] -> q;");
  EXPECT_NE(
      text.find("test.click:1:58: error: 'q :: TestUsesSa' uses the SA of a packet, but a path "
                "from 'TestSource@1 :: TestSource' does not set it"),
      std::string::npos)
      << text;
}

}  // namespace
}  // namespace warpline
