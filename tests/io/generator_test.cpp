// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include <cstring>
#include <map>
#include <set>

#include "io/generator/generator_port.hpp"
#include "io/generator/pacer.hpp"
#include "io/generator/size_schedule.hpp"
#include "tests/io/machine.hpp"
#include "tests/support/guarded_pool.hpp"
#include "tests/support/scoped.hpp"

namespace warpline {
namespace {

using test::Frame;
using testing::Each;
using testing::HasSubstr;
using testing::Le;

/// A generator over buffers that do not forgive a byte too much.
struct Generator {
  explicit Generator(GeneratorOptions const& options, unsigned workers = 1)
      : port("gen0", options, {pool, 2048, [this](Bytes bytes) { filled = bytes.size; }}, workers) {
  }

  std::vector<Frame> take(std::size_t count, unsigned worker = 0) {
    std::vector<Frame> frames;
    auto* queue = port.rx(worker);
    while (queue != nullptr && frames.size() < count && !queue->finished()) {
      std::vector<Packet> packets(std::min<std::size_t>(32, count - frames.size()));
      auto const got = queue->receive(packets);
      for (unsigned i = 0; i < got; ++i) {
        EXPECT_EQ(packets[i].length + packets[i].tailroom, 2048);
        frames.push_back(test::frame_of(packets[i]));
      }
      EXPECT_EQ(port.tx(worker)->transmit({packets.data(), got}), got);
    }
    return frames;
  }

