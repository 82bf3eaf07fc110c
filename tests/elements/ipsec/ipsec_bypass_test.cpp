// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "tests/support/pipeline_runner.hpp"
#include "tests/support/traffic.hpp"

namespace warpline {
namespace {

using test::Drops;
using test::Frame;
using test::FrameBuilder;

class IPsecBypass : public ::testing::Test {
 protected:
  ~IPsecBypass() override { std::filesystem::remove_all(folder_); }

  /// What passes with these policies, and why the rest is dropped.
  test::Outcome run(std::string const& policies, std::vector<Frame> const& frames) {
    std::filesystem::create_directory(folder_);
    std::ofstream(folder_ / "site.sa")
        << "src 192.0.2.2 dst 192.0.2.1 proto esp spi 0x2001 reqid 1 mode tunnel dir in aead "
           "\"rfc4106(gcm(aes))\" 0x000102030405060708090a0b0c0d0e0fa0a1a2a3 128\n";
    std::ofstream(folder_ / "site.policy") << policies;
    auto const path = folder_.string();
    return test::run_pipeline("FromInput -> IPsecBypass(" + path + "/site.sa, POLICY " + path +
                                  "/site.policy) -> ToOutput;",
                              frames);
  }

 private:
  std::filesystem::path folder_ = std::filesystem::temp_directory_path() /
                                  (std::string("warpline-bypass-") +
                                   ::testing::UnitTest::GetInstance()->current_test_info()->name());
};

std::string const kProtect =
    "src 10.2.0.0/16 dst 10.1.0.0/16 dir fwd priority 100 "
    "tmpl src 192.0.2.2 dst 192.0.2.1 proto esp reqid 1 mode tunnel\n";

constexpr std::uint32_t kHost = 0x0a010001, kPeersHost = 0x0a020001;  // 10.1.0.1, 10.2.0.1

Frame udp(std::uint32_t source, std::uint32_t destination, std::uint16_t port) {
  return FrameBuilder()
      .ipv4({.source = source, .destination = destination})
      .udp(port, port)
      .build();
}

TEST_F(IPsecBypass, LetsThroughWhatAPolicySaysAndNothingElse) {
  auto const ike = udp(0xc0000202, 0xc0000201, 500);
  auto const out =
      run(kProtect +
              "src 0.0.0.0/0 dst 0.0.0.0/0 proto udp dport 500 dir in priority 10\n"
              "src 10.3.0.0/16 dst 10.1.0.0/16 dir fwd action block priority 20\n",
          {ike, udp(kPeersHost, kHost, 80), udp(0x0a030001, kHost, 80), udp(0x0a090001, kHost, 80),
           FrameBuilder().type(0x0806).payload(Frame(46)).build(), Frame(20)});
  EXPECT_EQ(out.frames(0).size() + out.frames(1).size(), 1u);
  EXPECT_EQ(out.drops,
            (Drops{{"policy_protect", 1}, {"policy_discard", 1}, {"no_policy", 1}, {"not_ip", 2}}));
}

TEST_F(IPsecBypass, OneDirectionDoesNotOpenTheOther) {
  auto const out = run(kProtect + "src 0.0.0.0/0 dst 0.0.0.0/0 dir in priority 1\n",
                       {udp(kPeersHost, kHost, 80)});
  EXPECT_EQ(out.drops, (Drops{{"policy_protect", 1}}));
}

TEST_F(IPsecBypass, LetsNothingThroughWithoutInboundPolicies) {
  auto const out =
      run("src 0.0.0.0/0 dst 0.0.0.0/0 dir out priority 1\n", {udp(kPeersHost, kHost, 80)});
  EXPECT_EQ(out.drops, (Drops{{"no_policy", 1}}));
}

}  // namespace
}  // namespace warpline
