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
using test::plain_checksum;

std::string const kGcm =
    " aead \"rfc4106(gcm(aes))\" 0x000102030405060708090a0b0c0d0e0fa0a1a2a3 128\n";
std::string const kTunnel =
    "src 192.0.2.1 dst 192.0.2.2 proto esp spi 0x1001 mode tunnel dir out" + kGcm;
std::string const kAnyTunnel = kTunnel.substr(0, kTunnel.size() - 1) + " flag nopmtudisc\n";
std::string const kTransport =
    "src 10.0.0.1 dst 10.0.0.2 proto esp spi 0x1002 mode transport dir out" + kGcm;
/// The largest packet through `kTunnel` in a link of 1500: 36 before it, 16 after it, 2 of trailer.
constexpr std::size_t kMax = 1446;

class IPsecFragmenter : public ::testing::Test {
 protected:
  IPsecFragmenter() { std::filesystem::create_directory(folder_); }
  ~IPsecFragmenter() override { std::filesystem::remove_all(folder_); }

  /// A pipeline with an SA file of these lines: what goes on leaves with paint 0, errors with 1.
  std::string pipeline(std::string const& sas, std::string const& arguments,
                       std::string const& next_element = "") {
    auto const path = (folder_ / "site.sa").string();
    std::ofstream(path) << sas;
    return "FromInput(BURST 256) -> spd :: IPsecPolicy(" + path +
           "); spd[0] -> m :: IPsecFragmenter(" + path + arguments + ") -> " + next_element +
           "out :: ToOutput; m[1] -> Paint(1) -> out; spd[1] -> Discard;";
  }
  std::string encrypt() const {
    return "IPsecEncrypt(SA " + (folder_ / "site.sa").string() + ", TAGGED true) -> ";
  }
  static std::string gateway() { return ", SOURCE 10.0.0.254, SOURCE6 2001:db8::fe"; }

  test::Outcome run(std::string const& sas, std::string const& arguments,
                    std::vector<Frame> const& frames) {
    return test::run_pipeline(pipeline(sas, arguments), frames, kOptions);
  }

  inline static test::RunOptions const kOptions{.frame_size = 9300, .tailroom = 64};

 private:
  std::filesystem::path folder_ = std::filesystem::temp_directory_path() /
                                  (std::string("warpline-fragmenter-") +
                                   ::testing::UnitTest::GetInstance()->current_test_info()->name());
};

/// A packet of `size` bytes.
Frame packet4(std::size_t size, std::uint16_t fragment = 0x4000, std::uint8_t protocol = 17) {
  return FrameBuilder()
      .ipv4({.fragment = fragment, .protocol = protocol})
      .payload(Frame(size - 20, 8))
      .build();
}
Frame packet6(std::size_t size) {
  return FrameBuilder()
      .ipv6({.next_header = std::uint8_t{17}})
      .payload(Frame(size - 40, 8))
      .build();
}

std::vector<Frame> errors(test::Outcome const& outcome) {
  std::vector<Frame> frames;
  for (auto const& port : outcome.sent)
    for (auto const& sent : port)
      if (sent.paint == 1) frames.push_back(sent.frame);
  return frames;
}

/// The ones' complement checksum of ICMPv6 with its pseudo-header (RFC 4443 section 2.3).
std::uint16_t checksum6(Frame const& frame) {
  Frame bytes(frame.begin() + 22, frame.begin() + 54);
  auto const size = frame.size() - 54;
  for (std::size_t const byte : {size >> 24, size >> 16, size >> 8, size, std::size_t{0},
                                 std::size_t{0}, std::size_t{0}, std::size_t{58}})
    bytes.push_back(static_cast<std::uint8_t>(byte));
  bytes.insert(bytes.end(), frame.begin() + 54, frame.end());
  return plain_checksum(bytes);
}

