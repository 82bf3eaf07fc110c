// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "elements/ipsec/policy/policy_table.hpp"
#include "tests/elements/ipsec/esp_forms.hpp"
#include "tests/support/pipeline_runner.hpp"
#include "tests/support/scoped.hpp"

/// Packets whose ports or protocol cannot be seen, and policies that select by them.
namespace warpline::ipsec {
namespace {

using test::Drops;
using test::Frame;
using test::FrameBuilder;
using testing::extension;
using testing::Extensions;
using testing::kFragment;
using testing::kOptions;
using testing::with_extensions;

/// IPv6 headers of a later fragment of a packet whose first header is `next`.
Frame later_fragment6(std::uint8_t next) {
  auto frame = with_extensions({{kFragment, {0, 0, 8, 0, 0, 0, 7}}}, next, Frame(40, 0x5a));
  return frame;
}
Frame many_headers(unsigned count, std::uint16_t port = 53) {
  Extensions headers(count, {kOptions, extension(0)});
  return with_extensions(headers, 17,
                         {0x12, 0x34, 0, static_cast<std::uint8_t>(port), 0, 12, 0, 0, 1, 2, 3, 4});
}
Frame later_fragment4(std::uint8_t protocol = 17) {
  return FrameBuilder().ipv4({.fragment = 7, .protocol = protocol}).payload(Frame(40, 1)).build();
}
Frame cut_udp() { return FrameBuilder().ipv4({.protocol = 17}).payload(Frame(3, 1)).build(); }
Frame udp(std::uint16_t port) { return FrameBuilder().ipv4({}).udp(1000, port).build(); }

class UnseenPorts : public ::testing::Test {
 protected:
  UnseenPorts() {
    std::string const key = "0x000102030405060708090a0b0c0d0e0fa0a1a2a";
    std::string sas;
    for (std::string const direction : {"out", "in"})
      for (std::string const id : {"1", "2"})
        sas += "src 192.0.2.1 dst 192.0.2.2 proto esp spi 0x100" + id + " reqid " + id +
               " mode tunnel dir " + direction + " aead \"rfc4106(gcm(aes))\" " + key + id +
               " 128\n";
    folder_.write("a.sa", sas);
  }

  static std::string tmpl(int reqid) {
    return " tmpl src 192.0.2.1 dst 192.0.2.2 proto esp mode tunnel reqid " +
           std::to_string(reqid) + "\n";
  }
  /// Of `frames` through the policies of `direction`: those that leave by each output, and the
  /// drops.
  test::Outcome outbound(std::string const& policies, std::vector<Frame> const& frames) {
    return run("spd :: IPsecPolicy(" + sas() +
                   "); spd[0] -> ToDPDKDevice(0); spd[1] -> ToDPDKDevice(1); FromInput -> spd;",
               policies, frames);
  }
  test::Outcome bypass(std::string const& policies, std::vector<Frame> const& frames) {
    return run("FromInput -> IPsecBypass(" + sas() + ") -> ToOutput;", policies, frames);
  }
  /// By the first SA's policies of `dir out`, then through those of `dir fwd`.
  test::Outcome there_and_back(std::string const& policies, std::vector<Frame> const& frames) {
    return run(
        "FromInput -> IPsecEncrypt(SA " + sas() + ") -> IPsecDecrypt(" + sas() + ") -> ToOutput;",
        policies, frames);
  }

 private:
  std::string sas() const { return folder_.path("a.sa") + ", POLICY " + folder_.path("a.policy"); }
  test::Outcome run(std::string const& pipeline, std::string const& policies,
                    std::vector<Frame> const& frames) {
    folder_.write("a.policy", policies);
    return test::run_pipeline(pipeline, frames, {.tailroom = 64});
  }

