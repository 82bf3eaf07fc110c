// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "core/engine/snapshot.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <mutex>
#include <thread>

#include "core/net/wire.hpp"
#include "gpu/host/host_device.hpp"
#include "tests/support/locked_pool.hpp"

namespace warpline {
namespace {

using namespace std::chrono_literals;

using test::LockedPool;

/// A port whose queues each make `count` numbered packets of a few flows and take any back.
class NumberPort final : public Port {
 public:
  NumberPort(std::string name, LockedPool& pool, unsigned queues, std::uint32_t count, bool pauses)
      : Port(std::move(name)) {
    for (unsigned i = 0; i < queues; ++i) {
      rx_.push_back(std::make_unique<Rx>(pool, i, count, pauses));
      tx_.push_back(std::make_unique<Tx>(pool));
    }
  }
  std::string description() const override { return "numbers"; }
  RxQueue* rx(unsigned worker) override {
    return worker < rx_.size() ? rx_[worker].get() : nullptr;
  }
  TxQueue* tx(unsigned worker) override {
    return worker < tx_.size() ? tx_[worker].get() : nullptr;
  }

  /// Every (queue, flow) came out in order, each number at most once; returns how many came.
  std::size_t check_order() const {
    std::size_t total = 0;
    std::map<std::uint64_t, std::uint32_t> last;
    for (auto const& tx : tx_) {
      last.clear();
      for (auto const& [flow, number] : tx->seen) {
        auto& previous = last[flow];
        EXPECT_LT(previous, number) << "flow " << flow;
        previous = number;
        ++total;
      }
    }
    return total;
  }

 private:
  static constexpr std::uint32_t kFlows = 17;

  struct Rx final : RxQueue {
    Rx(LockedPool& p, unsigned q, std::uint32_t c, bool s)
        : pool(p), queue(q), count(c), pauses(s) {}
    unsigned receive(std::span<Packet> packets) noexcept override {
      // Pauses long enough for the worker to fall asleep, now and then.
      if (silent > 0) return --silent, 0;
      if (pauses && ++asked % 128 == 0) silent = 1200;
      auto const number =
          std::min<std::size_t>(packets.size(), std::min(count - next, 1 + next % 61));
      if (number == 0 || !pool.allocate(packets.first(number))) return 0;
      for (auto& packet : packets.first(number)) {
        packet.arrive(port_index);
        packet.append(64);
        std::memset(packet.data, 0, 64);
        packet.header<ether::Header>(0)->type.set(ether::kIpv4);
        auto* ip = packet.header<ipv4::Header>(ether::kSize);
        ip->source.set(0x0a000000 + queue);
        ip->destination.set(0x0a010000 + next % kFlows);
        packet.header<be32>(40)->set(++next);
      }
      return static_cast<unsigned>(number);
    }
    bool finished() const noexcept override { return next == count; }
    LockedPool& pool;
    unsigned queue;
    std::uint32_t count, next = 0, asked = 0, silent = 0;
    bool pauses;
  };
  struct Tx final : TxQueue {
    explicit Tx(LockedPool& p) : pool(p) {}
    unsigned transmit(std::span<Packet const> packets) noexcept override {
      for (auto const& packet : packets) {
        auto const* ip = packet.header<ipv4::Header>(ether::kSize);
        seen.emplace_back(std::uint64_t{ip->source.host()} << 32 | ip->destination.host(),
                          packet.header<be32>(40)->host());
      }
      pool.release(packets);
      return static_cast<unsigned>(packets.size());
    }
    LockedPool& pool;
    std::vector<std::pair<std::uint64_t, std::uint32_t>> seen;
  };