TEST_F(IPsecFragmenter, NothingThatLeavesIsLongerThanTheLinkTakes) {
  std::mt19937_64 random(4303);
  std::string const suites[] = {kGcm, " enc cbc(aes) 0x" + std::string(32, 'a') +
                                          " auth-trunc hmac(sha1) 0x" + std::string(40, 'b') +
                                          " 96\n"};
  for (std::string const ends : {"src 192.0.2.1 dst 192.0.2.2", "src 2001:db8::1 dst 2001:db8::2"})
    for (std::string const encap : {"", " encap espinudp 4500 4500 0.0.0.0"})
      for (auto const& suite : suites) {
        auto const sa = ends + " proto esp spi 0x1001 mode tunnel dir out" + encap + suite;
        for (std::size_t const mtu : {200u, 576u, 1280u, 1500u}) {
          std::vector<Frame> frames;
          for (unsigned i = 0; i < 150; ++i) frames.push_back(packet4(28 + random() % 3000, 0));
          auto const out = test::run_pipeline(
              pipeline(sa, ", MTU " + std::to_string(mtu), encrypt()), frames, kOptions);
          std::size_t longest = 0;
          for (auto const& frame : out.frames(0)) longest = std::max(longest, frame.size() - 14);
          ASSERT_LE(longest, mtu);
          ASSERT_GT(longest + 24, mtu) << "more could have been sent";
          ASSERT_EQ(out.dropped, 0u);
          ASSERT_GT(out.created, 0u);
        }
      }
}

TEST_F(IPsecFragmenter, LetsThroughWhatFitsAndFragmentsWhatDoesNot) {
  auto const out = run(kTunnel, "", {packet4(kMax, 0), packet4(kMax + 1, 0), packet4(100, 0)});
  ASSERT_EQ(out.frames(0).size(), 4u);
  EXPECT_EQ(out.frames(0)[0], packet4(kMax, 0));
  EXPECT_EQ(out.frames(0)[1].size(), 14 + 20 + 1424u);
  EXPECT_EQ(out.frames(0)[2].size(), 14 + 20 + 3u);
  EXPECT_EQ(out.frames(0)[3], packet4(100, 0)) << "in order";
  EXPECT_EQ(out.created, 1u);
  for (auto const& sent : out.sent[0]) EXPECT_EQ(sent.tag, out.sent[0][0].tag);
}

TEST_F(IPsecFragmenter, KeepsTheOrderOverManyBatches) {
  std::vector<Frame> frames;
  for (unsigned i = 0; i < 256; ++i)
    frames.push_back(FrameBuilder()
                         .ipv4({.id = static_cast<std::uint16_t>(i)})
                         .payload(Frame(i % 3 == 0 ? 9000 : 40))
                         .build());
  auto const out = test::run_pipeline(pipeline(kTunnel, ", MTU 576"), frames,
                                      {.bursts = {256}, .frame_size = 9300});
  EXPECT_GT(out.created, 1000u);
  std::size_t offset = 0;
  for (unsigned i = 0; i < 256; ++i) {
    std::size_t bytes = 0;
    while (offset < out.frames(0).size() && out.frames(0)[offset][19] == i) {
      EXPECT_EQ(
          static_cast<std::size_t>(out.frames(0)[offset][20] << 8 | out.frames(0)[offset][21]) * 8 %
              0x10000,
          bytes);
      bytes += out.frames(0)[offset++].size() - 34;
    }
    ASSERT_EQ(bytes, i % 3 == 0 ? 9000u : 40u) << "packet " << i;
  }
  EXPECT_EQ(offset, out.frames(0).size());
}

