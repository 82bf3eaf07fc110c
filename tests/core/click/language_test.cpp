// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "tests/core/click/parse.hpp"

namespace warpline::test {
namespace {

TEST(ClickLanguage, EmptyTextIsAnEmptyPipeline) {
  for (auto const* text : {"", " \n\t", ";;;", "// only a comment", "/**/", "/* a\n b */\n"}) {
    auto const pipeline = parse(text);
    EXPECT_TRUE(pipeline.elements.empty()) << text;
    EXPECT_TRUE(pipeline.connections.empty()) << text;
  }
}

TEST(ClickLanguage, KeepsTheSource) {
  auto const source = click_source("A;");
  EXPECT_EQ(parse_pipeline(source).source, source);
}

TEST(ClickLanguage, DeclaresWithAndWithoutBlanksAndArguments) {
  EXPECT_EQ(elements_of(parse("a :: A(1, 2);\nb::B;\nc ::C();\nd:: D( );\ne\n::\nE\n(5)\n;")),
            "a A<1><2>\nb B\nc C\nd D\ne E<5>\n");
}

TEST(ClickLanguage, DeclaresSeveralNamesAtOnce) {
  EXPECT_EQ(elements_of(parse("a, b,c :: A(x);")), "a A<x>\nb A<x>\nc A<x>\n");
}

TEST(ClickLanguage, NamesMayHoldDigitsSlashesAndAts) {
  EXPECT_EQ(elements_of(parse("_a1 :: A; 10G :: B; x/y :: C; A@9 :: A; elementclasses :: D;")),
            "_a1 A\n10G B\nx/y C\nA@9 A\nelementclasses D\n");
}

TEST(ClickLanguage, ConnectsAChain) {
  auto const pipeline = parse("a :: A; b :: B; c :: C; a -> b -> c;");
  EXPECT_EQ(connections_of(pipeline), "a[0] -> [0]b\nb[0] -> [0]c\n");
}

TEST(ClickLanguage, ConnectsWithoutBlanks) {
  EXPECT_EQ(connections_of(parse("a::A(1)[2]->[3]b::B->C")), "a[2] -> [3]b\nb[0] -> [0]C@1\n");
}

TEST(ClickLanguage, DeclaresInsideAChain) {
  auto const pipeline = parse("x :: A -> y :: B(1) -> z :: C;");
  EXPECT_EQ(elements_of(pipeline), "x A\ny B<1>\nz C\n");
  EXPECT_EQ(connections_of(pipeline), "x[0] -> [0]y\ny[0] -> [0]z\n");
}

TEST(ClickLanguage, DeclarationsMayFollowTheirUse) {
  auto const pipeline = parse("a -> b; a :: A; b :: B;");
  EXPECT_EQ(elements_of(pipeline), "a A\nb B\n");
  EXPECT_EQ(connections_of(pipeline), "a[0] -> [0]b\n");
}

TEST(ClickLanguage, UndeclaredNamesAreAnonymousElements) {
  auto const pipeline = parse("FromInput -> Queue -> Queue(5) -> ToOutput(); Idle;");
  EXPECT_EQ(elements_of(pipeline),
            "FromInput@1 FromInput\nQueue@2 Queue\nQueue@3 Queue<5>\nToOutput@4 ToOutput\n"
            "Idle@5 Idle\n");
  EXPECT_EQ(
      connections_of(pipeline),
      "FromInput@1[0] -> [0]Queue@2\nQueue@2[0] -> [0]Queue@3\nQueue@3[0] -> [0]ToOutput@4\n");
}

TEST(ClickLanguage, AnElementMayBeNamedAsItsClass) {
  auto const pipeline = parse("Queue :: Queue(7); A -> Queue -> Queue(8);");
  EXPECT_EQ(elements_of(pipeline), "Queue Queue<7>\nA@1 A\nQueue@2 Queue<8>\n");
  EXPECT_EQ(connections_of(pipeline), "Queue[0] -> [0]Queue@2\nA@1[0] -> [0]Queue\n");
}

TEST(ClickLanguage, AnonymousNamesAvoidDeclaredOnes) {
  EXPECT_EQ(elements_of(parse("A@1 :: B; A; A@3 :: B; A;")), "A@1 B\nA@2 A\nA@3 B\nA@4 A\n");
}

TEST(ClickLanguage, TakesPortsOnEitherSide) {
  EXPECT_EQ(connections_of(parse("a :: A; b :: B; c :: C;"
                                 "a[1] -> [2]b; a [ 3 ] -> b[4] -> [5] c [6] -> [007]a;")),
            "a[1] -> [2]b\na[3] -> [0]b\nb[4] -> [5]c\nc[6] -> [7]a\n");
}

TEST(ClickLanguage, ListsConnectManyToOneAndOneToMany) {
  auto const pipeline =
      parse("a[1], b -> [2]c :: C -> [3]d :: D, e[9] -> F; a :: A; b :: B; e :: E");
  EXPECT_EQ(connections_of(pipeline),
            "c[0] -> [3]d\nc[0] -> [0]e\nd[0] -> [0]F@1\na[1] -> [2]c\nb[0] -> [2]c\n"
            "e[9] -> [0]F@1\n");
}

TEST(ClickLanguage, ListsDeclareTheNamesBeforeTheClass) {
  auto const pipeline = parse("X, a, b :: B -> c :: C; D(1), e, f :: E;");
  EXPECT_EQ(elements_of(pipeline), "X B\na B\nb B\nc C\nD@1 D<1>\ne E\nf E\n");
}

TEST(ClickLanguage, ANameWithAPortInAListIsNotDeclared) {
  auto const pipeline = parse("a :: A; a[1], b, c :: B -> [2]d :: D; d -> [3]a, e :: E;");
  EXPECT_EQ(elements_of(pipeline), "a A\nb B\nc B\nd D\ne E\n");
  EXPECT_EQ(connections_of(pipeline),
            "a[1] -> [2]d\nb[0] -> [2]d\nc[0] -> [2]d\nd[0] -> [3]a\nd[0] -> [0]e\n");
}

TEST(ClickLanguage, ASemicolonMayBeLeftOutAtTheEndOfALine) {
  auto const pipeline = parse("a :: A\nb :: B // more\na -> b\n  -> c :: C\n/* x\n*/ c -> D");
  EXPECT_EQ(elements_of(pipeline), "a A\nb B\nc C\nD@1 D\n");
  EXPECT_EQ(connections_of(pipeline), "a[0] -> [0]b\nb[0] -> [0]c\nc[0] -> [0]D@1\n");
}

TEST(ClickLanguage, CommentsStandAnywhereBetweenTokensAndArguments) {
  auto const pipeline =
      parse("a/* ; */::/**/A(/* , */1// ) \n, 2 /* ) */)// end\n->/* -> */[/**/1/**/]b::B;// last");
  EXPECT_EQ(elements_of(pipeline), "a A<1><2>\nb B\n");
  EXPECT_EQ(connections_of(pipeline), "a[0] -> [1]b\n");
}

TEST(ClickLanguage, LineMarkersOfTheCPreprocessorAreSkipped) {
  auto const pipeline =
      parse("#!/usr/bin/warpline run\n# 1 \"a.click\"\n#line 7 \"b\"\n  # 3\nA;\n# 9");
  EXPECT_EQ(elements_of(pipeline), "A@1 A\n");
  EXPECT_EQ(place(pipeline.elements[0].position), "5:1");
}

TEST(ClickLanguage, CarriageReturnsAreBlanks) {
  EXPECT_EQ(elements_of(parse("a :: A(1);\r\nb :: B\r\na -> b\r\n")), "a A<1>\nb B\n");
}

TEST(ClickLanguage, DefinitionsAndRequirementsNeedNoSemicolon) {
  EXPECT_EQ(elements_of(parse("define($x 1) require(a) define($y 2) a :: A($x, $y)")),
            "a A<1><2>\n");
}

TEST(ClickLanguage, RequirementsAreAccepted) {
  auto const pipeline = parse("require(fastclick, other x); require(); A;");
  EXPECT_EQ(elements_of(pipeline), "A@1 A\n");
  EXPECT_TRUE(pipeline.warnings.empty());
}

TEST(ClickLanguage, ARequiredLibraryIsNotReadAndSaysSo) {
  auto const pipeline = parse("require(library \"x.click\");");
  ASSERT_EQ(pipeline.warnings.size(), 1U);
  EXPECT_EQ(pipeline.warnings[0].render(),
            "p.click:1:9: warning: no file is read for 'library'\n"
            "  require(library \"x.click\");\n"
            "          ^");
}

TEST(ClickLanguage, ARepeatedConnectionCountsOnceAndWarns) {
  auto const pipeline = parse("a :: A; b :: B; a -> b; a[0] -> [0]b; a -> [1]b;");
  EXPECT_EQ(connections_of(pipeline), "a[0] -> [0]b\na[0] -> [1]b\n");
  ASSERT_EQ(pipeline.warnings.size(), 1U);
  EXPECT_EQ(pipeline.warnings[0].render(),
            "p.click:1:26: warning: this connection is repeated\n"
            "  a :: A; b :: B; a -> b; a[0] -> [0]b; a -> [1]b;\n"
            "                           ^");
}

TEST(ClickLanguage, PositionsPointAtNamesClassesAndPorts) {
  auto const pipeline = parse("\n  src :: Source(1);\nsrc -> Sink;\n\tsrc [1] -> [2] Sink();");
  ASSERT_EQ(pipeline.elements.size(), 3U);
  EXPECT_EQ(place(pipeline.elements[0].position), "2:3");
  EXPECT_EQ(place(pipeline.elements[0].class_position), "2:10");
  EXPECT_EQ(place(pipeline.elements[1].position), "3:8");
  EXPECT_EQ(place(pipeline.elements[1].class_position), "3:8");
  ASSERT_EQ(pipeline.connections.size(), 2U);
  EXPECT_EQ(place(pipeline.connections[0].from_position), "3:1");
  EXPECT_EQ(place(pipeline.connections[0].to_position), "3:8");
  EXPECT_EQ(place(pipeline.connections[1].from_position), "4:6");
  EXPECT_EQ(place(pipeline.connections[1].to_position), "4:13");
}

TEST(ClickLanguage, SeveralNamesOfOneDeclarationHaveTheirOwnPositions) {
  auto const pipeline = parse("a,\n b :: A");
  EXPECT_EQ(place(pipeline.elements[0].position), "1:1");
  EXPECT_EQ(place(pipeline.elements[1].position), "2:2");
  EXPECT_EQ(place(pipeline.elements[0].class_position), "2:7");
}

}  // namespace
}  // namespace warpline::test
