// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
//
// Pipelines in the manner of those written for NBA, one of each of its groups.

#include <gtest/gtest.h>

#include <set>

#include "tests/core/click/parse.hpp"

namespace warpline::test {
namespace {

struct Shape {
  std::size_t elements, connections;
  std::set<std::string> classes;
};

void expect_shape(std::string const& text, Shape const& shape) {
  SCOPED_TRACE(text);
  auto const pipeline = parse(text);
  EXPECT_EQ(pipeline.elements.size(), shape.elements);
  EXPECT_EQ(pipeline.connections.size(), shape.connections);
  std::set<std::string> classes;
  for (auto const& element : pipeline.elements) classes.insert(element.class_name);
  EXPECT_EQ(classes, shape.classes);
  EXPECT_TRUE(pipeline.warnings.empty());
}

TEST(NbaPipelines, ForwardingByEachMethod) {
  for (std::string const method :
       {"echoback", "echoback_cross", "roundrobin", "roundrobin_batch", "two_to_one"}) {
    auto const pipeline = parse("FromInput() -> L2Forward(method " + method + ") -> ToOutput();\n");
    EXPECT_EQ(elements_of(pipeline), "FromInput@1 FromInput\nL2Forward@2 L2Forward<method " +
                                         method + ">\nToOutput@3 ToOutput\n");
    EXPECT_EQ(connections_of(pipeline),
              "FromInput@1[0] -> [0]L2Forward@2\nL2Forward@2[0] -> [0]ToOutput@3\n");
    EXPECT_TRUE(pipeline.elements[1].arguments[0].has_keyword("method"));
    EXPECT_EQ(pipeline.elements[1].arguments[0].value().text, method);
  }
}

TEST(NbaPipelines, BranchesOfOneTwoAndThreeLevels) {
  expect_shape(
      "// one level\n"
      "split :: RandomWeightedBranch(0.7, 0.3);\n"
      "FromInput() -> split;\n"
      "split[0] -> L2Forward(method echoback) -> ToOutput();\n"
      "split[1] -> L2Forward(method echoback) -> ToOutput();\n",
      {6, 5, {"FromInput", "RandomWeightedBranch", "L2Forward", "ToOutput"}});
  expect_shape(
      "a :: RandomWeightedBranch(0.5, 0.5);\n"
      "b :: RandomWeightedBranch(0.5, 0.5);\n"
      "c :: RandomWeightedBranch(0.5, 0.5);\n"
      "out :: L2Forward(method echoback);\n"
      "FromInput() -> a;\n"
      "a [0] -> b; a [1] -> c;\n"
      "b [0] -> None() -> out; b [1] -> None() -> out;\n"
      "c [0] -> None() -> out; c [1] -> None() -> out;\n"
      "out -> ToOutput();\n",
      {10, 12, {"FromInput", "RandomWeightedBranch", "None", "L2Forward", "ToOutput"}});
  std::string levels = "FromInput() -> n0;\n";
  for (int i = 0; i < 7; ++i) {
    auto const node = "n" + std::to_string(i);
    levels += node + " :: RandomWeightedBranch(0.9, 0.1);\n";
    for (int side = 0; side < 2; ++side)
      levels += node + "[" + std::to_string(side) + "] -> " +
                (i < 3 ? "n" + std::to_string(2 * i + 1 + side)
                       : std::string("L2Forward(method roundrobin) -> ToOutput()")) +
                ";\n";
  }
  expect_shape(levels, {24, 23, {"FromInput", "RandomWeightedBranch", "L2Forward", "ToOutput"}});
}

TEST(NbaPipelines, StraightChainsWithoutABranch) {
  expect_shape(
      "EtherMirrored :: L2Forward(method echoback);\nNone() -> None -> None() -> EtherMirrored;",
      {4, 3, {"None", "L2Forward"}});
}

TEST(NbaPipelines, TemplatesOfBranchesAreErrorsUntilFilledIn) {
  auto const text = std::string(
      "branch :: RandomWeightedBranch({0}, {1});\nFromInput() -> branch;\n"
      "branch[0] -> {2} -> ToOutput();\nbranch[1] -> Discard();\n");
  EXPECT_EQ(
      errors_of(text),
      "p.click:1:32: error: '{0}' looks like a template placeholder; it must be filled in first\n"
      "  branch :: RandomWeightedBranch({0}, {1});\n"
      "                                 ^\n"
      "p.click:1:37: error: '{1}' looks like a template placeholder; it must be filled in first\n"
      "  branch :: RandomWeightedBranch({0}, {1});\n"
      "                                      ^\n"
      "p.click:3:14: error: '{2}' looks like a template placeholder; it must be filled in first\n"
      "  branch[0] -> {2} -> ToOutput();\n"
      "               ^");
}

TEST(NbaPipelines, RoutersWithEachBalancer) {
  for (std::string const balancer :
       {"", "CPUOnly() -> ", "GPUOnly() -> ", "LoadBalanceByWeight(0.25) -> ",
        "LoadBalanceByWeight(from-env) -> ", "LoadBalanceByEnv() -> ", "LoadBalanceThruput() -> ",
        "LoadBalanceAdaptiveMeasure() -> "}) {
    auto const more = balancer.empty() ? 0U : 1U;
    auto const four = parse("FromInput() -> DropBroadcasts() -> CheckIPHeader() -> " + balancer +
                            "IPlookup() -> DecIPTTL() -> ToOutput();");
    EXPECT_EQ(four.elements.size(), 6U + more);
    EXPECT_EQ(four.connections.size(), 5U + more);
    auto const six = parse("FromInput()->DropBroadcasts()->CheckIP6Header()->" + balancer +
                           "LookupIP6Route()->DecIP6HLIM()->ToOutput();");
    EXPECT_EQ(six.elements.size(), 6U + more);
  }
}

TEST(NbaPipelines, LookupsAlone) {
  expect_shape("CheckIPHeader() -> IPlookup() -> ToOutput();",
               {3, 2, {"CheckIPHeader", "IPlookup", "ToOutput"}});
  expect_shape("CheckIP6Header() -> LookupIP6Route() -> ToOutput();",
               {3, 2, {"CheckIP6Header", "LookupIP6Route", "ToOutput"}});
}

TEST(NbaPipelines, BothVersionsBehindAClassifier) {
  auto const pipeline = parse(
      "kind :: Classifier(12/0800, 12/86DD, -);\n"
      "out :: ToOutput();\n"
      "FromInput() -> kind;\n"
      "kind[0] -> CheckIPHeader() -> IPlookup() -> DecIPTTL() -> out;\n"
      "kind[1] -> CheckIP6Header() -> LookupIP6Route() -> DecIP6HLIM() -> out;\n"
      "kind[2] -> Discard();\n");
  EXPECT_EQ(pipeline.elements.size(), 10U);
  EXPECT_EQ(pipeline.connections.size(), 10U);
  ASSERT_EQ(pipeline.elements[0].arguments.size(), 3U);
  EXPECT_EQ(pipeline.elements[0].arguments[1].text, "12/86DD");
  EXPECT_EQ(pipeline.elements[0].arguments[2].text, "-");
}

TEST(NbaPipelines, ClassifierRulesOfSeveralPatterns) {
  auto const pipeline =
      parse("Classifier(12/0806 20/0001, 12/0806 20/0002, 12/0800 14/4?%f0 23/11, -) -> Discard;");
  auto const& rules = pipeline.elements[0].arguments;
  ASSERT_EQ(rules.size(), 4U);
  EXPECT_EQ(rules[0].words.size(), 2U);
  EXPECT_EQ(rules[2].text, "12/0800 14/4?%f0 23/11");
}

TEST(NbaPipelines, IpsecGateways) {
  for (std::string const balancer : {"CPUOnly", "GPUOnly", "LoadBalanceByWeight(from-env)",
                                     "LoadBalanceThruput", "LoadBalancePPC", "LoadBalanceAIMD"})
    expect_shape(
        "FromInput() -> CheckIPHeader() -> IPsecESPencap() -> " + balancer +
            " -> IPsecAES() -> IPsecAuthHMACSHA1() -> L2Forward(method echoback_cross)"
            " -> ToOutput();",
        {8,
         7,
         {"FromInput", "CheckIPHeader", "IPsecESPencap", balancer.substr(0, balancer.find('(')),
          "IPsecAES", "IPsecAuthHMACSHA1", "L2Forward", "ToOutput"}});
}

TEST(NbaPipelines, IpsecBySizeOfPackets) {
  expect_shape(
      "size :: PacketSizeClassifier();\n"
      "encap :: IPsecESPencap();\n"
      "aes :: IPsecAES();\n"
      "FromInput() -> CheckIPHeader() -> encap -> size;\n"
      "size[0] -> CPUOnly() -> aes;\n"
      "size[1] -> LoadBalanceByWeight(0.5) -> aes;\n"
      "size[2] -> GPUOnly() -> aes;\n"
      "aes -> IPsecAuthHMACSHA1() -> ToOutput();\n",
      {10,
       11,
       {"FromInput", "CheckIPHeader", "PacketSizeClassifier", "IPsecESPencap", "IPsecAES",
        "CPUOnly", "LoadBalanceByWeight", "GPUOnly", "IPsecAuthHMACSHA1", "ToOutput"}});
}

TEST(NbaPipelines, QueuesAndSizes) {
  expect_shape("FromInput() -> Queue(512) -> L2Forward(method echoback) -> ToOutput();",
               {4, 3, {"FromInput", "Queue", "L2Forward", "ToOutput"}});
  expect_shape(
      "sizes :: PacketSizeClassifier(); FromInput() -> sizes;\n"
      "sizes[0] -> L2Forward(method echoback) -> ToOutput();\n"
      "sizes[1] -> Discard(); sizes[2] -> Discard();",
      {6, 5, {"PacketSizeClassifier", "FromInput", "L2Forward", "ToOutput", "Discard"}});
}

TEST(NbaPipelines, ArpResponders) {
  auto const pipeline = parse(
      "types :: Classifier(12/0806 20/0001, 12/0800);\n"
      "arp :: ARPResponder(10.0.0.1 02:00:00:00:00:01, 10.0.1.0/24 02:00:00:00:00:02);\n"
      "types [0] -> arp -> ToOutput();\n"
      "types [1] -> Discard();\n");
  ASSERT_EQ(pipeline.elements[1].arguments.size(), 2U);
  EXPECT_EQ(pipeline.elements[1].arguments[0].words[1].text, "02:00:00:00:00:01");
}

TEST(NbaPipelines, IntrusionDetection) {
  expect_shape(
      "FromInput() -> CheckIPHeader() -> LoadBalanceAdaptiveMeasure() -> KargusIDS_Content()"
      " -> KargusIDS_PCRE() -> L2Forward(method echoback) -> ToOutput();",
      {7,
       6,
       {"FromInput", "CheckIPHeader", "LoadBalanceAdaptiveMeasure", "KargusIDS_Content",
        "KargusIDS_PCRE", "L2Forward", "ToOutput"}});
}

TEST(NbaPipelines, RoutersOfTheWholeLanguageParseToo) {
  expect_shape(
      "/* a router of two interfaces */\n"
      "types :: Classifier(12/0806 20/0001, 12/0806 20/0002, 12/0800, -);\n"
      "FromDevice(eth0, PROMISC true) -> types;\n"
      "arpq :: ARPQuerier(10.0.0.1, 02:00:00:00:00:01) -> out :: Queue(200) -> ToDevice(eth0);\n"
      "types[0] -> ARPResponder(10.0.0.1 02:00:00:00:00:01) -> out;\n"
      "types[1] -> [1]arpq;\n"
      "types[2] -> Paint(1) -> Strip(14) -> CheckIPHeader(INTERFACES 10.0.0.1/24) -> rt;\n"
      "types[3] -> Print(\"not IP, (dropped)\", MAXLENGTH 16) -> Discard;\n"
      "rt :: StaticIPLookup(10.0.0.1/32 0, 10.0.0.0/24 1, 0.0.0.0/0 10.0.0.254 1);\n"
      "rt[0] -> IPPrint(mine) -> Discard;\n"
      "rt[1] -> DropBroadcasts -> paint :: CheckPaint(1) -> ttl :: DecIPTTL -> arpq;\n"
      "paint[1] -> ICMPError(10.0.0.1, redirect, host) -> rt;\n"
      "ttl[1] -> ICMPError(10.0.0.1, timeexceeded) -> rt;\n",
      {19,
       22,
       {"Classifier", "FromDevice", "ARPQuerier", "Queue", "ToDevice", "ARPResponder", "Paint",
        "Strip", "CheckIPHeader", "Print", "Discard", "StaticIPLookup", "IPPrint", "DropBroadcasts",
        "CheckPaint", "DecIPTTL", "ICMPError"}});
}

TEST(NbaPipelines, IncludesAreRefusedWithAReason) {
  EXPECT_EQ(errors_of("#include \"common.click\"\nFromInput() -> ToOutput();\n"),
            "p.click:1:1: error: '#include' is not supported; expected one complete file (run it "
            "through cpp first)\n"
            "  #include \"common.click\"\n"
            "  ^");
}

}  // namespace
}  // namespace warpline::test
