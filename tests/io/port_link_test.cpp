// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <sched.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <thread>

#include "io/dpdk/dpdk_port.hpp"
#include "io/dpdk/offloads.hpp"
#include "tests/io/file_watcher.hpp"
#include "tests/io/machine.hpp"

/// Ports on interfaces of the kernel that change under them. Each test has a network namespace of
/// its own; only its thread is in there.
namespace warpline {
namespace {

using test::Frame;
using testing::HasSubstr;

constexpr std::uint16_t kExperimental = 0x88b5;  // IEEE 802's ethertype for experiments

void run(std::string const& command) {
  ASSERT_EQ(std::system((command + " >/dev/null 2>&1").c_str()), 0) << command;
}

Frame frame_of_size(std::size_t size) {
  return test::FrameBuilder()
      .ether(test::kBroadcast)
      .type(kExperimental)
      .payload("x")
      .pad_to(size)
      .build();
}

/// The kernel's side: a packet socket for frames of the tests.
class Host {
 public:
  explicit Host(std::string const& interface)
      : socket_(::socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK, htons(kExperimental))) {
    sockaddr_ll address{};
    address.sll_family = AF_PACKET;
    address.sll_protocol = htons(kExperimental);
    address.sll_ifindex = static_cast<int>(if_nametoindex(interface.c_str()));
    EXPECT_EQ(bind(socket_, reinterpret_cast<sockaddr const*>(&address), sizeof address), 0);
  }
  ~Host() { ::close(socket_); }
  Host(Host const&) = delete;
  Host& operator=(Host const&) = delete;

  void send(std::size_t count) {
    auto const frame = frame_of_size(60);
    for (std::size_t i = 0; i < count; ++i)
      ASSERT_EQ(::send(socket_, frame.data(), frame.size(), 0), 60) << std::strerror(errno);
  }
  /// The frames that have come in.
  unsigned received() {
    unsigned count = 0;
    char buffer[4096];
    while (::recv(socket_, buffer, sizeof buffer, 0) > 0) ++count;
    return count;
  }

 private:
  int socket_;
};

class PortLink : public testing::Test {
 protected:
  /// Runs the test on a thread that sees no interface but its own.
  void in_namespace(std::function<void()> const& body) {
    std::string reason;
    std::thread thread([&] {
      if (geteuid() != 0 || unshare(CLONE_NEWNET) != 0) {
        reason = "network namespaces cannot be made here";
        return;
      }
      if (std::system("ip link add a0 type veth peer name b0 >/dev/null 2>&1") != 0) {
        reason = "this kernel makes no veth";
        return;
      }
      run("sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1");
      run("ip link set a0 up && ip link set b0 up");
      body();
      port.reset();
    });
    thread.join();
    if (!reason.empty()) GTEST_SKIP() << reason;
    EXPECT_EQ(pool->in_use(), 0u) << "a buffer was lost";
  }
  void open(std::string const& device, std::string const& arguments, bool interrupts = false) {
    DpdkPortOptions options;
    options.device = device;
    options.arguments = arguments;
    options.interrupts = interrupts;
    port = std::make_unique<DpdkPort>(options, *pool, 1);
    port->start();
  }
  /// Sends frames; those that are not taken are released.
  unsigned transmit(std::vector<Frame> const& frames) {
    auto const packets = test::packets_of(*pool, frames);
    auto const sent = port->tx(0)->transmit(packets);
    pool->release(std::span(packets).subspan(sent));
    return sent;
  }
  unsigned transmit(std::size_t count) {
    return transmit(std::vector<Frame>(count, frame_of_size(60)));
  }
  std::optional<LinkEvent> next_event() {
    for (int i = 0; i < 2000; ++i) {
      if (auto event = port->check_link(); event) return event;
      usleep(5000);
    }
    return {};
  }
  LinkState state() { return dynamic_cast<TxLink&>(*port->tx(0)).link(); }

