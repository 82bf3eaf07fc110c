// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "io/dpdk/dpdk_port.hpp"

#include <gmock/gmock.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <sys/socket.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "tests/io/file_watcher.hpp"
#include "tests/io/machine.hpp"
#include "tests/support/scoped.hpp"

namespace warpline {
namespace {

using test::config_error;
using test::Frame;
using testing::AllOf;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::MatchesRegex;

class DpdkPortTest : public testing::Test {
 protected:
  void TearDown() override { EXPECT_EQ(pool->in_use(), 0u) << "a buffer was lost"; }

  DpdkPortOptions device(std::string name, std::string arguments = {}) {
    DpdkPortOptions options;
    options.device = std::move(name);
    options.arguments = std::move(arguments);
    return options;
  }

  std::unique_ptr<DpdkPool> pool = test::make_pool(4096);
};

std::vector<Frame> frames_of_many_sizes() {
  std::vector<Frame> frames;
  for (std::size_t size : {60u, 61u, 64u, 128u, 1499u, 1514u, 2048u})
    frames.emplace_back(size, static_cast<std::uint8_t>(size));
  return frames;
}

TEST_F(DpdkPortTest, ReceivesFromANullDevice) {
  DpdkPort port(device("net_null0", "size=100"), *pool, 1);
  port.start();
  std::vector<Packet> packets(256);
  auto const got = port.rx(0)->receive(packets);
  ASSERT_GT(got, 0u);
  for (unsigned i = 0; i < got; ++i) {
    EXPECT_EQ(packets[i].length, 100);
    EXPECT_EQ(packets[i].headroom, BufferPool::kHeadroom);
    EXPECT_EQ(packets[i].tailroom, 2048 + DpdkPool::kTailroom - 100);
  }
  EXPECT_EQ(port.tx(0)->transmit({packets.data(), got}), got);
}

TEST_F(DpdkPortTest, GivesBackOverARingWhatItSent) {
  DpdkPort port(device("net_ring0"), *pool, 1);
  port.start();
  auto const frames = frames_of_many_sizes();
  EXPECT_EQ(port.tx(0)->transmit(test::packets_of(*pool, frames)), frames.size());
  EXPECT_EQ(test::receive_all(*port.rx(0), *pool, frames.size()), frames);
}

TEST_F(DpdkPortTest, SendsFramesWhereTheyHaveMovedTo) {
  DpdkPort port(device("net_ring0"), *pool, 1);
  port.start();
  auto packets = test::packets_of(*pool, {Frame{1, 2, 3, 4}, Frame{5, 6, 7, 8}});
  packets[0].trim_front(1);
  packets[0].append(1);
  packets[0].data[3] = 9;
  packets[1].prepend(2);
  packets[1].data[0] = packets[1].data[1] = 0;
  packets[1].trim_back(1);
  port.tx(0)->transmit(packets);
  EXPECT_THAT(test::receive_all(*port.rx(0), *pool, 2),
              ElementsAre(Frame{2, 3, 4, 9}, Frame{0, 0, 5, 6, 7}));
}

TEST_F(DpdkPortTest, LeavesTheCallerWhatDoesNotFit) {
  DpdkPort port(device("net_ring0"), *pool, 1);
  port.start();
  // The ring holds 1023 of them.
  auto const packets = test::packets_of(*pool, std::vector<Frame>(1500, Frame(60, 1)));
  auto const sent = port.tx(0)->transmit(packets);
  EXPECT_LT(sent, 1500u);
  EXPECT_FALSE(port.tx(0)->failed());
  pool->release(std::span(packets).subspan(sent));
  EXPECT_EQ(test::receive_all(*port.rx(0), *pool, sent).size(), sent);
}

TEST_F(DpdkPortTest, PadsWhatIsTooShortForAWire) {
  auto options = device("net_ring0");
  options.pad = 60;
  DpdkPort port(options, *pool, 1);
  port.start();
  std::uint8_t const garbage = 0xee;
  pool->fill({&garbage, 1});
  port.tx(0)->transmit(
      test::packets_of(*pool, {Frame{}, Frame(14, 1), Frame(60, 2), Frame(61, 3)}));
  Frame padded(14, 1);
  padded.resize(60, 0);
  EXPECT_THAT(test::receive_all(*port.rx(0), *pool, 4),
              ElementsAre(Frame(60, 0), padded, Frame(60, 2), Frame(61, 3)));
}

TEST_F(DpdkPortTest, RefusesFramesLongerThanTheirBuffer) {
  DpdkPort port(device("net_null0", "size=9000"), *pool, 1);
  port.start();
  std::vector<Packet> packets(32);
  EXPECT_EQ(port.rx(0)->receive(packets), 0u);
  EXPECT_EQ(port.statistics().refused, 32u);
  EXPECT_THAT(port.notices(),
              ElementsAre(HasSubstr("32 frames refused: longer than a packet buffer, 2048 bytes")));
  EXPECT_EQ(pool->in_use(), 0u);
}

TEST_F(DpdkPortTest, TakesFramesOfTheBufferSizeAndNoLongerOnes) {
  std::vector<Packet> packets(8);
  for (auto const& [size, taken] : {std::pair("size=2048", 8u), std::pair("size=2049", 0u)}) {
    DpdkPort port(device("net_null0", size), *pool, 1);
    port.start();
    EXPECT_EQ(port.rx(0)->receive(packets), taken) << size;
    pool->release({packets.data(), taken});
  }
}

TEST_F(DpdkPortTest, TakesJumboFramesIntoLargeBuffers) {
  auto const large = test::make_pool(256, 9216);
  auto options = device("net_null0", "size=9000");
  options.mtu = 9000;
  DpdkPort port(options, *large, 1);
  port.start();
  std::vector<Packet> packets(32);
  ASSERT_EQ(port.rx(0)->receive(packets), 32u);
  EXPECT_EQ(packets[31].length, 9000);
  EXPECT_THAT(port.notices(), IsEmpty());
  port.tx(0)->transmit(packets);
}

TEST_F(DpdkPortTest, TakesFramesOfAllLengthsThatItsBuffersHold) {
  auto const small = test::make_pool(256, 1600);  // 1500 | 600 is 2012
  DpdkPort port(device("net_ring0"), *small, 1);
  port.start();
  std::vector<Frame> const frames{Frame(1500, 1), Frame(600, 2), Frame(1600, 3)};
  port.tx(0)->transmit(test::packets_of(*small, frames));
  EXPECT_EQ(test::receive_all(*port.rx(0), *small, frames.size()), frames);
  EXPECT_EQ(port.statistics().refused, 0u);
}

TEST_F(DpdkPortTest, RefusesFramesInSeveralSegmentsAndKeepsTheRest) {
  test::ScopedFolder const folder;
  auto const path = folder.path("in.pcap");
  std::vector<Frame> frames;
  for (int i = 0; i < 20; ++i) frames.emplace_back(i % 3 == 1 ? 9000 : 100 + i, 7);
  test::write_capture(path, frames);
  DpdkPort port(device("net_pcap0", "rx_pcap=" + path), *pool, 1);
  port.start();
  std::vector<Frame> expected;
  for (auto const& frame : frames)
    if (frame.size() < 9000) expected.push_back(frame);
  EXPECT_EQ(test::receive_all(*port.rx(0), *pool, expected.size()), expected);
  EXPECT_EQ(port.statistics().refused, frames.size() - expected.size());
}

TEST_F(DpdkPortTest, HasAQueueForEachWorkerWhereTheDeviceCan) {
  DpdkPort null(device("net_null0"), *pool, 3);
  EXPECT_NE(null.rx(2), nullptr);
  EXPECT_NE(null.tx(2), nullptr);
  EXPECT_EQ(null.rx(3), nullptr);
  test::ScopedFolder const folder;
  test::write_capture(folder.path("in.pcap"), {});
  DpdkPort one(device("net_pcap0", "rx_pcap=" + folder.path("in.pcap")), *pool, 3);
  EXPECT_NE(one.rx(0), nullptr);
  EXPECT_NE(one.tx(0), nullptr);
  EXPECT_EQ(one.rx(1), nullptr);
  EXPECT_EQ(one.tx(1), nullptr);
}

TEST_F(DpdkPortTest, DescribesItself) {
  DpdkPort port(device("net_null0"), *pool, 2);
  EXPECT_EQ(port.name(), "net_null0");
  port.start();
  EXPECT_THAT(port.description(),
              MatchesRegex("net_null, 2 queues, MTU [0-9]+, link up at 10 Gbps"));
  port.stop();
  EXPECT_THAT(port.description(), HasSubstr("link down"));
}

TEST_F(DpdkPortTest, CanBeStoppedTwiceAndMadeAgain) {
  for (int round = 0; round < 3; ++round) {
    DpdkPort port(device("net_null0"), *pool, 1);
    port.start();
    port.stop();
    port.stop();
  }
}

TEST_F(DpdkPortTest, SaysWhyADeviceCannotBeMade) {
  DpdkPort const there(device("net_null4"), *pool, 1);
  EXPECT_THAT(
      config_error([&] { DpdkPort(device("net_nul0"), *pool, 1); }),
      AllOf(HasSubstr("port 'net_nul0' cannot be created: "),
            HasSubstr("DPDK has these ports: net_null4"), HasSubstr("did you mean 'net_null'")));
  EXPECT_THAT(config_error([&] { DpdkPort(device("net_null0", "sise=64"), *pool, 1); }),
              HasSubstr("port 'net_null0' cannot be created: "));
  EXPECT_THAT(
      config_error([&] { DpdkPort(device("net_pcap0", "rx_pcap=/no/such/file"), *pool, 1); }),
      HasSubstr("/no/such/file: No such file"));
  EXPECT_THAT(config_error([&] { DpdkPort(device("0000:99:00.0"), *pool, 1); }),
              AllOf(HasSubstr("port '0000:99:00.0': DPDK has no such device"),
                    HasSubstr("on the PCI bus")));
  EXPECT_THAT(config_error([&] { DpdkPort(device("net_null4", "size=64"), *pool, 1); }),
              HasSubstr("'net_null4' already exists"));
}

TEST_F(DpdkPortTest, RefusesAnMtuThatBuffersDoNotHold) {
  auto options = device("net_null0");
  options.mtu = 9000;
  EXPECT_THAT(
      config_error([&] { DpdkPort(options, *pool, 1); }),
      HasSubstr("an MTU of 9000 needs larger packet buffers; they hold frames of 2048 bytes, "
                "--buffer-size 9018 would do"));
}

TEST_F(DpdkPortTest, TalksToTheKernelThroughATap) {
  if (geteuid() != 0 || !std::filesystem::exists("/dev/net/tun"))
    GTEST_SKIP() << "a tap needs root and /dev/net/tun";
  DpdkPort port(device("net_tap0", "iface=wl_test0"), *pool, 1);
  port.start();
  EXPECT_TRUE(std::filesystem::exists("/sys/class/net/wl_test0"));
  EXPECT_NE(port.address(), ether::Address{});
  auto const packets = test::packets_of(*pool, {Frame(100, 1)});
  EXPECT_EQ(port.tx(0)->transmit(packets), 1u);
  port.stop();
}

/// Sends a frame out of an interface of the kernel.
void send_from_kernel(char const* interface, Frame const& frame) {
  auto const socket = ::socket(AF_PACKET, SOCK_RAW, 0);
  ASSERT_GE(socket, 0);
  sockaddr_ll to{};
  to.sll_family = AF_PACKET;
  to.sll_ifindex = static_cast<int>(if_nametoindex(interface));
  to.sll_halen = ETH_ALEN;
  auto const sent = sendto(socket, frame.data(), frame.size(), 0,
                           reinterpret_cast<sockaddr const*>(&to), sizeof to);
  EXPECT_EQ(sent, static_cast<ssize_t>(frame.size())) << std::strerror(errno);
  close(socket);
}

TEST_F(DpdkPortTest, WakesAWorkerWhenATapReceives) {
  if (geteuid() != 0 || !std::filesystem::exists("/dev/net/tun"))
    GTEST_SKIP() << "a tap needs root and /dev/net/tun";
  auto options = device("net_tap1", "iface=wl_test1");
  options.interrupts = true;
  DpdkPort port(options, *pool, 1);
  port.start();
  std::ofstream("/proc/sys/net/ipv6/conf/wl_test1/disable_ipv6") << 1;
  auto& queue = *port.rx(0);
  FileWatcher watcher;
  ASSERT_TRUE(queue.arm(watcher));
  while (watcher.readable(100)) test::receive_all(queue, *pool, 1);  // the kernel's own greetings

  for (std::uint8_t round = 1; round <= 3; ++round) {
    ASSERT_TRUE(queue.arm(watcher));
    EXPECT_FALSE(watcher.readable(0));
    Frame const frame(100, round);
    send_from_kernel("wl_test1", frame);
    EXPECT_TRUE(watcher.readable(5000));
    EXPECT_THAT(test::receive_all(queue, *pool, 1), ElementsAre(frame));
  }
  port.stop();
  EXPECT_FALSE(queue.arm(watcher));
}

TEST_F(DpdkPortTest, KeepsItsWorkerPollingWhereTheDeviceHasNoInterrupts) {
  auto options = device("net_ring5");
  options.interrupts = true;
  DpdkPort port(options, *pool, 1);
  port.start();
  FileWatcher watcher;
  EXPECT_FALSE(port.rx(0)->arm(watcher));
}

TEST_F(DpdkPortTest, TalksToAnInterfaceOfTheKernel) {
  if (geteuid() != 0) GTEST_SKIP() << "packet sockets need root";
  // On the loopback interface everything that is sent comes back.
  DpdkPort port(device("net_af_packet0", "iface=lo"), *pool, 1);
  port.start();
  auto const frame =
      test::FrameBuilder().ether(test::kBroadcast).type(0x88b5).payload("hello").pad_to(60).build();
  ASSERT_EQ(port.tx(0)->transmit(test::packets_of(*pool, {frame})), 1u);
  bool match = false;
  for (int i = 0; i < 2000 && !match; ++i) {
    for (auto const& received : test::receive_all(*port.rx(0), *pool, 1))
      match |= received == frame;
  }
  EXPECT_TRUE(match);
}

}  // namespace
}  // namespace warpline
