// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "tests/support/frame.hpp"
#include "tests/support/pipeline_runner.hpp"
#include "tests/support/scoped.hpp"

namespace warpline {
namespace {

using test::Drops;
using test::Frame;
using test::FrameBuilder;

/// Elements that read IP look through two VLAN tags and no more.
TEST(Vlan, IsTheReasonForDroppingFramesWithThreeTags) {
  test::ScopedFolder folder;
  folder.write("a.sa",
               "src 192.0.2.1 dst 192.0.2.2 proto esp spi 0x1001 mode tunnel aead "
               "\"rfc4106(gcm(aes))\" 0x000102030405060708090a0b0c0d0e0fa0a1a2a3 128\n");
  folder.write("a.policy", "src 0.0.0.0/0 dst 0.0.0.0/0 dir in\n");
  auto const sa = folder.path("a.sa");
  std::vector<Frame> const frames{
      FrameBuilder().vlan(7).vlan(8).vlan(9).ipv4({}).udp(1, 2).build(),
      FrameBuilder().vlan(7).vlan(8).vlan(9).ipv6({}).udp(1, 2).build(),
  };
  for (auto const& element : std::vector<std::string>{
           "IPsecEncrypt(SA " + sa + ")", "IPsecDecrypt(" + sa + ")", "IPsecESPencap()",
           "IPsecBypass(" + sa + ", POLICY " + folder.path("a.policy") + ")", "CheckIPHeader",
           "CheckIP6Header"}) {
    auto const out = test::run_pipeline("FromInput -> " + element + " -> ToOutput;", frames);
    EXPECT_EQ(out.drops, (Drops{{"vlan", 2}})) << element;
  }
  auto const policy = test::run_pipeline(
      "FromInput -> spd :: IPsecPolicy(" + sa + "); spd[0] -> ToOutput; spd[1] -> Discard;",
      frames);
  EXPECT_EQ(policy.drops, (Drops{{"vlan", 2}}));
  auto const classified = test::run_pipeline(
      "FromInput -> esp :: IPsecClassifier; esp[0] -> Discard; esp[1] -> ToOutput;", frames);
  EXPECT_EQ(classified.transmitted, 2u) << "not ESP, as far as it looks";
}

}  // namespace
}  // namespace warpline