  test::ScopedFolder folder_;
};

std::string const kDns = "proto udp dport 53";

TEST_F(UnseenPorts, AreOpaqueWhereThePoliciesDiffer) {
  auto const policies = kDns + " dir out priority 1" + tmpl(1) + "dir out priority 2\n";
  auto const out = outbound(
      policies, {udp(53), udp(54), later_fragment4(), cut_udp(), later_fragment6(17),
                 many_headers(9), many_headers(8), many_headers(8, 54), later_fragment6(kOptions)});
  EXPECT_EQ(out.frames(0).size(), 2u) << "port 53, and eight headers before it";
  EXPECT_EQ(out.frames(1).size(), 2u);
  EXPECT_EQ(out.drops, (Drops{{"opaque", 5}}));
}

TEST_F(UnseenPorts, DoNotMatterWhereThePoliciesDoTheSame) {
  std::vector<Frame> const frames{later_fragment4(), cut_udp(), later_fragment6(17),
                                  many_headers(9)};
  auto out =
      outbound(kDns + " dir out priority 1" + tmpl(2) + "dir out priority 2" + tmpl(2), frames);
  EXPECT_EQ(out.frames(0).size(), 4u);
  EXPECT_TRUE(out.drops.empty());
  out = outbound(kDns + " dir out priority 1\ndir out priority 2\n", frames);
  EXPECT_EQ(out.frames(1).size(), 4u);
  out = outbound(kDns + " dir out action block priority 1\ndir out action block priority 2\n",
                 frames);
  EXPECT_EQ(out.drops, (Drops{{"policy_discard", 4}}));
}

TEST_F(UnseenPorts, AreOpaqueBetweenTwoSasAndBetweenAPolicyAndNone) {
  auto out = outbound(kDns + " dir out priority 1" + tmpl(1) + "dir out priority 2" + tmpl(2),
                      {later_fragment4(), many_headers(9)});
  EXPECT_EQ(out.drops, (Drops{{"opaque", 2}}));
  out = outbound(kDns + " dir out priority 1" + tmpl(1), {later_fragment4(), many_headers(9)});
  EXPECT_EQ(out.drops, (Drops{{"opaque", 2}}));
}

TEST_F(UnseenPorts, DoNotMatterWhereNoPolicyThatAsksForThemCanMatch) {
  // Another protocol, another address, and one that comes after a policy for everything.
  auto const policies = "src 10.9.0.0/16 " + kDns + " dir out action block priority 1\n" + kDns +
                        " dir out action block priority 2\ndir out priority 3\n" +
                        "proto tcp dport 80 dir out action block priority 4\n";
  auto const out =
      outbound(policies, {later_fragment4(6), later_fragment6(6),
                          FrameBuilder().ipv4({.protocol = 50}).payload(Frame(3)).build()});
  EXPECT_EQ(out.frames(1).size(), 3u);
  EXPECT_TRUE(out.drops.empty());
}

TEST_F(UnseenPorts, MatterToPoliciesForAProtocolAloneWhereThatIsNotSeenEither) {
  auto const policies =
      std::string("proto tcp dir out action block priority 1\n") + "dir out priority 2\n";
  auto const out = outbound(policies, {later_fragment6(17), later_fragment4(), many_headers(9)});
  EXPECT_EQ(out.frames(1).size(), 2u);
  EXPECT_EQ(out.drops, (Drops{{"opaque", 1}}));
}

TEST_F(UnseenPorts, DoNotBypassWhatAPolicyProtects) {
  auto const policies =
      kDns + " dir fwd priority 1" + tmpl(1) + "dir fwd priority 2\n" + "dir in priority 1\n";
  auto const out = bypass(policies, {udp(54), later_fragment4(), many_headers(9)});
  EXPECT_EQ(out.frames(0).size() + out.frames(1).size(), 1u);
  EXPECT_EQ(out.drops, (Drops{{"opaque", 2}}));
}

TEST_F(UnseenPorts, DoNotComeByAnotherSaThanTheirPolicys) {
  std::vector<Frame> const frames{udp(54), later_fragment4(), many_headers(9)};
  auto const sent = "dir out priority 1" + tmpl(2);
  auto out = there_and_back(
      sent + kDns + " dir fwd priority 1" + tmpl(1) + "dir fwd priority 2" + tmpl(2), frames);
  EXPECT_EQ(out.drops, (Drops{{"opaque", 2}}));
  EXPECT_EQ(out.transmitted, 1u);
  out = there_and_back(
      sent + kDns + " dir fwd priority 1" + tmpl(2) + "dir fwd priority 2" + tmpl(2), frames);
  EXPECT_EQ(out.transmitted, 3u);
}

/// Both kinds of table give what holding the packet against each policy gives.
TEST(UnseenPolicies, AreFoundAsByHoldingThePacketAgainstEach) {
  std::mt19937 random(4301);
  auto const below = [&random](unsigned end) { return static_cast<unsigned>(random() % end); };
  std::vector<Policy> policies(60);
  for (std::uint32_t i = 0; i < policies.size(); ++i) {
    auto& policy = policies[i];
    policy.priority = below(50);
    policy.action = below(2) == 0 ? PolicyAction::kDiscard : PolicyAction::kBypass;
    if (below(4) != 0)
      policy.selector.source = parse_prefix("10.0." + std::to_string(below(4)) + ".0/24");
    if (below(2) != 0) policy.selector.protocol = below(2) == 0 ? 6 : 17;
    if (policy.selector.protocol && below(2) == 0)
      policy.selector.destination_port = {80, static_cast<std::uint16_t>(80 + below(2))};
  }
  auto const alike = [&](std::uint32_t a, std::uint32_t b) {
    return policies[a].action == policies[b].action;
  };
  auto const expected = [&](FlowKey const& packet) {
    std::vector<std::uint32_t> order(policies.size());
    for (std::uint32_t i = 0; i < order.size(); ++i) order[i] = i;
    std::stable_sort(order.begin(), order.end(),
                     [&](auto a, auto b) { return policies[a].priority < policies[b].priority; });
    std::uint32_t first = kNoMatch;
    for (auto const index : order) {
      auto const& selector = policies[index].selector;
      auto const rule = *FlowRule::of(selector, 4);
      if (!rule.may_take(packet)) continue;
      if (first != kNoMatch && !alike(first, index)) return PolicyTable::kDiffer;
      if (first == kNoMatch) first = index;
      bool const sure = selector.destination_port.is_any() &&
                        (!selector.protocol || packet.unseen == Unseen::kPorts);
      if (sure) return index;
    }
    return first == kNoMatch ? kNoMatch : PolicyTable::kDiffer;
  };
  std::map<std::uint32_t, unsigned> seen;
  for (auto const method : {PolicyTable::Method::kTuples, PolicyTable::Method::kBits}) {
    PolicyTable const table(policies, PolicyDirection::kOut, method);
    for (unsigned i = 0; i < 300; ++i) {
      FlowKey packet;
      packet.source[0] = (0x0a000000u + below(6) * 256ull + 1) << 32;
      packet.unseen = below(2) == 0 ? Unseen::kPorts : Unseen::kProtocol;
      packet.transport = FlowKey::opaque(packet.unseen == Unseen::kProtocol ? FlowKey::kNoProtocol
                                         : below(2) == 0                    ? 6
                                                                            : 17);
      auto const match = table.find_unseen(packet, alike);
      ASSERT_EQ(match, expected(packet));
      ++seen[match];
    }
  }
  EXPECT_GT(seen.size(), 2u);
  EXPECT_GT(seen[PolicyTable::kDiffer], 0u);
}

}  // namespace
}  // namespace warpline::ipsec
