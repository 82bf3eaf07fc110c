// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/support/pipeline_runner.hpp"
#include "tests/support/traffic.hpp"

namespace warpline {
namespace {

using test::Drops;
using test::error_line;
using test::error_of;
using test::Frame;
using test::FrameBuilder;
using test::PipelineRunner;
using test::run_pipeline;

/// All beginnings of an Ethernet header, and the whole.
std::vector<Frame> cut_headers() {
  auto const whole = FrameBuilder().build();
  std::vector<Frame> frames;
  for (std::ptrdiff_t length = 0; length <= 14; ++length)
    frames.emplace_back(whole.begin(), whole.begin() + length);
  return frames;
}

TEST(EtherMirror, SwapsTheAddressesAndNothingElse) {
  auto const there = FrameBuilder()
                         .ether({2, 0, 0, 0, 0, 9}, {2, 0, 0, 0, 0, 8})
                         .ipv4()
                         .udp(1, 2)
                         .payload("hello")
                         .build();
  auto const back = FrameBuilder()
                        .ether({2, 0, 0, 0, 0, 8}, {2, 0, 0, 0, 0, 9})
                        .ipv4()
                        .udp(1, 2)
                        .payload("hello")
                        .build();
  EXPECT_EQ(run_pipeline("FromInput -> EtherMirror -> ToOutput;", {there, back}).frames(0),
            (std::vector<Frame>{back, there}));
}

TEST(EtherMirror, DropsFramesWithoutAWholeHeader) {
  auto const out = run_pipeline("FromInput -> EtherMirror -> ToOutput;", cut_headers());
  EXPECT_EQ(out.drops, (Drops{{"truncated", 14}}));
  EXPECT_EQ(out.transmitted, 1u);
}

TEST(EtherMirror, SwapsFramesThatEndJustAfterTheHeaderAmongShortOnes) {
  std::vector<Frame> frames, expected;
  for (std::uint8_t size = 13; size < 19; ++size) {
    Frame frame(size);
    for (std::uint8_t i = 0; i < size; ++i) frame[i] = static_cast<std::uint8_t>(16 * size + i);
    frames.push_back(frame);
    if (size < 14) continue;
    std::swap_ranges(frame.begin(), frame.begin() + 6, frame.begin() + 6);
    expected.push_back(frame);
  }
  auto const out = run_pipeline("FromInput -> EtherMirror -> ToOutput;", frames);
  EXPECT_EQ(out.frames(0), expected);
  EXPECT_EQ(out.drops, (Drops{{"truncated", 1}}));
}

TEST(EtherRewrite, SetsBothAddressesAndNothingElse) {
  auto const before = FrameBuilder().ether({2, 0, 0, 0, 0, 9}, {2, 0, 0, 0, 0, 8}).ipv4().build();
  auto const after =
      FrameBuilder().ether({2, 0xab, 3, 4, 5, 6}, {0, 1, 2, 3, 0xc4, 0xff}).ipv4().build();
  for (auto const* arguments :
       {"00:01:02:03:c4:ff, 02:ab:03:04:05:06", "DST 02-AB-03-04-05-06, SRC 00-01-02-03-C4-FF"})
    EXPECT_EQ(run_pipeline(std::string("FromInput -> EtherRewrite(") + arguments + ") -> ToOutput;",
                           {before})
                  .frames(0),
              (std::vector<Frame>{after}));
}

TEST(EtherRewrite, DropsFramesWithoutAWholeHeader) {
  auto const out =
      run_pipeline("FromInput -> EtherRewrite(02:00:00:00:00:01, 02:00:00:00:00:02) -> ToOutput;",
                   cut_headers());
  EXPECT_EQ(out.drops, (Drops{{"truncated", 14}}));
  EXPECT_EQ(out.transmitted, 1u);
}

TEST(EtherRewrite, RefusesWhatIsNoAddress) {
  for (std::string const wrong : {"02:00:00:00:00", "02:00:00:00:00:1", "02:00:00:00:00:0g",
                                  "02:00:00-00:00:01", "02.00.00.00.00.01", "02:00:00:00:00:011"})
    EXPECT_EQ(
        error_line("FromInput -> EtherRewrite(" + wrong + ", 02:00:00:00:00:02) -> ToOutput;"),
        "test.click:1:27: error: EtherRewrite: SRC is '" + wrong +
            "'; expected an Ethernet address, e.g. 02:00:00:00:00:01");
}

TEST(DropBroadcasts, DropsFramesForGroups) {
  std::vector<Frame> const single = {FrameBuilder().ether({0, 1, 2, 3, 4, 5}).build(),
                                     FrameBuilder().ether({0xfe, 1, 1, 1, 1, 1}).build()};
  auto frames = single;
  frames.push_back(FrameBuilder().ether(test::kBroadcast).build());
  frames.push_back(FrameBuilder().ether({1, 0, 0x5e, 0, 0, 1}).build());
  frames.push_back(FrameBuilder().ether({0x33, 0x33, 0, 0, 0, 1}).build());
  auto const out = run_pipeline("FromInput -> DropBroadcasts -> ToOutput;", frames);
  EXPECT_EQ(out.frames(0), single);
  EXPECT_EQ(out.drops, (Drops{{"not_unicast", 3}}));
}

TEST(L2Forward, ForwardsFramesForGroupsOnRequest) {
  std::vector<Frame> const frames = {FrameBuilder().ether(test::kBroadcast).build(),
                                     FrameBuilder().ether({0, 1, 2, 3, 4, 5}).build()};
  auto const bridge = run_pipeline("FromInput -> L2Forward(GROUPS true) -> ToOutput;", frames);
  EXPECT_EQ(bridge.frames(1), frames) << "the other port of the pair";
  auto const others = run_pipeline("FromInput -> L2Forward -> ToOutput;", frames);
  EXPECT_EQ(others.drops, (Drops{{"not_unicast", 1}}));
}

TEST(DropBroadcasts, DropsFramesWithoutAWholeHeader) {
  auto const out = run_pipeline("FromInput -> DropBroadcasts -> ToOutput;", cut_headers());
  EXPECT_EQ(out.drops, (Drops{{"truncated", 14}}));
}

/// The ports that packets from each port go to, batch by batch.
std::vector<std::vector<unsigned>> forwarded(std::string const& arguments, unsigned ports,
                                             test::RunOptions options = {}) {
  options.ports = ports;
  PipelineRunner runner("FromInput -> L2Forward" + arguments + " -> ToOutput;", options);
  std::vector<std::vector<unsigned>> targets(ports);
  for (unsigned from = 0; from < ports; ++from)
    for (int i = 0; i < 8; ++i) {
      std::vector<std::vector<Frame>> frames(ports);
      frames[from] = {FrameBuilder().build()};
      auto const out = runner.run_ports(frames);
      for (unsigned to = 0; to < ports; ++to)
        for (std::size_t n = 0; n < out.sent[to].size(); ++n) targets[from].push_back(to);
    }
  return targets;
}

std::vector<unsigned> eight(unsigned port) { return std::vector<unsigned>(8, port); }

TEST(L2Forward, EchobackSendsToTheOtherPortOfThePair) {
  for (auto const* arguments : {"(method echoback)", "", "(method \"echoback\")"})
    EXPECT_EQ(forwarded(arguments, 4), (std::vector{eight(1), eight(0), eight(3), eight(2)}));
  EXPECT_EQ(forwarded("(method echoback)", 3), (std::vector{eight(1), eight(0), eight(2)}))
      << "a port without another sends to itself";
  EXPECT_EQ(forwarded("(method echoback)", 1), (std::vector<std::vector<unsigned>>{eight(0)}));
}

TEST(L2Forward, EchobackCrossSendsHalfOfThePortsFurther) {
  EXPECT_EQ(forwarded("(method echoback_cross)", 4),
            (std::vector{eight(2), eight(3), eight(0), eight(1)}));
  EXPECT_EQ(forwarded("(method echoback_cross)", 1),
            (std::vector<std::vector<unsigned>>{eight(0)}));
}

TEST(L2Forward, TwoToOneSendsToTheFirstPortOfThePair) {
  EXPECT_EQ(forwarded("(method two_to_one)", 4),
            (std::vector{eight(0), eight(0), eight(2), eight(2)}));
}

TEST(L2Forward, RoundrobinSendsEachPacketToTheNextPort) {
  PipelineRunner runner("FromInput -> L2Forward(method roundrobin) -> ToOutput;", {.ports = 3});
  std::vector<Frame> frames;
  for (std::uint8_t i = 0; i < 9; ++i) frames.push_back(FrameBuilder().payload({i}).build());
  auto const out = runner.run(frames);
  for (unsigned port = 0; port < 3; ++port)
    EXPECT_EQ(out.frames(port), (std::vector{frames[port], frames[port + 3], frames[port + 6]}));
}

TEST(L2Forward, RoundrobinBatchSendsEachBatchToTheNextPort) {
  PipelineRunner runner("FromInput -> L2Forward(method roundrobin_batch) -> ToOutput;",
                        {.ports = 3, .bursts = {4, 1, 2}});
  auto const out = runner.run(std::vector<Frame>(14, FrameBuilder().build()));
  EXPECT_EQ(out.sent[0].size(), 8u);
  EXPECT_EQ(out.sent[1].size(), 2u);
  EXPECT_EQ(out.sent[2].size(), 4u);
}

TEST(L2Forward, BeginsOnEachWorkerWithAnotherPort) {
  for (unsigned worker = 0; worker < 3; ++worker) {
    auto const targets = forwarded("(method roundrobin)", 3, {.worker = worker, .workers = 3});
    EXPECT_EQ(targets[0][0], worker);
  }
}

TEST(L2Forward, DropsFramesForGroupsAndCutOnes) {
  for (std::string const method :
       {"echoback", "echoback_cross", "roundrobin", "roundrobin_batch", "two_to_one"}) {
    auto frames = cut_headers();
    frames.push_back(FrameBuilder().ether(test::kBroadcast).build());
    auto const out =
        run_pipeline("FromInput -> L2Forward(method " + method + ") -> ToOutput;", frames);
    EXPECT_EQ(out.drops, (Drops{{"truncated", 14}, {"not_unicast", 1}})) << method;
    EXPECT_EQ(out.transmitted, 1u) << method;
  }
}

TEST(L2Forward, NamesTheMethodsThereAre) {
  EXPECT_EQ(error_of("FromInput -> L2Forward(method ecoback) -> ToOutput;"),
            "test.click:1:31: error: L2Forward: unknown method 'ecoback'; there are: echoback "
            "echoback_cross roundrobin roundrobin_batch two_to_one; did you mean 'echoback'?\n"
            "  FromInput -> L2Forward(method ecoback) -> ToOutput;\n"
            "                                ^");
  EXPECT_EQ(error_line("FromInput -> L2Forward(echoback) -> ToOutput;"),
            "test.click:1:24: error: L2Forward: unexpected argument 'echoback'; it takes method, "
            "GROUPS");
  EXPECT_EQ(error_line("FromInput -> L2Forward(mehtod echoback) -> ToOutput;"),
            "test.click:1:24: error: L2Forward: unknown argument 'mehtod'; did you mean 'method'?");
  EXPECT_EQ(error_line("TestSilence -> L2Forward -> Discard;", {.ports = 0}),
            "test.click:1:16: error: L2Forward: there is no port to send to");
}

}  // namespace
}  // namespace warpline