  std::unique_ptr<DpdkPool> pool = test::make_pool(4096);
  std::unique_ptr<DpdkPort> port;
};

TEST_F(PortLink, TakesNoPacketsWhileTheLinkIsDown) {
  in_namespace([&] {
    open("net_af_packet0", "iface=a0");
    EXPECT_FALSE(port->check_link());
    EXPECT_EQ(transmit(3), 3u);
    run("ip link set a0 down");
    auto event = port->check_link();
    ASSERT_TRUE(event);
    EXPECT_EQ(event->state, LinkState::kDown);
    EXPECT_THAT(event->text, HasSubstr("link down"));
    EXPECT_EQ(transmit(3), 0u);
    EXPECT_EQ(state(), LinkState::kDown);
    EXPECT_FALSE(port->check_link()) << "a change is reported once";

    run("ip link set a0 up");
    event = next_event();
    ASSERT_TRUE(event);
    EXPECT_EQ(event->state, LinkState::kUp);
    Host host("b0");
    EXPECT_EQ(transmit(3), 3u);
    EXPECT_EQ(host.received(), 3u);
    EXPECT_EQ(port->lost(), 0u);
  });
}

TEST_F(PortLink, CountsFramesThatTheKernelNeverSentAsLost) {
  in_namespace([&] {
    open("net_af_packet0", "iface=a0");
    run("ip link set b0 down");
    EXPECT_EQ(transmit(10), 10u) << "the driver calls them sent";
    EXPECT_EQ(port->lost(), 10u);
    EXPECT_EQ(next_event()->state, LinkState::kDown);
    // They still wait, as in the ring of a NIC.
    run("ip link set b0 up");
    Host host("b0");
    EXPECT_EQ(next_event()->state, LinkState::kUp);
    EXPECT_EQ(host.received(), 10u);
    EXPECT_EQ(port->lost(), 0u);

    run("ip link set b0 down");
    EXPECT_EQ(transmit(7), 7u);
    run("ip link del a0");
    EXPECT_EQ(next_event()->state, LinkState::kGone);
    run("ip link add a0 type veth peer name b0 && ip link set b0 up && ip link set a0 up");
    EXPECT_EQ(next_event()->state, LinkState::kUp);
    EXPECT_EQ(port->lost(), 7u) << "those died with the interface";
  });
}

TEST_F(PortLink, OpensAnInterfaceThatWasMadeAgainUnderItsNewIndex) {
  in_namespace([&] {
    open("net_af_packet0", "iface=a0");
    for (int round = 0; round < 3; ++round) {
      auto const index = if_nametoindex("a0");
      run("ip link del a0");
      EXPECT_EQ(next_event()->state, LinkState::kGone);
      EXPECT_EQ(transmit(2), 0u);
      EXPECT_EQ(state(), LinkState::kGone);
      std::vector<Packet> packets(8);
      EXPECT_EQ(port->rx(0)->receive(packets), 0u);

      run("ip link add a0 index " + std::to_string(index + 10) + " type veth peer name b0");
      EXPECT_FALSE(port->check_link()) << "it is not up";
      run("ip link set b0 up && ip link set a0 up");
      auto const event = next_event();
      ASSERT_TRUE(event);
      EXPECT_EQ(event->state, LinkState::kUp);
      EXPECT_THAT(event->text, HasSubstr("(index " + std::to_string(index + 10) + ")"));
      Host host("b0");
      EXPECT_EQ(transmit(5), 5u);
      EXPECT_EQ(host.received(), 5u);
      host.send(4);
      EXPECT_EQ(test::receive_all(*port->rx(0), *pool, 4).size(), 4u);
    }
    EXPECT_EQ(port->lost(), 0u);
    EXPECT_EQ(port->statistics().missed, 0u);
  });
}

TEST_F(PortLink, NoticesAnInterfaceThatIsReplacedBetweenTwoLooks) {
  in_namespace([&] {
    open("net_af_packet0", "iface=a0");
    run("ip link del a0 && ip link add a0 type veth peer name b0");
    run("ip link set b0 up && ip link set a0 up");
    EXPECT_EQ(next_event()->state, LinkState::kGone);
    EXPECT_EQ(next_event()->state, LinkState::kUp);
    Host host("b0");
    EXPECT_EQ(transmit(5), 5u);
    EXPECT_EQ(host.received(), 5u);
  });
}

TEST_F(PortLink, CountsFramesThatTheDriverFreesForTheirLengthAsLost) {
  in_namespace([&] {
    open("net_af_packet0", "iface=a0");
    Host host("b0");
    EXPECT_EQ(transmit({frame_of_size(60), frame_of_size(1514), frame_of_size(1515),
                        frame_of_size(2100), frame_of_size(60)}),
              5u);
    EXPECT_EQ(host.received(), 3u);
    EXPECT_EQ(port->lost(), 2u);
    auto tagged = frame_of_size(1518);
    tagged[12] = 0x81, tagged[13] = 0x00;
    EXPECT_EQ(transmit({tagged}), 1u);
    EXPECT_EQ(port->lost(), 2u) << "a tag does not count";
  });
}

TEST_F(PortLink, CountsWhatAFullRingRefusedAsMissed) {
  in_namespace([&] {
    open("net_af_packet0", "iface=a0,framecnt=64");
    Host host("b0");
    host.send(100);
    EXPECT_EQ(port->statistics().missed, 36u);
    EXPECT_EQ(test::receive_all(*port->rx(0), *pool, 64).size(), 64u);
    host.send(10);
    EXPECT_EQ(test::receive_all(*port->rx(0), *pool, 10).size(), 10u);
    EXPECT_EQ(port->statistics().missed, 36u);
    EXPECT_THAT(port->missed_source(), HasSubstr("tp_drops"));
  });
}

TEST_F(PortLink, CountsWhatCameBeforeThePortWasOpenAgainAsMissed) {
  in_namespace([&] {
    open("net_af_packet0", "iface=a0");
    run("ip link del a0");
    EXPECT_EQ(next_event()->state, LinkState::kGone);
    run("ip link add a0 type veth peer name b0 && ip link set b0 up && ip link set a0 up");
    Host host("b0");
    host.send(12);
    EXPECT_EQ(next_event()->state, LinkState::kUp);
    host.send(3);
    EXPECT_EQ(test::receive_all(*port->rx(0), *pool, 3).size(), 3u);
    port->check_link();
    EXPECT_EQ(port->statistics().missed, 12u);
    run("ip link del a0");
    EXPECT_EQ(next_event()->state, LinkState::kGone);
    EXPECT_EQ(port->statistics().missed, 12u) << "though its counters are gone";
  });
}

TEST_F(PortLink, ReceivesNothingOfOtherInterfacesWhileItOpens) {
  in_namespace([&] {
    run("ip link add c0 type veth peer name d0 && ip link set c0 up && ip link set d0 up");
    std::atomic<bool> ended{false};
    // While the port opens, other threads open packet sockets, too.
    std::thread flood([&] {
      while (!ended) Host("d0").send(20);
    });
    unsigned received = 0;
    for (int round = 0; round < 20; ++round) {
      open("net_af_packet0", "iface=a0");
      Packet packets[64];
      for (unsigned count; (count = port->rx(0)->receive(packets)) > 0; received += count)
        pool->release(std::span<Packet const>(packets, count));
      EXPECT_EQ(port->statistics().missed, 0u);
      port.reset();
    }
    ended = true;
    flood.join();
    EXPECT_EQ(received, 0u);
  });
}

TEST_F(PortLink, LetsTheWorkerOfADeadPortSleep) {
  in_namespace([&] {
    open("net_af_packet0", "iface=a0", true);
    FileWatcher alive, dead;
    ASSERT_TRUE(port->rx(0)->arm(alive));
    EXPECT_FALSE(alive.readable(0));
    Host(std::string("b0")).send(1);
    EXPECT_TRUE(alive.readable(1000));
    EXPECT_EQ(test::receive_all(*port->rx(0), *pool, 1).size(), 1u);

    run("ip link set a0 down && ip link set a0 up");
    ASSERT_TRUE(port->rx(0)->arm(alive));
    EXPECT_FALSE(alive.readable(0)) << "the error of a link that is up again wakes for ever";

    run("ip link del a0");
    EXPECT_EQ(next_event()->state, LinkState::kGone);
    EXPECT_TRUE(port->rx(0)->arm(dead));
    EXPECT_EQ(dead.file, -1) << "nothing to watch";

    run("ip link add a0 type veth peer name b0 && ip link set b0 up && ip link set a0 up");
    EXPECT_EQ(next_event()->state, LinkState::kUp);
    FileWatcher again;
    ASSERT_TRUE(port->rx(0)->arm(again));
    EXPECT_EQ(again.file, alive.file) << "the worker has duplicated it and keeps it";
    Host(std::string("b0")).send(1);
    EXPECT_TRUE(again.readable(1000));
    EXPECT_EQ(test::receive_all(*port->rx(0), *pool, 1).size(), 1u);
  });
}

TEST_F(PortLink, MakesATapAgainThatWasDeleted) {
  if (!std::filesystem::exists("/dev/net/tun")) GTEST_SKIP() << "there is no /dev/net/tun";
  in_namespace([&] {
    open("net_tap0", "iface=t0", true);
    auto const address = port->address();
    for (int round = 0; round < 3; ++round) {
      run("ip link del t0");
      EXPECT_EQ(next_event()->state, LinkState::kGone);
      FileWatcher dead;
      EXPECT_TRUE(port->rx(0)->arm(dead));
      EXPECT_EQ(dead.file, -1);
      EXPECT_EQ(transmit(2), 0u);
      ASSERT_EQ(next_event()->state, LinkState::kUp);
      EXPECT_EQ(port->address(), address);
      Host host("t0");
      EXPECT_EQ(transmit(5), 5u);
      EXPECT_EQ(host.received(), 5u);
      host.send(4);
      FileWatcher alive;
      ASSERT_TRUE(port->rx(0)->arm(alive));
      EXPECT_TRUE(alive.readable(1000));
      EXPECT_EQ(test::receive_all(*port->rx(0), *pool, 4).size(), 4u);
    }
  });
}

TEST_F(PortLink, TakesNoPacketsForATapThatIsDown) {
  if (!std::filesystem::exists("/dev/net/tun")) GTEST_SKIP() << "there is no /dev/net/tun";
  in_namespace([&] {
    open("net_tap0", "iface=t0");
    run("ip link set t0 down");
    EXPECT_EQ(transmit(2), 0u) << "before the port knows";
    EXPECT_EQ(next_event()->state, LinkState::kDown);
    EXPECT_EQ(transmit(2), 0u);
    run("ip link set t0 up");
    EXPECT_EQ(next_event()->state, LinkState::kUp);
    Host host("t0");
    EXPECT_EQ(transmit(2), 2u);
    EXPECT_EQ(host.received(), 2u);
    EXPECT_EQ(port->lost(), 0u);
  });
}

TEST_F(PortLink, IsUpForEverWhereTheDeviceHasNoLink) {
  DpdkPortOptions options;
  options.device = "net_null3";
  DpdkPort null(options, *pool, 1);
  null.start();
  EXPECT_FALSE(null.check_link());
  EXPECT_FALSE(null.check_link());
  null.stop();
  EXPECT_FALSE(null.check_link());
  EXPECT_EQ(null.lost(), 0u);
}

TEST_F(PortLink, OffloadsOfAVethAreRead) {
  in_namespace([&] {
    if (std::system("ethtool -K a0 tx off tso off gso off gro off >/dev/null 2>&1") != 0) return;
    auto const all = interface_offloads();
    ASSERT_EQ(all.size(), 2u);
    EXPECT_EQ(all[0].name, "a0");
    EXPECT_EQ(all[0].driver, "veth");
    EXPECT_FALSE(all[0].tx_checksum || all[0].segmentation || all[0].merging);
    EXPECT_EQ(all[1].name, "b0");
    EXPECT_TRUE(all[1].tx_checksum && all[1].segmentation);
  });
}

}  // namespace
}  // namespace warpline