  std::vector<std::unique_ptr<Rx>> rx_;
  std::vector<std::unique_ptr<Tx>> tx_;
};

struct Layout {
  unsigned workers, io_workers, ports, helpers;
  char const* pipeline;
};

std::uint64_t sum_of(std::vector<Metric> const& metrics, std::string_view name) {
  std::uint64_t sum = 0;
  for (auto const& metric : metrics)
    if (metric.name == name) sum += metric.value;
  return sum;
}

/// The rows of a snapshot of an engine that has ended add up to its totals.
void expect_complete(Snapshot const& snapshot, bool split) {
  auto const& totals = snapshot.totals;
  auto const metrics = list_metrics(snapshot);
  EXPECT_EQ(snapshot.latency->count(), totals.transmitted);
  EXPECT_EQ(sum_of(metrics, "received_packets"), totals.received);
  EXPECT_EQ(sum_of(metrics, "port_received_packets"), totals.received);
  EXPECT_EQ(sum_of(metrics, "port_received_bytes"), totals.received_bytes);
  EXPECT_EQ(sum_of(metrics, "port_transmitted_packets"), totals.transmitted);
  EXPECT_EQ(sum_of(metrics, "port_transmitted_bytes"), totals.transmitted_bytes);
  EXPECT_EQ(sum_of(metrics, "drops"), totals.dropped);
  if (!split) {
    EXPECT_EQ(snapshot.elements.front().packets, totals.received);
  }
  if (!snapshot.devices.empty()) {
    EXPECT_EQ(sum_of(metrics, "device_packets"), snapshot.elements.back().packets);
  }
  for (auto const& metric : metrics) {
    EXPECT_FALSE(metric.help.empty()) << metric.name;
    EXPECT_FALSE(metric.unit.empty()) << metric.name;
  }
}

class EngineTest : public ::testing::TestWithParam<Layout> {};

TEST_P(EngineTest, EveryPacketIsAccountedForAndFlowsKeepTheirOrder) {
  auto const layout = GetParam();
  constexpr std::uint32_t kCount = 20'000;
  LockedPool pool;
  PortSet ports;
  auto const queues = layout.io_workers > 0 ? layout.io_workers : layout.workers;
  std::vector<NumberPort*> all;
  for (unsigned i = 0; i < layout.ports; ++i)
    all.push_back(static_cast<NumberPort*>(&ports.add(
        std::make_unique<NumberPort>("p" + std::to_string(i), pool, queues, kCount, i % 2 == 0))));
  DeviceSet devices;
  devices.add(std::make_unique<host::HostDevice>(std::vector<int>(layout.helpers, -1)));
  EngineOptions options;
  options.cores.assign(layout.workers, -1);
  options.io_cores.assign(layout.io_workers, -1);
  options.worker.drain_deadline = 60s;
  options.worker.nap = true;
  {
    Engine engine(options, ports, devices, pool);
    engine.load(std::make_shared<Source>(Source{"test.click", layout.pipeline}));
    engine.start();
    engine.join();
    auto const totals = engine.totals();
    EXPECT_EQ(totals.received, std::uint64_t{kCount} * queues * layout.ports);
    EXPECT_TRUE(totals.conserved());
    EXPECT_EQ(totals.inside, 0u);
    std::size_t seen = 0;
    for (auto const* port : all) seen += port->check_order();
    EXPECT_EQ(seen, totals.transmitted);
    EXPECT_EQ(totals.transmitted + totals.dropped, totals.received);
    expect_complete(take_snapshot(engine), layout.io_workers > 0);
  }
  EXPECT_EQ(pool.in_use(), 0u);
}

constexpr char const* kMirror = "FromInput -> EtherMirror -> ToOutput;";
constexpr char const* kHash =
    "FromInput(BURST 32) -> LoadBalanceByWeight(0.5) -> FlowHash -> ToOutput;";
constexpr char const* kAdaptive = "FromInput -> LoadBalanceAdaptive -> FlowHash -> ToOutput;";

INSTANTIATE_TEST_SUITE_P(Topologies, EngineTest,
                         ::testing::Values(Layout{1, 0, 1, 0, kMirror}, Layout{2, 0, 3, 1, kHash},
                                           Layout{1, 1, 2, 1, kMirror}, Layout{3, 1, 1, 0, kMirror},
                                           Layout{3, 2, 2, 2, kHash},
                                           Layout{2, 1, 2, 1, kAdaptive}),
                         [](auto const& test_case) {
                           return std::to_string(test_case.param.workers) + "workers" +
                                  std::to_string(test_case.param.io_workers) + "io" +
                                  std::to_string(test_case.param.ports) + "ports" +
                                  std::to_string(test_case.param.helpers) + "helpers" +
                                  std::to_string(test_case.index);
                         });

TEST(Engine, StopDrainsALiveRun) {
  LockedPool pool;
  PortSet ports;
  ports.add(std::make_unique<NumberPort>("p", pool, 1, ~0u, true));
  DeviceSet devices;
  Engine engine(EngineOptions{}, ports, devices, pool);
  engine.load(std::make_shared<Source>(Source{"test.click", "FromInput -> Queue -> ToOutput;"}));
  engine.start();
  while (engine.totals().received < 1000) std::this_thread::yield();
  EXPECT_FALSE(engine.done());
  engine.stop();
  engine.join();
  EXPECT_TRUE(engine.done());
  EXPECT_TRUE(engine.totals().conserved());
  EXPECT_EQ(engine.totals().inside, 0u);
}

TEST(Engine, RefusesMoreIoWorkersThanComputeWorkers) {
  LockedPool pool;
  PortSet ports;
  ports.add(std::make_unique<NumberPort>("p", pool, 2, 1, false));
  DeviceSet devices;
  EngineOptions options;
  options.io_cores = {-1, -1};
  Engine engine(options, ports, devices, pool);
  EXPECT_THROW(engine.load(std::make_shared<Source>(Source{"test.click", kMirror})), ConfigError);
}

}  // namespace
}  // namespace warpline
