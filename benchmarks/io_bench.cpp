// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <benchmark/benchmark.h>
#include <rte_ethdev.h>
#include <time.h>

#include <memory>
#include <utility>

#include "core/base/clock.hpp"
#include "core/element/context.hpp"
#include "core/engine/graph.hpp"
#include "core/net/wire.hpp"
#include "core/packet/batch.hpp"
#include "io/dpdk/dpdk_pool.hpp"
#include "io/dpdk/dpdk_port.hpp"
#include "io/generator/generator_port.hpp"

/// The cost of a packet on its way in and out, in ticks of the time-stamp counter: ports compared
/// with a plain DPDK loop on the same devices, and generated traffic. The argument is the burst.
namespace warpline {
namespace {

/// DPDK with two null devices, started once for all benchmarks.
struct Machine {
  Machine() : eal({.arguments = {}, .pci = {}, .memory = std::size_t{64} << 20, .core = 0}) {
    for (auto const* device : {"net_null0", "net_null1"})
      ports
          .add(std::make_unique<DpdkPort>(DpdkPortOptions{.device = device, .arguments = "size=64"},
                                          pool, 1))
          .start();
  }

  Eal eal;
  DpdkPool pool{eal, {.name = "bench", .count = 16384}};
  PortSet ports;
};

/// A port of another set, so that several pipelines can be built on it one after the other.
class Borrowed final : public Port {
 public:
  explicit Borrowed(Port& port) : Port(port.name()), port_(port) {}
  std::string description() const override { return port_.description(); }
  RxQueue* rx(unsigned worker) override { return port_.rx(worker); }
  TxQueue* tx(unsigned worker) override { return port_.tx(worker); }

 private:
  Port& port_;
};

Machine& machine() {
  static auto& machine = *new Machine;
  return machine;
}

/// Ticks of the time-stamp counter that this thread has had a processor for.
double ticks_used() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return (static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9) *
         cycles_per_second();
}

/// Measures ticks a packet of `turn`, which returns the number of packets that it has processed.
template <class Turn>
void measure(benchmark::State& state, Turn&& turn) {
  std::uint64_t packets = 0;
  for (int i = 0; i < 2000; ++i) turn();
  auto const begin = ticks_used();
  for (auto _ : state) packets += turn();
  auto const spent = ticks_used() - begin;
  state.counters["ticks/packet"] = spent / static_cast<double>(packets);
  state.SetItemsProcessed(static_cast<std::int64_t>(packets));
}

void swap_addresses(std::uint8_t* data) {
  reinterpret_cast<ether::Header*>(data)->swap_addresses();
}

void plain_dpdk_swap(benchmark::State& state) {
  machine();
  auto const burst = static_cast<std::uint16_t>(state.range(0));
  measure(state, [burst]() -> unsigned {
    rte_mbuf* mbufs[Batch::kCapacity];
    auto const count = rte_eth_rx_burst(0, 0, mbufs, burst);
    for (unsigned i = 0; i < count; ++i) swap_addresses(rte_pktmbuf_mtod(mbufs[i], std::uint8_t*));
    return rte_eth_tx_burst(1, 0, mbufs, count);
  });
}
BENCHMARK(plain_dpdk_swap)->Arg(32)->Arg(64)->Arg(256);

void ports_swap(benchmark::State& state) {
  auto& rx = *machine().ports[0].rx(0);
  auto& tx = *machine().ports[1].tx(0);
  auto packets = std::make_unique<Packet[]>(Batch::kCapacity);
  auto const burst = static_cast<std::size_t>(state.range(0));
  measure(state, [&] {
    auto const count = rx.receive({packets.get(), burst});
    for (unsigned i = 0; i < count; ++i) swap_addresses(packets[i].data);
    return tx.transmit({packets.get(), count});
  });
}
BENCHMARK(ports_swap)->Arg(32)->Arg(64)->Arg(256);

/// The same through a whole pipeline, as a worker runs it: receive, graph, transmit.
void mirror_graph(benchmark::State& state) {
  PortSet ports;
  for (std::size_t i = 0; i < machine().ports.size(); ++i)
    ports.add(std::make_unique<Borrowed>(machine().ports[i]));
  DeviceSet devices;
  SharedStore shared;
  BuildContext context{.ports = ports, .devices = devices, .shared = shared};
  auto const source =
      std::make_shared<Source>(Source{"bench", "FromInput(BURST " + std::to_string(state.range(0)) +
                                                   ") -> EtherMirror -> ToOutput;"});
  auto graph = Graph::build(parse_pipeline(source), context);
  BatchPool batches(512);
  WorkerCounters counters;
  graph->attach(machine().pool, batches, counters);
  graph->start();
  measure(state, [&] { return graph->poll(true); });
  graph->stop();
}
BENCHMARK(mirror_graph)->Arg(32)->Arg(64)->Arg(256);

void allocate_and_release(benchmark::State& state) {
  auto& pool = machine().pool;
  auto packets = std::make_unique<Packet[]>(Batch::kCapacity);
  auto const batch = std::span(packets.get(), static_cast<std::size_t>(state.range(0)));
  measure(state, [&] {
    if (!pool.allocate(batch)) return std::size_t{0};
    pool.release(batch);
    return batch.size();
  });
}
BENCHMARK(allocate_and_release)->Arg(64)->Arg(256);

/// Arguments: burst, frame size (0: IMIX), whether the payload is recycled, address family.
void generate(benchmark::State& state) {
  auto& pool = machine().pool;
  GeneratorOptions options;
  auto const size = static_cast<unsigned>(state.range(1));
  options.sizes = size == 0 ? GeneratorOptions::imix()
                            : std::vector<GeneratorOptions::Size>{{.bytes = size, .weight = 1}};
  options.recycled = state.range(2) != 0;
  if (state.range(3) == 6) {
    options.from = *parse_prefix("2001:db8::/64");
    options.to = *parse_prefix("2001:db8:1::/64");
  }
  GeneratorPort port("gen0", options,
                     {.pool = pool,
                      .frame_size = pool.options().frame_size,
                      .fill = [&](Bytes content) { pool.fill(content); }},
                     1);
  auto& rx = *port.rx(0);
  auto& tx = *port.tx(0);
  auto packets = std::make_unique<Packet[]>(Batch::kCapacity);
  auto const burst = static_cast<std::size_t>(state.range(0));
  measure(state, [&] { return tx.transmit({packets.get(), rx.receive({packets.get(), burst})}); });
}
BENCHMARK(generate)
    ->ArgNames({"burst", "size", "recycled", "ip"})
    ->Args({64, 64, 1, 4})
    ->Args({64, 64, 0, 4})
    ->Args({64, 64, 1, 6})
    ->Args({64, 64, 0, 6})
    ->Args({64, 1408, 1, 4})
    ->Args({64, 1408, 0, 4})
    ->Args({64, 0, 1, 4})
    ->Args({64, 0, 0, 4});

}  // namespace
}  // namespace warpline