TEST_F(IPsecFragmenter, TellsTheSourceOfPacketsWithDfWhatFits) {
  for (auto const& sas : {kTunnel, kAnyTunnel}) {
    auto const sent = packet4(kMax + 1);
    auto const out = run(sas, gateway(), {sent, packet4(kMax)});
    EXPECT_EQ(out.drops_at, (Drops{{"m:too_big", 1}}));
    EXPECT_EQ(out.created, 1u);
    ASSERT_EQ(errors(out).size(), 1u);
    auto const error = errors(out)[0];
    ASSERT_EQ(error.size(), 14 + 576u);
    EXPECT_EQ(Frame(error.begin(), error.begin() + 6), Frame(sent.begin() + 6, sent.begin() + 12));
    EXPECT_EQ(Frame(error.begin() + 6, error.begin() + 12), Frame(sent.begin(), sent.begin() + 6));
    EXPECT_EQ(plain_checksum(Frame(error.begin() + 14, error.begin() + 34)), 0);
    EXPECT_EQ(plain_checksum(Frame(error.begin() + 34, error.end())), 0);
    EXPECT_EQ(Frame(error.begin() + 12, error.begin() + 18), (Frame{8, 0, 0x45, 0xc0, 2, 64}));
    EXPECT_EQ(error[23], 1);
    EXPECT_EQ(Frame(error.begin() + 26, error.begin() + 34), (Frame{10, 0, 0, 254, 10, 0, 0, 1}));
    EXPECT_EQ(Frame(error.begin() + 34, error.begin() + 36), (Frame{3, 4}));
    EXPECT_EQ(Frame(error.begin() + 38, error.begin() + 42), (Frame{0, 0, 1446 >> 8, 1446 & 255}));
    EXPECT_EQ(Frame(error.begin() + 42, error.end()), Frame(sent.begin() + 14, sent.begin() + 562));
    // A packet of the size in the error fits.
    EXPECT_EQ(run(sas, gateway(), {packet4(1446)}).dropped, 0u);
  }
}

TEST_F(IPsecFragmenter, TellsTheSourceOfIpv6Packets) {
  auto const sent = packet6(kMax + 1);
  auto const out = run(kTunnel, gateway(), {sent, packet6(kMax)});
  EXPECT_EQ(out.drops_at, (Drops{{"m:too_big", 1}}));
  ASSERT_EQ(errors(out).size(), 1u);
  auto const error = errors(out)[0];
  ASSERT_EQ(error.size(), 14 + 1280u);
  EXPECT_EQ(checksum6(error), 0);
  EXPECT_EQ(error[20], 58);
  EXPECT_EQ(error[37], 0xfe);
  EXPECT_EQ(Frame(error.begin() + 38, error.begin() + 54),
            Frame(sent.begin() + 22, sent.begin() + 38));
  EXPECT_EQ(Frame(error.begin() + 54, error.begin() + 56), (Frame{2, 0}));
  EXPECT_EQ(Frame(error.begin() + 58, error.begin() + 62), (Frame{0, 0, 1446 >> 8, 1446 & 255}));
  EXPECT_EQ(Frame(error.begin() + 62, error.end()), Frame(sent.begin() + 14, sent.begin() + 1246));
}

TEST_F(IPsecFragmenter, NeverTellsLessThanTheLeastThatSourcesHeed) {
  auto const out = run(kTunnel, gateway() + ", MTU 1300", {packet6(1281), packet6(1280)});
  EXPECT_EQ(out.drops_at, (Drops{{"m:too_big", 2}}));
  ASSERT_EQ(errors(out).size(), 1u);
  EXPECT_EQ(errors(out)[0][60] << 8 | errors(out)[0][61], 1280);
  auto const small = run(kTunnel, gateway() + ", MTU 100", {packet4(69), packet4(68), packet4(46)});
  EXPECT_EQ(small.drops_at, (Drops{{"m:too_big", 2}}));
  ASSERT_EQ(errors(small).size(), 1u);
  EXPECT_EQ(errors(small)[0][41], 68);
}

