// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include "tests/support/pipeline_runner.hpp"
#include "tests/support/traffic.hpp"

namespace warpline {
namespace {

using test::Drops;
using test::error_line;
using test::error_of;
using test::Frame;
using test::mixed_traffic;
using test::PipelineRunner;
using test::run_pipeline;

TEST(FromInput, SendsEveryPortsPacketsBackWhereNobodyChoosesAnother) {
  PipelineRunner runner("FromInput -> ToOutput;", {.ports = 3});
  std::vector<std::vector<Frame>> frames;
  for (unsigned port = 0; port < 3; ++port) frames.push_back(mixed_traffic(port + 1, 500));
  auto const out = runner.run_ports(frames);
  for (unsigned port = 0; port < 3; ++port) {
    EXPECT_EQ(out.frames(port), frames[port]);
    for (auto const& sent : out.sent[port]) ASSERT_EQ(sent.in_port, port);
  }
}

TEST(FromInput, ReceivesBatchesOfAtMostBurst) {
  PipelineRunner runner("FromInput(BURST 10) -> n :: Null -> ToOutput;");
  runner.run(std::vector<Frame>(25, Frame{1}));
  EXPECT_EQ(runner.counters("n").batches.get(), 3u);
  EXPECT_EQ(runner.counters("n").packets.get(), 25u);
}

TEST(FromInput, SaysWhatIsWrong) {
  EXPECT_EQ(error_of("FromInput(BURST 257) -> Discard;"),
            "test.click:1:17: error: FromInput: BURST is 257; expected 1 to 256\n"
            "  FromInput(BURST 257) -> Discard;\n"
            "                  ^");
  EXPECT_EQ(error_line("FromInput(BURST 0) -> Discard;"),
            "test.click:1:17: error: FromInput: BURST is 0; expected 1 to 256");
  EXPECT_EQ(error_line("FromInput(32) -> Discard;"),
            "test.click:1:11: error: FromInput: unexpected argument '32'; it takes BURST");
  EXPECT_EQ(error_line("FromInput -> Discard;", {.ports = 0}),
            "test.click:1:1: error: FromInput: there is no port to receive from");
  EXPECT_EQ(error_line("FromInput -> Discard; FromInput -> Discard;"),
            "test.click:1:23: error: FromInput: port 'port0' is already received from in this "
            "pipeline");
}

TEST(FromDPDKDevice, ReceivesFromOnePortByNumberOrName) {
  for (std::string const port : {"1", "port1", "PORT port1"}) {
    PipelineRunner runner("FromDPDKDevice(" + port + ") -> ToDPDKDevice(0);");
    auto const frames = mixed_traffic(5, 100);
    auto const out = runner.run_ports({{}, frames});
    EXPECT_EQ(out.frames(0), frames);
  }
}

TEST(FromDPDKDevice, SaysWhatIsWrong) {
  EXPECT_EQ(error_line("FromDPDKDevice -> Discard;"),
            "test.click:1:1: error: FromDPDKDevice: missing argument PORT");
  EXPECT_EQ(error_line("FromDPDKDevice(prot1) -> Discard;"),
            "test.click:1:16: error: FromDPDKDevice: unknown port 'prot1'; there are: 0 (port0) "
            "1 (port1); did you mean 'port1'?");
  EXPECT_EQ(error_line("FromDPDKDevice(0, BURST 300) -> Discard;"),
            "test.click:1:25: error: FromDPDKDevice: BURST is 300; expected 1 to 256");
  EXPECT_EQ(error_line("FromInput -> Discard; FromDPDKDevice(port1) -> Discard;"),
            "test.click:1:38: error: FromDPDKDevice: port 'port1' is already received from in this "
            "pipeline");
}

TEST(ToOutput, DropsWhatAPortDoesNotTake) {
  PipelineRunner runner("FromInput -> o :: ToOutput;");
  runner.port(0).set_room(30);
  auto const out = runner.run(std::vector<Frame>(100, Frame{1}));
  EXPECT_EQ(out.transmitted, 30u);
  EXPECT_EQ(out.drops_at, (Drops{{"o:tx_queue_full", 70}}));
}

TEST(ToOutput, SendsEachPacketToItsPortInOrder) {
  // Colours 0 to 3 go to ports 0 to 3; only three ports exist.
  std::mt19937_64 random(1);
  std::vector<Frame> frames;
  for (int i = 0; i < 1000; ++i) frames.push_back(test::random_bytes(random, 4));
  auto const out = run_pipeline(
      "FromInput -> c :: Classifier(0/00%03, 0/01%03, 0/02%03, -);"
      "c[0] -> q :: Queue -> o :: ToOutput; c[1] -> TestOutPort(1) -> q;"
      "c[2] -> TestOutPort(2) -> q; c[3] -> TestOutPort(3) -> q;",
      frames, {.ports = 3, .bursts = {1}});
  std::vector<std::vector<Frame>> expected(4);
  for (auto const& frame : frames) expected[frame[0] & 3].push_back(frame);
  for (unsigned port = 0; port < 3; ++port) EXPECT_EQ(out.frames(port), expected[port]);
  EXPECT_EQ(out.drops_at, (Drops{{"o:no_such_port", expected[3].size()}}));
}

TEST(ToDPDKDevice, SendsEverythingToOnePort) {
  PipelineRunner runner("FromInput -> o :: ToDPDKDevice(port1);");
  auto const frames = mixed_traffic(1, 100);
  runner.port(1).set_room(90);
  auto const out = runner.run(frames);
  EXPECT_EQ(out.frames(1), std::vector<Frame>(frames.begin(), frames.begin() + 90));
  EXPECT_EQ(out.drops_at, (Drops{{"o:tx_queue_full", 10}}));
}

TEST(ToOutput, SaysWhatIsWrong) {
  EXPECT_EQ(
      error_line("FromDPDKDevice(0) -> ToDPDKDevice(7);"),
      "test.click:1:35: error: ToDPDKDevice: unknown port '7'; there are: 0 (port0) 1 (port1)");
  EXPECT_EQ(error_line("FromInput -> ToOutput(3);"),
            "test.click:1:23: error: ToOutput: unexpected argument '3'; it takes none");
  EXPECT_EQ(error_line("TestSilence -> ToOutput;", {.ports = 0}),
            "test.click:1:16: error: ToOutput: there is no port to send to");
}

TEST(Discard, CountsWhatItDrops) {
  auto const out = run_pipeline("FromInput -> d :: Discard;", mixed_traffic(1, 300));
  EXPECT_EQ(out.drops_at, (Drops{{"d:discarded", 300}}));
  EXPECT_EQ(error_line("FromInput -> Discard(1);"),
            "test.click:1:22: error: Discard: unexpected argument '1'; it takes none");
}

TEST(Counter, CountsPacketsAndBytes) {
  PipelineRunner runner("FromInput -> c :: Counter -> ToOutput;");
  auto const frames = mixed_traffic(1, 300);
  std::uint64_t bytes = 0;
  for (auto const& frame : frames) bytes += frame.size();
  EXPECT_EQ(runner.run(frames).frames(0), frames);
  EXPECT_EQ(runner.counters("c").packets.get(), 300u);
  EXPECT_EQ(runner.counters("c").bytes.get(), bytes);
}

TEST(Null, LetsAllPacketsThrough) {
  auto const frames = mixed_traffic(1, 300);
  EXPECT_EQ(run_pipeline("FromInput -> Null -> None -> ToOutput;", frames).frames(0), frames);
}

}  // namespace
}  // namespace warpline
