// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "tests/core/click/parse.hpp"

namespace warpline::test {
namespace {

TEST(ClickCompound, IsReplacedByItsElements) {
  auto const pipeline = parse(
      "elementclass Wait { input -> q :: Queue -> Counter -> output; }\n"
      "a :: A -> w :: Wait -> B;");
  EXPECT_EQ(elements_of(pipeline), "a A\nw/q Queue\nw/Counter@1 Counter\nB@1 B\n");
  EXPECT_EQ(connections_of(pipeline),
            "a[0] -> [0]w/q\nw/q[0] -> [0]w/Counter@1\nw/Counter@1[0] -> [0]B@1\n");
}

TEST(ClickCompound, MayBeDefinedAfterItsUse) {
  EXPECT_EQ(elements_of(parse("w :: W; elementclass W { X }")), "w/X@1 X\n");
}

TEST(ClickCompound, TakesPositionalAndKeywordParameters) {
  auto const text = std::string("elementclass M { $a, BURST $b, $c | X($a, K $b, \"$c\") } ");
  auto const expected = "m/X@1 X<1><K 2>\"3 4\"\n";
  EXPECT_EQ(elements_of(parse(text + "m :: M(1, 3 4, BURST 2);")), expected);
  EXPECT_EQ(elements_of(parse(text + "m :: M(BURST 2, 1, 3 4);")), expected);
  EXPECT_EQ(elements_of(parse(text + "m :: M(1, BURST 2, 3 4);")), expected);
}

TEST(ClickCompound, KeywordParametersTakeWholeValues) {
  EXPECT_EQ(
      elements_of(parse("elementclass M { K $a | X($a) } m :: M(K \"x, y\"); n :: M(K a b);")),
      "m/X@1 X\"x, y\"\nn/X@1 X<a b>\n");
}

TEST(ClickCompound, MayHaveAnEmptyParameterList) {
  EXPECT_EQ(elements_of(parse("elementclass M { | X(1) } m :: M();")), "m/X@1 X<1>\n");
}

TEST(ClickCompound, ArgumentsMayUseParametersOfTheUser) {
  EXPECT_EQ(elements_of(parse("define($x 7);\n"
                              "elementclass In { $x | Y(in $x) }\n"
                              "elementclass Out { $y | i :: In(o$y$x) }\n"
                              "o :: Out(5)")),
            "o/i/Y@1 Y<in o57>\n");
}

TEST(ClickCompound, BodiesSeeDefinitionsAroundThemInTheText) {
  EXPECT_EQ(elements_of(parse("define($x outer)\n"
                              "elementclass See { S($x) }\n"
                              "elementclass Use { define($x inner) s :: See; S($x) }\n"
                              "u :: Use")),
            "u/s/S@1 S<outer>\nu/S@1 S<inner>\n");
}

TEST(ClickCompound, PortsAreJoinedByNumber) {
  auto const pipeline = parse(
      "elementclass Swap { input[0] -> [1]output; input[1] -> a :: A [3] -> output }\n"
      "x :: X; y :: Y; s :: Swap; x[5] -> s; x[6] -> [1]s; s[1] -> [7]y; s -> [8]y;");
  EXPECT_EQ(connections_of(pipeline), "x[5] -> [7]y\nx[6] -> [0]s/a\ns/a[3] -> [8]y\n");
}

TEST(ClickCompound, PortsFanInAndOut) {
  auto const pipeline = parse(
      "elementclass F { input -> a :: A; input -> b :: B; a, b -> output }\n"
      "x :: X; y :: Y; z :: Z; f :: F; x, y -> f -> z;");
  EXPECT_EQ(connections_of(pipeline),
            "x[0] -> [0]f/a\nx[0] -> [0]f/b\ny[0] -> [0]f/a\ny[0] -> [0]f/b\nf/a[0] -> [0]z\n"
            "f/b[0] -> [0]z\n");
}

TEST(ClickCompound, PassesPacketsStraightThrough) {
  auto const pipeline = parse(
      "elementclass P { input -> output } elementclass Q { input -> P -> p :: P -> output }\n"
      "x :: X -> Q -> P -> y :: Y;");
  EXPECT_EQ(connections_of(pipeline), "x[0] -> [0]y\n");
}

TEST(ClickCompound, PortsThatNobodyUsesAreLeftOut) {
  auto const pipeline = parse("elementclass P { input -> A -> output } P; X -> p :: P;");
  EXPECT_EQ(elements_of(pipeline), "P@1/A@1 A\nX@2 X\np/A@1 A\n");
  EXPECT_EQ(connections_of(pipeline), "X@2[0] -> [0]p/A@1\n");
}

TEST(ClickCompound, AConnectionIntoAnOpenPortWarns) {
  auto const pipeline = parse("X -> { input -> output };");
  EXPECT_EQ(connections_of(pipeline), "");
  ASSERT_EQ(pipeline.warnings.size(), 1U);
  EXPECT_EQ(
      pipeline.warnings[0].render(),
      "p.click:1:1: warning: this connection reaches no element: the compound's output port is "
      "open\n"
      "  X -> { input -> output };\n"
      "  ^");
}

TEST(ClickCompound, ALoopOfCompoundsWithoutAnElementEnds) {
  auto const pipeline = parse("elementclass P { input -> output } p :: P -> q :: P -> p; X -> p;");
  EXPECT_EQ(connections_of(pipeline), "");
  EXPECT_EQ(pipeline.warnings.size(), 1U);
}

TEST(ClickCompound, MayStandWithoutAName) {
  auto const pipeline = parse(
      "a :: A -> { input -> X -> output } -> { $n | input -> Y($n) -> output }(3) -> b :: B;\n"
      "c, d :: { $n | Z($n) }(4);");
  EXPECT_EQ(elements_of(pipeline),
            "a A\ncompound@1/X@1 X\ncompound@2/Y@1 Y<3>\nb B\nc/Z@1 Z<4>\nd/Z@1 Z<4>\n");
  EXPECT_EQ(connections_of(pipeline),
            "a[0] -> [0]compound@1/X@1\ncompound@1/X@1[0] -> [0]compound@2/Y@1\n"
            "compound@2/Y@1[0] -> [0]b\n");
}

TEST(ClickCompound, Nests) {
  EXPECT_EQ(elements_of(parse("elementclass A { elementclass B { input -> X -> output }\n"
                              "  input -> b :: B -> c :: { input -> B -> output } -> output }\n"
                              "I -> a :: A -> B;")),
            "I@1 I\na/b/X@1 X\na/c/B@1/X@1 X\nB@2 B\n");
}

TEST(ClickCompound, InnerDefinitionsHideOuterOnes) {
  EXPECT_EQ(
      elements_of(parse("elementclass A { Outer } elementclass B { elementclass A { Inner } A }\n"
                        "B; A;")),
      "B@1/A@1/Inner@1 Inner\nA@2/Outer@1 Outer\n");
}

TEST(ClickCompound, ElementsOutsideAreNotSeenInside) {
  auto const pipeline = parse("Queue :: Queue(5); { input -> Queue -> output };");
  EXPECT_EQ(elements_of(pipeline), "Queue Queue<5>\ncompound@1/Queue@1 Queue\n");
}

TEST(ClickCompound, PositionsPointIntoTheBody) {
  auto const pipeline = parse(
      "elementclass M { $a |\n"
      "  input -> x :: X(k $a) [1] -> output }\n"
      "S -> m :: M(77)\n"
      "  -> T;");
  auto const& x = pipeline.elements[1];
  EXPECT_EQ(x.name, "m/x");
  EXPECT_EQ(place(x.position), "2:12");
  EXPECT_EQ(place(x.class_position), "2:17");
  EXPECT_EQ(place(x.arguments[0].position), "2:19");
  EXPECT_EQ(x.arguments[0].words[1].text, "77");
  EXPECT_EQ(place(x.arguments[0].words[1].position), "2:21");
  ASSERT_EQ(pipeline.connections.size(), 2U);
  EXPECT_EQ(place(pipeline.connections[0].from_position), "3:1");
  EXPECT_EQ(place(pipeline.connections[0].to_position), "2:12");
  EXPECT_EQ(place(pipeline.connections[1].from_position), "2:25");
  EXPECT_EQ(place(pipeline.connections[1].to_position), "4:6");
}

TEST(ClickCompound, AGapInThePortsIsAWarning) {
  auto const pipeline =
      parse("elementclass M { input[1] -> A -> [2]output; input[0] -> B -> output; } M;");
  ASSERT_EQ(pipeline.warnings.size(), 1U);
  EXPECT_EQ(pipeline.warnings[0].render(),
            "p.click:1:14: warning: compound 'M' has output port 2, but no output port 1\n"
            "  elementclass M { input[1] -> A -> [2]output; input[0] -> B -> output; } M;\n"
            "               ^");
}

TEST(ClickCompound, ALoopOfElementsThroughCompoundsIsKept) {
  EXPECT_EQ(connections_of(parse("p :: { input -> output }; a :: A -> p -> a;")), "a[0] -> [0]a\n");
}

}  // namespace
}  // namespace warpline::test
