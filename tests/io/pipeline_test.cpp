// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include <chrono>
#include <thread>

#include "core/engine/engine.hpp"
#include "io/capture/capture_reader.hpp"
#include "io/spec/port_spec.hpp"
#include "tests/io/machine.hpp"
#include "tests/support/scoped.hpp"

namespace warpline {
namespace {

/// Ports, buffers and workers together, as the program has them.
class PipelineTest : public testing::Test {
 protected:
  /// Runs a pipeline until its sources are finished, or for a number of packets.
  Totals run(std::vector<std::string> const& specs, std::string const& pipeline, unsigned workers,
             std::uint64_t packets = ~std::uint64_t{0}) {
    open_ports(parse_port_specs(specs), {.pool = *pool, .workers = workers, .seed = 1}, ports);
    EngineOptions options;
    options.cores.assign(workers, -1);
    options.worker.on_thread_start = [] { EXPECT_TRUE(Eal::register_thread()); };
    options.worker.on_thread_end = [] { Eal::unregister_thread(); };
    Totals totals;
    {
      Engine engine(options, ports, devices, *pool);
      engine.load(std::make_shared<Source>(Source{"test", pipeline}));
      for (std::size_t i = 0; i < ports.size(); ++i) ports[i].start();
      engine.start();
      auto const deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
      while (!engine.done() && std::chrono::steady_clock::now() < deadline) {
        if (engine.totals().received >= packets) engine.stop();
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
      }
      EXPECT_TRUE(engine.done());
      engine.stop();
      engine.join();
      for (std::size_t i = 0; i < ports.size(); ++i) ports[i].stop();
      totals = engine.totals();
    }
    EXPECT_TRUE(totals.conserved());
    EXPECT_EQ(totals.inside, 0u);
    return totals;
  }

  test::ScopedFolder folder;
  std::unique_ptr<DpdkPool> pool = test::make_pool(8192);
  DeviceSet devices;
  PortSet ports;
};

constexpr char kMirror[] = "FromInput -> EtherMirror -> ToOutput;";

TEST_F(PipelineTest, GeneratesTransmitsAndLosesNothing) {
  auto const totals =
      run({"gen:size=imix,count=100001,payload=text", "gen:count=5000,recycled"}, kMirror, 2);
  EXPECT_EQ(totals.received, 105001u);
  EXPECT_EQ(totals.transmitted, 105001u);
  EXPECT_EQ(pool->in_use(), 0u);
}

TEST_F(PipelineTest, DropsWithoutLosingBuffers) {
  auto const totals = run({"gen:count=100000"}, "FromInput -> Discard;", 2);
  EXPECT_EQ(totals.dropped, 100000u);
  EXPECT_EQ(pool->in_use(), 0u);
}

TEST_F(PipelineTest, ForwardsBetweenVirtualDevices) {
  auto const totals = run({"net_null0,size=64", "net_null1,size=1500"}, kMirror, 2, 200'000);
  EXPECT_GE(totals.transmitted, 200'000u);
  ports = {};
  EXPECT_EQ(pool->in_use(), 0u) << "closed ports hold no buffers";
}

TEST_F(PipelineTest, GoesThroughCaptureFiles) {
  std::vector<test::Frame> frames;
  for (std::size_t i = 0; i < 5000; ++i)
    frames.push_back(
        test::FrameBuilder().ipv4().udp(1, 2).payload(test::Frame(i % 1400, 7)).build());
  test::write_capture(folder.path("in.pcap"), frames);
  auto const totals =
      run({"pcap:in=" + folder.path("in.pcap") + ",out=" + folder.path("out.pcap")}, kMirror, 1);
  EXPECT_EQ(totals.transmitted, frames.size());
  EXPECT_EQ(pool->in_use(), 0u);
  CaptureReader before(folder.path("in.pcap")), after(folder.path("out.pcap"));
  for (auto const& frame : frames) {
    auto mirrored = frame;
    std::swap_ranges(mirrored.begin(), mirrored.begin() + 6, mirrored.begin() + 6);
    auto const* in = before.next();
    auto const* out = after.next();
    ASSERT_NE(out, nullptr);
    ASSERT_EQ(test::Frame(out->bytes.data, out->bytes.data + out->bytes.size), mirrored);
    ASSERT_EQ(out->time_ns, in->time_ns);
  }
  EXPECT_EQ(after.next(), nullptr);
}

TEST_F(PipelineTest, SurvivesFramesNoBufferHolds) {
  auto const totals = run({"net_null0,size=9000", "gen:count=1000"}, kMirror, 1, 1000);
  EXPECT_EQ(totals.received, 1000u);
  EXPECT_GT(ports[0].statistics().refused, 0u);
  ports = {};
  EXPECT_EQ(pool->in_use(), 0u);
}

TEST_F(PipelineTest, GoesOnWithFewBuffers) {
  pool = test::make_pool(100);
  auto const totals = run({"gen:count=20000"}, kMirror, 1);
  EXPECT_EQ(totals.transmitted, 20000u);
  EXPECT_EQ(pool->in_use(), 0u);
}

}  // namespace
}  // namespace warpline