TEST_F(IPsecFragmenter, SaysNothingOfErrorsLaterPartsAndWhatComesFromNobody) {
  std::vector<Frame> silent;
  for (auto const type : std::vector<std::uint8_t>{3, 4, 5, 11, 12}) {
    silent.push_back(packet4(1500, 0x4000, 1));
    silent.back()[34] = type;
  }
  silent.push_back(packet4(1500, 0x4001));
  for (std::uint32_t const source : {0u, 0x7f000001u, 0xe0000001u, 0xffffffffu, 0xf0000001u})
    silent.push_back(
        FrameBuilder().ipv4({.source = source, .fragment = 0x4000}).payload(Frame(1480)).build());
  silent.push_back(FrameBuilder()
                       .ipv4({.destination = 0xe0000001, .fragment = 0x4000})
                       .payload(Frame(1480))
                       .build());
  silent.push_back(FrameBuilder()
                       .ether(test::kBroadcast)
                       .ipv4({.fragment = 0x4000})
                       .payload(Frame(1480))
                       .build());
  test::Ipv6 group, nobody, own;
  group.source[0] = 0xff;
  nobody.source = {};
  own.source = {};
  own.source[15] = 1;
  for (auto const& fields : {group, nobody, own})
    silent.push_back(FrameBuilder().ipv6(fields).payload(Frame(1460)).build());
  for (auto const type : std::vector<std::uint8_t>{1, 2, 3, 4, 127, 137}) {
    silent.push_back(
        FrameBuilder().ipv6({.next_header = std::uint8_t{58}}).payload(Frame(1460)).build());
    silent.back()[54] = type;
  }
  // After the header of a later fragment.
  silent.push_back(
      FrameBuilder().ipv6({.next_header = std::uint8_t{44}}).payload(Frame(1460)).build());
  silent.back()[54] = 17;
  silent.back()[57] = 9;
  for (auto const& frame : silent) {
    auto const out = run(kTunnel, gateway(), {frame});
    EXPECT_EQ(errors(out).size(), 0u) << "frame " << &frame - silent.data();
    EXPECT_EQ(out.drops_at, (Drops{{"m:too_big", 1}}));
  }

  std::vector<Frame> answered{packet4(1500, 0x6000),
                              packet4(1500, 0x4000, 1)};  // a first part, an echo
  answered.back()[34] = 8;
  test::Ipv6 to_group;
  to_group.destination[0] = 0xff;  // RFC 4443 section 2.4(e.3) has this exception
  answered.push_back(FrameBuilder().ipv6(to_group).payload(Frame(1460)).build());
  answered.push_back(
      FrameBuilder().ipv6({.next_header = std::uint8_t{58}}).payload(Frame(1460)).build());
  answered.back()[54] = 128;
  EXPECT_EQ(errors(run(kTunnel, gateway(), answered)).size(), answered.size());
}

TEST_F(IPsecFragmenter, ProtectsWholePacketsOnlyInTransportMode) {
  // 16 inside, 16 after it, 2 of trailer: the packet itself may have 1500 - 34.
  auto const out = run(kTransport, gateway(), {packet4(1466, 0), packet4(1467, 0), packet4(1467)});
  EXPECT_EQ(out.drops_at, (Drops{{"m:too_big", 2}}));
  ASSERT_EQ(errors(out).size(), 2u);
  EXPECT_EQ(errors(out)[0][40] << 8 | errors(out)[0][41], 1466);
  EXPECT_EQ(run(kTransport, gateway(), {packet4(1500, 0x2000)}).drops_at,
            (Drops{{"m:fragment", 1}}));
  auto const cbc =
      "src 10.0.0.1 dst 10.0.0.2 proto esp spi 0x1002 mode transport dir out enc cbc(aes) 0x" +
      std::string(32, 'a') + " auth-trunc hmac(sha1) 0x" + std::string(40, 'b') + " 96\n";
  // How much of a block of 16 is padding depends on what the header leaves of the link.
  for (std::size_t mtu = 1480; mtu < 1500; ++mtu) {
    std::vector<Frame> frames;
    std::uint64_t too_long = 0;
    for (std::size_t size = mtu - 80; size <= mtu; ++size) {
      frames.push_back(packet4(size, 0));
      // After 20 bytes of header: 24 of ESP and IV, blocks, 12 of integrity value.
      too_long += 20 + 24 + (size - 20 + 2 + 15) / 16 * 16 + 12 > mtu ? 1 : 0;
    }
    auto const result = test::run_pipeline(pipeline(cbc, ", MTU " + std::to_string(mtu), encrypt()),
                                           frames, kOptions);
    ASSERT_EQ(result.drops_at, (Drops{{"m:too_big", too_long}})) << mtu;
    for (auto const& frame : result.frames(0)) ASSERT_LE(frame.size() - 14, mtu);
  }
}