  test::GuardedPool pool{64, 2048};
  std::size_t filled = 0;
  GeneratorPort port;
};

unsigned be16_at(Frame const& frame, std::size_t offset) {
  return static_cast<unsigned>(frame.at(offset) << 8 | frame.at(offset + 1));
}

Frame part(Frame const& frame, std::size_t from, std::size_t size) {
  auto const begin = frame.begin() + static_cast<std::ptrdiff_t>(from);
  return {begin, begin + static_cast<std::ptrdiff_t>(size)};
}

/// The key of a flow: addresses and ports as they stand in the frame.
Frame flow_of(Frame const& frame) {
  return frame[12] == 0x08 ? part(frame, 26, 12) : part(frame, 22, 36);
}

GeneratorOptions with_sizes(std::vector<GeneratorOptions::Size> sizes) {
  GeneratorOptions options;
  options.sizes = std::move(sizes);
  return options;
}

GeneratorOptions over_ipv6() {
  auto options = with_sizes({{62, 1}, {63, 1}, {64, 1}, {200, 1}, {1501, 1}});
  options.from = *parse_prefix("2001:db8:7::/64");
  options.to = *parse_prefix("2001:db8:8::/126");
  return options;
}

TEST(GeneratorTest, MakesCorrectIpv4Packets) {
  for (bool const recycled : {false, true}) {
    auto options = with_sizes({{42, 1}, {43, 1}, {64, 1}, {107, 1}, {1514, 1}, {2048, 1}});
    options.recycled = recycled;
    options.from = *parse_prefix("192.168.4.0/22");
    options.to = *parse_prefix("172.16.0.0/12");
    options.port = 4789;
    Generator generator(options);
    for (auto const& frame : generator.take(3000)) {
      ASSERT_EQ(be16_at(frame, 12), 0x0800u);
      ASSERT_EQ(frame[14], 0x45);
      ASSERT_EQ(be16_at(frame, 16), frame.size() - 14) << "total length";
      ASSERT_EQ(be16_at(frame, 20), 0x4000u) << "do not fragment";
      ASSERT_EQ(frame[22], 64) << "time to live";
      ASSERT_EQ(frame[23], 17) << "UDP";
      ASSERT_EQ(test::plain_checksum(part(frame, 14, 20)), 0) << "the header checksum";
      ASSERT_EQ(part(frame, 26, 2), (Frame{192, 168}));
      ASSERT_EQ(frame[28] & 0xfc, 4);
      ASSERT_EQ(frame[30], 172);
      ASSERT_EQ(frame[31] & 0xf0, 16);
      ASSERT_GE(be16_at(frame, 34), 1024u);
      ASSERT_EQ(be16_at(frame, 36), 4789u);
      ASSERT_EQ(be16_at(frame, 38), frame.size() - 34) << "UDP length";
      ASSERT_EQ(be16_at(frame, 40), 0u) << "no UDP checksum";
    }
    EXPECT_EQ(generator.pool.in_use(), 0u);
  }
}

TEST(GeneratorTest, MakesCorrectIpv6Packets) {
  Generator generator(over_ipv6());
  for (auto const& frame : generator.take(3000)) {
    ASSERT_EQ(be16_at(frame, 12), 0x86ddu);
    ASSERT_EQ(part(frame, 14, 4), (Frame{0x60, 0, 0, 0}));
    ASSERT_EQ(be16_at(frame, 18), frame.size() - 54) << "payload length";
    ASSERT_EQ(frame[20], 17) << "UDP";
    ASSERT_EQ(part(frame, 22, 8), (Frame{0x20, 0x01, 0x0d, 0xb8, 0, 7, 0, 0}));
    ASSERT_EQ(frame[53] & 0xfc, 0);
    ASSERT_EQ(be16_at(frame, 58), frame.size() - 54) << "UDP length";
    // RFC 8200 section 8.1: addresses, length and next header, then UDP as it stands.
    auto checked = part(frame, 22, 32);
    auto const udp = part(frame, 54, frame.size() - 54);
    checked.insert(checked.end(), {0, 0, frame[58], frame[59], 0, 0, 0, 17});
    checked.insert(checked.end(), udp.begin(), udp.end());
    ASSERT_EQ(test::plain_checksum(checked), 0);
    ASSERT_NE(be16_at(frame, 60), 0u) << "a checksum there must be";
  }
}

TEST(GeneratorTest, LeavesTheChecksumOutWhereItDoesNotKnowThePayload) {
  auto options = over_ipv6();
  options.recycled = true;
  Generator generator(options);
  for (auto const& frame : generator.take(100)) ASSERT_EQ(be16_at(frame, 60), 0u);
}

TEST(GeneratorTest, MakesAsManyFlowsAsAskedEachAsOften) {
  for (unsigned const flows : {1u, 2u, 1000u}) {
    GeneratorOptions options;
    options.flows = flows;
    options.from = *parse_prefix("10.0.0.0/30");  // few sources: flows must differ in ports
    Generator generator(options);
    std::map<Frame, unsigned> seen;
    for (auto const& frame : generator.take(std::size_t{3} * flows)) ++seen[flow_of(frame)];
    EXPECT_EQ(seen.size(), flows);
    for (auto const& [flow, times] : seen) EXPECT_EQ(times, 3u);
  }
}

TEST(GeneratorTest, SendsToTheFirstHostsOfAPrefix) {
  GeneratorOptions options;
  options.flows = 500;
  options.hosts = 7;
  Generator generator(options);
  std::set<unsigned> seen;  // last octets of 10.1.x.x
  for (auto const& frame : generator.take(options.flows)) seen.insert(be16_at(frame, 32));
  EXPECT_EQ(seen, (std::set<unsigned>{1, 2, 3, 4, 5, 6, 7}));
}

TEST(GeneratorTest, KeepsTheSharesOfSizes) {
  Generator generator(with_sizes(GeneratorOptions::imix()));
  std::map<std::size_t, unsigned> seen;
  for (auto const& frame : generator.take(std::size_t{48} * 61)) ++seen[frame.size()];
  EXPECT_EQ(seen, (std::map<std::size_t, unsigned>{{64, 28 * 61}, {570, 16 * 61}, {1518, 4 * 61}}));
}

TEST(GeneratorTest, GivesEveryFlowEverySize) {
  auto options = with_sizes({{64, 1}, {128, 1}});
  options.flows = 64;
  Generator generator(options);
  std::map<Frame, std::set<std::size_t>> sizes;
  for (auto const& frame : generator.take(122 * 64)) sizes[flow_of(frame)].insert(frame.size());
  EXPECT_EQ(sizes.size(), 64u);
  for (auto const& [flow, packets] : sizes) EXPECT_EQ(packets.size(), 2u);
}

TEST(GeneratorTest, IsTheSameForTheSameSeedOnly) {
  auto options = with_sizes(GeneratorOptions::imix());
  options.payload = PayloadKind::kText;
  auto const first = Generator(options).take(500), again = Generator(options).take(500);
  EXPECT_EQ(first, again);
  options.seed = 2;
  EXPECT_NE(Generator(options).take(500), first);
}

TEST(GeneratorTest, SharesItsFlowsAmongQueues) {
  GeneratorOptions options;
  options.flows = 100;
  std::set<Frame> whole;
  for (auto const& frame : Generator(options).take(100)) whole.insert(flow_of(frame));
  Generator generator(options, 3);
  std::set<Frame> together;
  std::size_t sum = 0;
  for (unsigned worker = 0; worker < 3; ++worker) {
    std::set<Frame> mine;
    for (auto const& frame : generator.take(100, worker)) mine.insert(flow_of(frame));
    sum += mine.size();
    together.insert(mine.begin(), mine.end());
  }
  EXPECT_EQ(sum, 100u) << "no flow in two queues";
  EXPECT_EQ(together, whole) << "and the flows are those of a single queue";
  EXPECT_EQ(generator.port.rx(3), nullptr);
}

TEST(GeneratorTest, LeavesWorkersOutThatHaveNoFlow) {
  GeneratorOptions options;
  options.flows = 1;
  Generator generator(options, 2);
  EXPECT_NE(generator.port.rx(0), nullptr);
  EXPECT_EQ(generator.port.rx(1), nullptr);
  EXPECT_NE(generator.port.tx(1), nullptr) << "they can send all the same";
}

TEST(GeneratorTest, EndsAfterSoManyPackets) {
  GeneratorOptions options;
  options.count = 1001;
  Generator generator(options, 2);
  EXPECT_FALSE(generator.port.rx(0)->finished());
  EXPECT_EQ(generator.take(5000, 0).size(), 501u);
  EXPECT_EQ(generator.take(5000, 1).size(), 500u);
  EXPECT_TRUE(generator.port.rx(0)->finished());
  EXPECT_TRUE(generator.port.rx(1)->finished());
  options.count = 1;
  EXPECT_EQ(Generator(options, 2).port.rx(1), nullptr) << "nothing is left for the second queue";
}

TEST(GeneratorTest, WaitsForBuffers) {
  Generator generator({});
  generator.pool.limit(10);
  std::vector<Packet> packets(16);
  EXPECT_EQ(generator.port.rx(0)->receive(packets), 0u);
  EXPECT_EQ(generator.port.rx(0)->receive({packets.data(), 10}), 10u);
  EXPECT_EQ(generator.port.rx(0)->receive({packets.data() + 10, 1}), 0u);
  generator.port.tx(0)->transmit({packets.data(), 10});
  EXPECT_EQ(generator.pool.in_use(), 0u);
}

TEST(GeneratorTest, CutsPayloadsFromText) {
  auto options = with_sizes({{300, 1}});
  options.payload = PayloadKind::kText;
  Generator generator(options);
  std::set<Frame> payloads;
  for (auto const& frame : generator.take(200)) {
    auto const payload = part(frame, 42, 258);
    payloads.insert(payload);
    EXPECT_THAT(payload, Each(Le(0x7e)));
  }
  EXPECT_GT(payloads.size(), 190u) << "from many places";
}

TEST(GeneratorTest, TakesPayloadsFromACapture) {
  test::ScopedFolder const folder;
  auto const path = folder.path("payload.pcap");
  test::write_capture(path,
                      {test::FrameBuilder().ipv4().udp(1, 2).payload("first").pad_to(60).build(),
                       test::FrameBuilder()
                           .vlan(7)
                           .ipv4({.options = Frame(8, 1)})
                           .tcp(1, 2)
                           .payload("second")
                           .build(),
                       Frame(60, 0xee),  // not IP
                       test::FrameBuilder().ipv6().udp(1, 2).payload("third!").build()});
  auto options = with_sizes({{42 + 20, 1}});
  options.payload = PayloadKind::kCapture;
  options.capture = path;
  options.flows = 1;
  Generator generator(options);
  std::vector<std::string> texts;
  for (auto const& frame : generator.take(4)) texts.emplace_back(frame.begin() + 42, frame.end());
  EXPECT_EQ(texts, (std::vector<std::string>{"firstsecondthird!fir", "secondthird!firstsec",
                                             "third!firstsecondthi", "firstsecondthird!fir"}));
}

TEST(GeneratorTest, RefusesACaptureWithoutPayload) {
  test::ScopedFolder const folder;
  auto const path = folder.path("empty.pcap");
  test::write_capture(path, {Frame(60, 0xee)});
  GeneratorOptions options;
  options.payload = PayloadKind::kCapture;
  options.capture = path;
  EXPECT_THAT(test::config_error([&] { Generator generator(options); }),
              HasSubstr("empty.pcap: no packet of it carries a payload over IP"));
}

TEST(GeneratorTest, RecyclesWhatTheBuffersHold) {
  auto const pool = test::make_pool(32);
  auto options = with_sizes({{200, 1}});
  options.recycled = true;
  options.flows = 1;
  GeneratorPort port("gen0", options, {*pool, 2048, [&](Bytes content) { pool->fill(content); }},
                     1);
  std::vector<Packet> packets(32);
  ASSERT_EQ(port.rx(0)->receive(packets), 32u);
  std::set<Frame> payloads;
  for (auto& packet : packets) {
    payloads.insert(part(test::frame_of(packet), 42, 158));
    std::memset(packet.data + 42, 0x5a, 158);
  }
  EXPECT_EQ(payloads.size(), 32u) << "first random bytes";
  port.tx(0)->transmit(packets);
  ASSERT_EQ(port.rx(0)->receive(packets), 32u);
  for (auto const& packet : packets)
    ASSERT_EQ(part(test::frame_of(packet), 42, 158), Frame(158, 0x5a))
        << "then what was left there";
  port.tx(0)->transmit(packets);
  EXPECT_EQ(pool->in_use(), 0u);
}

TEST(GeneratorTest, FillsBuffersOnlyToRecycleThem) {
  GeneratorOptions options;
  EXPECT_EQ(Generator(options).filled, 0u);
  options.recycled = true;
  EXPECT_GT(Generator(options).filled, 100'000u);
}

TEST(GeneratorTest, PacesItself) {
  GeneratorOptions options;
  options.rate = 20'000;
  Generator generator(options);
  auto const begin = std::chrono::steady_clock::now();
  auto const frames = generator.take(2'000);
  std::chrono::duration<double> const took = std::chrono::steady_clock::now() - begin;
  EXPECT_EQ(frames.size(), 2'000u);
  EXPECT_GT(took.count(), 0.05) << "0.1 s less the first millisecond's credit; never much faster";
}

TEST(GeneratorTest, SaysWhatItMakes) {
  auto options = with_sizes(GeneratorOptions::imix());
  options.payload = PayloadKind::kText;
  EXPECT_EQ(Generator(options).port.description(),
            "28x64+16x570+4x1518 B, 1024 flows, text payload, copied for each packet");
  options = {};
  options.flows = 1;
  options.recycled = true;
  EXPECT_EQ(Generator(options).port.description(), "64 B, 1 flow, random payload, recycled");
}

TEST(GeneratorTest, RefusesWhatCannotBe) {
  auto const error = [](GeneratorOptions const& options) {
    return test::config_error([&] { Generator generator(options); });
  };
  EXPECT_THAT(error(with_sizes({{41, 1}})), HasSubstr("the headers alone take 42"));
  EXPECT_THAT(error(with_sizes({{2049, 1}})), HasSubstr("the packet buffers hold 2048"));
  auto options = over_ipv6();
  options.sizes = {{61, 1}};
  EXPECT_THAT(error(options), HasSubstr("the headers alone take 62"));
  options = {};
  options.flows = 0;
  EXPECT_THAT(error(options), HasSubstr("expected at least 1"));
  options.flows = 100'000;
  options.from = *parse_prefix("10.0.0.1/32");
  EXPECT_THAT(error(options), HasSubstr("it has addresses and ports for 64512"));
  options.flows = 1;
  options.hosts = 65'535;
  EXPECT_THAT(error(options), HasSubstr("65535 hosts in 10.1.0.0/16: it has 65534 addresses"));
  options.hosts = 0;
  options.to = *parse_prefix("2001:db8::/64");
  EXPECT_THAT(error(options), HasSubstr("different families"));
}

TEST(PacerTest, LetsTheRateThroughAndNoFloodAfterAStall) {
  Pacer pacer(1000, 1'000'000, 0);  // a packet every 1,000 ticks
  EXPECT_EQ(pacer.grant(64, 0), 0u);
  EXPECT_EQ(pacer.grant(64, 999), 0u);
  EXPECT_EQ(pacer.grant(64, 1'001), 1u);
  unsigned sum = 0;
  for (std::uint64_t now = 1'001; now <= 1'001'001; now += 777) sum += pacer.grant(64, now);
  EXPECT_NEAR(sum, 1000, 2);
  EXPECT_EQ(pacer.grant(10'000, 60'000'000), 256u);
}

TEST(SizeScheduleTest, RepeatsAShuffleWithTheRightShares) {
  SizeSchedule schedule({{64, 2}, {128, 1}}, 1);
  ASSERT_EQ(schedule.length(), 3u * 61);
  std::vector<unsigned> first, second;
  for (std::size_t i = 0; i < schedule.length(); ++i) first.push_back(schedule.next());
  for (std::size_t i = 0; i < schedule.length(); ++i) second.push_back(schedule.next());
  EXPECT_EQ(first, second);
  EXPECT_EQ(std::count(first.begin(), first.end(), 1u), 61);
  EXPECT_FALSE(std::is_sorted(first.begin(), first.end()));
}

}  // namespace
}  // namespace warpline
