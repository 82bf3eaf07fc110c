// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <benchmark/benchmark.h>

#include <cstring>
#include <memory>
#include <vector>

#include "core/base/clock.hpp"
#include "core/element/context.hpp"
#include "core/engine/graph.hpp"
#include "elements/ipsec/esp/cpu_esp.hpp"
#include "elements/ipsec/esp/esp_protect.hpp"
#include "elements/ipsec/esp_sender.hpp"
#include "measure/ceilings/ipsec.hpp"

/// IPsecEncrypt on the CPU and its parts, compared with ipsec-mb alone, on the same 256 frames in
/// memory in batches of 64. Encryption destroys its input, so each turn first rewrites descriptors
/// and headers: `restore` alone is the cost of that, to be subtracted from the others. Argument 1:
/// the suite, by its number in `suites()`.
namespace warpline {
namespace {

using ipsec::Suite;

constexpr unsigned kFrames = 256, kBatch = 64, kHeaders = ether::kSize + ipv4::kSize;
constexpr unsigned kSlot = 2048 + 64, kHeadroom = 128;

class IpsecBenchSource final : public SourceElement {
 public:
  explicit IpsecBenchSource(Args&) {}
  unsigned poll(Outputs&) noexcept override { return 0; }
};
WARPLINE_ELEMENT(IpsecBenchSource);

/// Frees packets without counting drops: their frames are used again.
class IpsecBenchSink final : public Element {
 public:
  explicit IpsecBenchSink(Args&) {}
  PortCounts ports() const override { return {1, 0}; }
  void process(BatchPtr, unsigned, Outputs&) noexcept override {}
};
WARPLINE_ELEMENT(IpsecBenchSink);

/// IPv4 frames of one size, spread over 64 destinations.
struct Traffic {
  explicit Traffic(unsigned size) : storage(kFrames * kSlot) {
    for (unsigned i = 0; i < kFrames; ++i) {
      auto* const frame = storage.data() + i * kSlot + kHeadroom;
      ether::Header ethernet{{}, {}, be16::of(ether::kIpv4)};
      ipv4::Header ip{};
      ip.version_ihl = 0x45;
      ip.total_length.set(static_cast<std::uint16_t>(size - ether::kSize));
      ip.ttl = 64;
      ip.source.set(0x0a000001);
      ip.destination.set(0xc0a80000 + i % 64 * 256);
      std::memcpy(headers[i], &ethernet, sizeof(ethernet));
      std::memcpy(headers[i] + sizeof(ethernet), &ip, sizeof(ip));
      Packet packet{};
      packet.data = frame;
      packet.length = static_cast<std::uint16_t>(size);
      packet.headroom = kHeadroom;
      packet.tailroom = static_cast<std::uint16_t>(kSlot - kHeadroom - size);
      packets.push_back(packet);
    }
  }
  void restore(unsigned from, Packet* into) {
    std::memcpy(into, packets.data() + from, kBatch * sizeof(Packet));
    for (unsigned i = 0; i < kBatch; ++i) std::memcpy(into[i].data, headers[from + i], kHeaders);
  }
  std::vector<std::uint8_t> storage;
  std::uint8_t headers[kFrames][kHeaders];
  std::vector<Packet> packets;
};

struct Pipelined {
  explicit Pipelined(std::string const& element) {
    BuildContext context{ports, devices, shared};
    auto const text = "IpsecBenchSource -> e :: " + element + " -> IpsecBenchSink;";
    graph = Graph::build(parse_pipeline(std::make_shared<Source>(Source{"bench", text})), context);
    graph->attach(buffers, batches, counters);
    first = graph->find("e");
  }
  void push(Traffic& traffic, unsigned from) {
    auto batch = batches.allocate();
    traffic.restore(from, batch->slots());
    batch->resize(kBatch);
    graph->push(*first, 0, std::move(batch));
  }
  PortSet ports;
  DeviceSet devices;
  SharedStore shared;
  HeapBufferPool buffers{1};
  BatchPool batches{4};
  WorkerCounters counters;
  std::unique_ptr<Graph> graph;
  Node* first;
};

Suite suite_of(benchmark::State const& state) { return static_cast<Suite>(state.range(1)); }

/// Runs `step` for each batch and reports cycles a packet, of the thread's CPU time.
template <class Step>
void run(benchmark::State& state, Step step) {
  for (auto _ : state)
    for (unsigned first = 0; first < kFrames; first += kBatch) step(first);
  auto const packets = static_cast<double>(state.iterations()) * kFrames;
  state.counters["cycles/packet"] = benchmark::Counter(
      packets / cycles_per_second(), benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
  state.SetItemsProcessed(state.iterations() * kFrames);
}

void raw_ipsec_mb(benchmark::State& state) {
  ceilings::RawIpsecMb raw(suite_of(state));
  std::uint32_t const size = static_cast<std::uint32_t>(state.range(0));
  raw.prepare({&size, 1});
  auto const interface = raw.interfaces()[static_cast<std::size_t>(state.range(2))];
  state.SetLabel(std::string(info(suite_of(state)).name) + ", " + raw.name(interface));
  run(state, [&](unsigned first) {
    if (first == 0) raw.run(interface, {&size, 1});
  });
}

void restore(benchmark::State& state) {
  Traffic traffic(static_cast<unsigned>(state.range(0)));
  Packet packets[kBatch];
  run(state, [&](unsigned first) {
    traffic.restore(first, packets);
    benchmark::DoNotOptimize(packets);
  });
}

std::unique_ptr<ipsec::EspSender> sender_of(Suite suite, unsigned count) {
  std::uint8_t const key[36] = {};
  auto const& suite_info = ipsec::info(suite);
  std::vector<ipsec::SaConfig> sas(count);
  for (unsigned i = 0; i < count; ++i) {
    auto& sa = sas[i];
    sa.choose(suite);
    sa.spi = 0x100 + i;
    sa.direction = ipsec::Direction::kOutbound;
    sa.form.source = *parse_ip_address("192.0.2.1");
    sa.form.destination = *parse_ip_address("192.0.2.2");
    sa.key = ipsec::Secret({key, std::size_t{suite_info.key_size} + suite_info.salt_size});
    sa.authentication = ipsec::Secret({key, suite_info.authentication_key_size});
    if (count == 1) continue;
    IpPrefix prefix;
    prefix.length = 24;
    prefix.address.bytes = {0xc0, static_cast<std::uint8_t>(0xa8 + i / 256),
                            static_cast<std::uint8_t>(i), 0};
    sa.selector.emplace().destination = prefix;
  }
  auto database = std::make_shared<ipsec::SaDatabase>(sas, std::vector<ipsec::Policy>());
  database->slots().serve_one_thread(true);
  return std::make_unique<ipsec::EspSender>(std::move(database));
}

/// SA look-up, numbers and headers. Argument 2: number of SAs.
void encapsulate(benchmark::State& state) {
  Traffic traffic(static_cast<unsigned>(state.range(0)));
  auto const sender = sender_of(suite_of(state), static_cast<unsigned>(state.range(2)));
  Packet packets[kBatch];
  Verdict verdicts[kBatch];
  run(state, [&](unsigned first) {
    traffic.restore(first, packets);
    sender->encapsulate(packets, verdicts);
    benchmark::DoNotOptimize(verdicts);
    if (verdicts[0].is_drop()) state.SkipWithError("dropped");
  });
}

/// The kernel's body, one turn of a loop a packet.
void body(benchmark::State& state) {
  Traffic traffic(static_cast<unsigned>(state.range(0)));
  auto const sender = sender_of(suite_of(state), 1);
  Packet packets[kBatch];
  Verdict verdicts[kBatch];
  run(state, [&](unsigned first) {
    traffic.restore(first, packets);
    sender->encapsulate(packets, verdicts);
    for (auto const& packet : packets)
      ipsec::esp_protect(ipsec::aes_tables(), sender->slots().keys(0),
                         packet.data + ipsec::SaTag::kFirstOffset,
                         packet.length - ipsec::SaTag::kFirstOffset);
  });
}

/// The library form by itself, after encapsulation.
void cpu_protect(benchmark::State& state) {
  Traffic traffic(static_cast<unsigned>(state.range(0)));
  auto const sender = sender_of(suite_of(state), 1);
  ipsec::CpuEsp cpu(sender->slots().cpu_keys());
  Packet packets[kBatch];
  Verdict verdicts[kBatch];
  state.SetLabel(std::string(info(suite_of(state)).name));
  run(state, [&](unsigned first) {
    traffic.restore(first, packets);
    sender->encapsulate(packets, verdicts);
    cpu.protect(packets);
  });
}

/// With genuine packets, which are first copied to the place where they are decrypted (argument 2:
/// 0), or the copy alone (1).
void cpu_open(benchmark::State& state) {
  auto const suite = suite_of(state);
  Traffic traffic(static_cast<unsigned>(state.range(0)));
  auto const sender = sender_of(suite, 1);
  std::uint8_t const key[36] = {};
  auto const& suite_info = ipsec::info(suite);
  auto const inbound =
      ipsec::make_sa_keys(suite, ipsec::Direction::kInbound, false,
                          {key, std::size_t{suite_info.key_size} + suite_info.salt_size},
                          {key, suite_info.authentication_key_size});
  ipsec::CpuEsp seal(sender->slots().cpu_keys());
  ipsec::CpuEsp cpu(std::make_shared<ipsec::CpuKeys>(std::span(&inbound, 1)));
  std::vector<Packet> packets(kFrames);
  Verdict verdicts[kBatch];
  for (unsigned first = 0; first < kFrames; first += kBatch) {
    traffic.restore(first, &packets[first]);
    sender->encapsulate({&packets[first], kBatch}, verdicts);
    seal.protect({&packets[first], kBatch});
  }
  auto const sealed = traffic.storage;
  std::uint32_t results[kBatch] = {};
  state.SetLabel(std::string(suite_info.name));
  run(state, [&](unsigned first) {
    for (unsigned i = first; i < first + kBatch; ++i)
      std::memcpy(packets[i].data, sealed.data() + (packets[i].data - traffic.storage.data()),
                  packets[i].length);
    if (state.range(2) == 0) cpu.open({&packets[first], kBatch}, results);
    benchmark::DoNotOptimize(results);
    if (results[0] != 0) state.SkipWithError("not opened");
  });
}

void do_nothing(benchmark::State& state) {
  Traffic traffic(static_cast<unsigned>(state.range(0)));
  Pipelined pipelined("IpsecBenchSink; IpsecBenchSource");  // the element is the sink itself
  run(state, [&](unsigned first) { pipelined.push(traffic, first); });
}

void ipsec_encrypt(benchmark::State& state) {
  Traffic traffic(static_cast<unsigned>(state.range(0)));
  Pipelined pipelined("IPsecEncrypt(" + std::string(info(suite_of(state)).name) + ")");
  run(state, [&](unsigned first) { pipelined.push(traffic, first); });
}

void nba_chain(benchmark::State& state) {
  Traffic traffic(static_cast<unsigned>(state.range(0)));
  Pipelined pipelined("IPsecESPencap -> IPsecAES -> IPsecAuthHMACSHA1");
  run(state, [&](unsigned first) { pipelined.push(traffic, first); });
}

int constexpr kGcm = static_cast<int>(Suite::kAes128Gcm);
int constexpr kCtrSha1 = static_cast<int>(Suite::kAes128CtrHmacSha1);

void sizes(benchmark::internal::Benchmark* benchmark) {
  benchmark->ArgNames({"size", "suite"});
  for (int suite = 0; suite < static_cast<int>(ipsec::kSuiteCount); ++suite)
    for (int const size : {64, 256, 512, 1024, 1408}) benchmark->Args({size, suite});
}

/// `kinds(suite)`: the number of interfaces.
template <class Kinds>
void sizes_and_kinds(benchmark::internal::Benchmark* benchmark, Kinds const& kinds) {
  benchmark->ArgNames({"size", "suite", "kind"});
  for (int suite = 0; suite < static_cast<int>(ipsec::kSuiteCount); ++suite)
    for (int const size : {64, 1408})
      for (int kind = 0; kind < kinds(static_cast<Suite>(suite)); ++kind)
        benchmark->Args({size, suite, kind});
}

BENCHMARK(raw_ipsec_mb)->Apply([](benchmark::internal::Benchmark* benchmark) {
  sizes_and_kinds(benchmark, [](Suite suite) {
    return static_cast<int>(ceilings::RawIpsecMb::interfaces(suite).size());
  });
});
BENCHMARK(cpu_protect)->Apply(sizes);
BENCHMARK(cpu_open)->Apply([](benchmark::internal::Benchmark* benchmark) {
  sizes_and_kinds(benchmark, [](Suite) { return 2; });
});
BENCHMARK(ipsec_encrypt)->Apply(sizes);
BENCHMARK(body)->Apply(sizes);
BENCHMARK(nba_chain)->Args({64, kCtrSha1})->Args({1408, kCtrSha1});
BENCHMARK(restore)->Args({64, kGcm})->Args({1408, kGcm});
BENCHMARK(do_nothing)->Args({64, kGcm})->Args({1408, kGcm});
BENCHMARK(encapsulate)
    ->ArgNames({"size", "suite", "sas"})
    ->Args({64, kGcm, 1})
    ->Args({64, kGcm, 64})
    ->Args({64, kGcm, 1024})
    ->Args({1408, kGcm, 1});

}  // namespace
}  // namespace warpline