TEST_F(IPsecFragmenter, DropsWithoutAnErrorWhereNobodyMaySendOne) {
  Drops const too_big{{"m:too_big", 1}};
  EXPECT_EQ(run(kTunnel, ", SOURCE 10.0.0.254", {packet6(1500)}).drops_at, too_big);
  EXPECT_EQ(run(kTunnel, "", {packet4(1500)}).drops_at, too_big);
  EXPECT_EQ(run(kTunnel, gateway() + ", TOO_BIG drop", {packet4(1500, 0)}).drops_at, too_big);
  auto text = pipeline(kTunnel, gateway());
  text.replace(text.find("m[1] -> Paint(1) -> out; "), 25, "");
  auto const out = test::run_pipeline(text, {packet4(1500)}, kOptions);
  EXPECT_EQ(out.drops_at, too_big);
  EXPECT_EQ(out.created, 0u);
}

TEST_F(IPsecFragmenter, SendsNoMoreErrorsThanItsRateAllows) {
  std::vector<Frame> const frames(100, packet4(1500));
  test::PipelineRunner runner(pipeline(kTunnel, gateway() + ", ICMP_RATE 1, ICMP_BURST 7"),
                              kOptions);
  auto const out = runner.run(frames);
  EXPECT_GE(errors(out).size(), 7u);
  EXPECT_LE(errors(out).size(), 9u);
  EXPECT_EQ(out.drops_at, (Drops{{"m:too_big", 100}}));
  auto const counted = runner.graph().find("m")->element->metrics();
  EXPECT_EQ(counted[1].value, errors(out).size());
  EXPECT_EQ(counted[2].value, 100 - errors(out).size());
  EXPECT_EQ(errors(run(kTunnel, gateway() + ", ICMP_RATE 0", frames)).size(), 100u);
}

TEST_F(IPsecFragmenter, LosesNothingUncountedWithoutBuffersOrBatches) {
  std::vector<Frame> const frames(100, packet4(4000, 0));
  auto const scarce = test::run_pipeline(pipeline(kTunnel, ""), frames,
                                         {.bursts = {100}, .buffers = 131, .frame_size = 9300});
  // 31 buffers are left; each packet needs 2 more, and gives 1 back if there are none.
  EXPECT_EQ(scarce.drops_at, (Drops{{"m:no_buffer", 57}}));
  EXPECT_EQ(scarce.created, 86u);
  EXPECT_EQ(scarce.transmitted, 129u);
  auto const untold = test::run_pipeline(pipeline(kTunnel, gateway() + ", ICMP_RATE 0"),
                                         std::vector<Frame>(100, packet4(1500)),
                                         {.bursts = {100}, .buffers = 100, .frame_size = 9300});
  // For the first there is none; then that of the one before is free.
  EXPECT_EQ(untold.drops_at, (Drops{{"m:no_buffer", 1}, {"m:too_big", 100}}));
  EXPECT_EQ(errors(untold).size(), 99u);
  EXPECT_EQ(untold.created, 100u);

  for (unsigned const left : {0u, 1u})
    for (bool const fragments : {false, true}) {
      test::PipelineRunner runner(pipeline(kTunnel, gateway()),
                                  {.frame_size = 9300, .batches = 66});
      std::vector<BatchPtr> held;
      runner.run({});  // the source holds its next batch
      while (auto batch = runner.batches().allocate()) held.push_back(std::move(batch));
      held.resize(held.size() - left);
      auto const out =
          runner.run(std::vector<Frame>(10, packet4(4000, fragments ? std::uint16_t{0} : 0x4000)));
      Drops expected;
      if (left == 0) expected["m:no_batch"] = 10;
      if (!fragments) expected["m:too_big"] = 10;
      EXPECT_EQ(out.drops_at, expected);
    }
}

