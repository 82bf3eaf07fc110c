// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "elements/ipsec/packet/transport_checksum.hpp"
#include "tests/elements/ipsec/element_rig.hpp"
#include "tests/elements/ipsec/every_suite.hpp"

namespace warpline::ipsec {
namespace {

using testing::ElementRig;
using testing::ipv4_frame;
using testing::ipv6_frame;
using testing::Octets;
using testing::random_octets;
using testing::RawSa;

/// What goes around the packets of a test, as words of `ip xfrm state`.
struct Around {
  char const* name;
  char const* words;
  bool transport = false;
};
constexpr Around kAround[] = {
    {"Tunnel4", "src 10.0.0.1 dst 10.0.0.2 mode tunnel"},
    {"Tunnel4Udp", "src 10.0.0.1 dst 10.0.0.2 mode tunnel encap espinudp 4500 4500 0.0.0.0"},
    {"Tunnel6", "src 2001:db8::1 dst 2001:db8::2 mode tunnel"},
    {"Tunnel6Udp", "src 2001:db8::1 dst 2001:db8::2 mode tunnel encap espinudp 4500 4500 ::"},
    {"Transport4", "src 10.0.0.1 dst 192.168.0.7 mode transport", true},
    {"Transport4Udp",
     "src 10.0.0.1 dst 192.168.0.7 mode transport encap espinudp 4500 4500 0.0.0.0", true},
};

class RoundTrip : public ::testing::TestWithParam<std::tuple<unsigned, unsigned, bool>> {
 protected:
  RoundTrip() {
    auto const& [suite, around, esn] = GetParam();
    auto const sa = RawSa::random(static_cast<Suite>(suite), esn, random_);
    path_ =
        std::filesystem::temp_directory_path() / ("warpline-trip-" + std::to_string(suite) + '-' +
                                                  std::to_string(around) + (esn ? "e.sa" : ".sa"));
    std::ofstream(path_) << kAround[around].words << " proto esp spi 0x1001 replay-window 1024 "
                         << sa.words() << (esn ? " flag esn" : "") << '\n';
  }
  ~RoundTrip() override { std::filesystem::remove(path_); }

  std::string path() const { return path_.string(); }
  bool transport() const { return kAround[std::get<1>(GetParam())].transport; }
  bool renews_checksums() const { return std::get<1>(GetParam()) == 5; }
  /// Frames that pass unchanged: without padding after them, because that is removed.
  std::vector<Octets> frames(unsigned count) {
    std::vector<Octets> result;
    for (unsigned i = 0; i < count; ++i) {
      auto const payload = random_octets(random_, i * 7 % 1400);
      if (!transport() && i % 3 == 2)
        result.push_back(ipv6_frame(payload));
      else
        result.push_back(ipv4_frame(payload, {.destination = "192.168.0.7"}));
    }
    return result;
  }

  std::mt19937 random_{4302};
  std::filesystem::path path_;
};

TEST_P(RoundTrip, GivesBackWhatWentIn) {
  ElementRig rig("IPsecEncrypt(SA " + path() + ") -> IPsecDecrypt(" + path() + ")");
  auto const sent = frames(200);
  rig.send(sent);
  auto expected = sent;
  for (auto& frame : expected)
    if (renews_checksums())
      renew_transport_checksum({&frame[14], static_cast<std::uint32_t>(frame.size()) - 14});
  EXPECT_EQ(rig.caught->frames, expected);
}

TEST_P(RoundTrip, ChangedPacketsAreDroppedAndNothingElse) {
  ElementRig seal("IPsecEncrypt(SA " + path() + ")");
  seal.send(frames(100));
  auto sealed = seal.caught->frames;
  ASSERT_EQ(sealed.size(), 100u);
  ElementRig open("open :: IPsecDecrypt(" + path() + ")");
  // From the ESP header on: what is before it is not protected.
  auto const esp_at =
      14 + (sealed[0][14] >> 4 == 4 ? 20 : 40) +
      (std::string(kAround[std::get<1>(GetParam())].words).find("encap") != std::string::npos ? 8
                                                                                              : 0);
  auto changed = sealed;
  for (auto& frame : changed) {
    auto const offset = static_cast<unsigned>(esp_at) + 4 +
                        random_() % (frame.size() - static_cast<unsigned>(esp_at) - 4);
    frame[offset] ^= static_cast<std::uint8_t>(1u << random_() % 8);
  }
  open.send(changed);
  EXPECT_EQ(open.caught->frames.size(), 0u);
  open.send(sealed);
  EXPECT_EQ(open.caught->frames.size(), 100u);
  open.send(sealed);
  EXPECT_EQ(open.caught->frames.size(), 100u) << "replays";
}

std::string name_of(::testing::TestParamInfo<RoundTrip::ParamType> const& info) {
  return testing::name_of_suite(static_cast<Suite>(std::get<0>(info.param))) + '_' +
         kAround[std::get<1>(info.param)].name + (std::get<2>(info.param) ? "Esn" : "");
}

INSTANTIATE_TEST_SUITE_P(
    Ipsec, RoundTrip,
    ::testing::Combine(::testing::Range(0u, kSuiteCount),
                       ::testing::Range(0u, static_cast<unsigned>(std::size(kAround))),
                       ::testing::Bool()),
    name_of);

}  // namespace
}  // namespace warpline::ipsec