TEST_F(IPsecFragmenter, RefusesPacketsThatWouldBeCutInTooManyOrInVain) {
  auto const small = run(kTunnel, ", MTU 80", {packet4(200, 0)});
  EXPECT_EQ(small.drops_at, (Drops{{"m:too_big", 1}})) << "no room for 8 bytes";
  EXPECT_EQ(run(kTunnel, ", MTU 84", {packet4(1048, 0)}).drops_at, (Drops{}));
  EXPECT_EQ(run(kTunnel, ", MTU 84", {packet4(9000, 0)}).drops_at, (Drops{{"m:too_big", 1}}));
  auto wrong = packet4(2000, 0);
  wrong[24] ^= 1;
  EXPECT_EQ(run(kTunnel, "", {wrong}).drops_at, (Drops{{"m:ip_bad_checksum", 1}}));
  auto const room =
      test::run_pipeline(pipeline(kTunnel, ", MTU 4000"), {packet4(8000, 0)}, {.frame_size = 9300});
  EXPECT_EQ(room.drops_at, (Drops{}));
}

TEST_F(IPsecFragmenter, NeedsAnSaForEachPacket) {
  auto const path = pipeline(kTunnel, "");  // writes the file
  auto const file = path.substr(path.find('(', path.find("IPsecPolicy")) + 1);
  auto const name = file.substr(0, file.find(')'));
  auto const error =
      test::error_line("FromInput -> m :: IPsecFragmenter(" + name + ") -> ToOutput;");
  EXPECT_NE(error.find("'m :: IPsecFragmenter' uses the SA of a packet, but a path from "
                       "'FromInput@1 :: FromInput' does not set it"),
            std::string::npos)
      << error;
  auto const out = test::run_pipeline(
      "FromInput -> TestAnySa -> m :: IPsecFragmenter(" + name + ") -> ToOutput;",
      {packet4(100), Frame(20), FrameBuilder().type(0x0806).payload(Frame(46)).build()});
  EXPECT_EQ(out.drops, (Drops{{"no_sa", 1}, {"not_ip", 2}}));
}

TEST_F(IPsecFragmenter, SaysWhatIsWrongWithItsArguments) {
  auto const message = [this](std::string const& arguments) {
    auto const line = test::error_line(pipeline(kTunnel, ", " + arguments));
    return line.substr(line.find("IPsecFragmenter: "));
  };
  EXPECT_EQ(message("MTU 67"), "IPsecFragmenter: MTU is 67; expected 68 to 65535");
  EXPECT_EQ(message("MTU 65536"), "IPsecFragmenter: MTU is 65536; expected 68 to 65535");
  EXPECT_EQ(message("SOURCE ::1"),
            "IPsecFragmenter: SOURCE is '::1'; expected the gateway's IPv4 address");
  EXPECT_EQ(message("SOURCE 224.0.0.1"),
            "IPsecFragmenter: SOURCE is '224.0.0.1'; expected the gateway's IPv4 address");
  EXPECT_EQ(message("SOURCE6 10.0.0.1"),
            "IPsecFragmenter: SOURCE6 is '10.0.0.1'; expected the gateway's IPv6 address");
  EXPECT_EQ(message("TOO_BIG x"), "IPsecFragmenter: TOO_BIG is 'x'; expected fragment or drop");
  EXPECT_EQ(message("ICMP_BURST 0"), "IPsecFragmenter: ICMP_BURST is 0; expected at least 1");
}

}  // namespace
}  // namespace warpline
