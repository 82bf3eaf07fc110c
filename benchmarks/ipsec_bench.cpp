// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <benchmark/benchmark.h>

#include <cstring>
#include <memory>
#include <vector>

#include "benchmarks/ceilings/ipsec.hpp"
#include "core/clock.hpp"
#include "core/context.hpp"
#include "core/graph.hpp"
#include "elements/ipsec/sa_table.hpp"

/// IPsecEncrypt on the own core and its parts, beside ipsec-mb alone, over the same 256 frames in
/// memory in batches of 64. Encryption destroys what it reads, so each turn first writes
/// descriptors and headers afresh: `restore` alone is what that costs, and what the others are to
/// be reduced by. Argument 1: 0 AES-CTR with HMAC-SHA1, 1 AES-GCM.
namespace warpline {
namespace {

using ipsec::Suite;

constexpr unsigned kFrames = 256, kBatch = 64, kHeaders = ether::kSize + ipv4::kSize;
constexpr unsigned kSlot = 2048 + 64, kHeadroom = 128;

class IpsecBenchSource final : public Element {
 public:
  explicit IpsecBenchSource(Args&) {}
  PortCounts ports() const override { return {0, 1}; }
  void process(BatchPtr, unsigned, Outputs&) noexcept override {}
  bool is_source() const override { return true; }
};
WARPLINE_ELEMENT(IpsecBenchSource);

/// Ends packets without a word: their frames are used again.
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

Suite suite_of(benchmark::State const& state) {
  return state.range(1) == 0 ? Suite::kAes128CtrHmacSha1 : Suite::kAes128Gcm;
}

/// Runs `step` for each batch and reports cycles a packet, of the thread's own time.
template <class Step>
void run(benchmark::State& state, Step step) {
  for (auto _ : state)
    for (unsigned at = 0; at < kFrames; at += kBatch) step(at);
  auto const packets = static_cast<double>(state.iterations()) * kFrames;
  state.counters["cycles/packet"] = benchmark::Counter(
      packets / cycles_per_second(), benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
  state.SetItemsProcessed(state.iterations() * kFrames);
}

void raw_ipsec_mb(benchmark::State& state) {
  ceilings::RawIpsecMb raw(suite_of(state));
  std::uint32_t const size = static_cast<std::uint32_t>(state.range(0));
  raw.prepare({&size, 1});
  auto const interface = raw.interfaces()[0];
  run(state, [&](unsigned at) {
    if (at == 0) raw.run(interface, {&size, 1});
  });
}

void restore(benchmark::State& state) {
  Traffic traffic(static_cast<unsigned>(state.range(0)));
  Packet packets[kBatch];
  run(state, [&](unsigned at) {
    traffic.restore(at, packets);
    benchmark::DoNotOptimize(packets);
  });
}

std::unique_ptr<ipsec::SaTable> table_of(Suite suite, unsigned count) {
  std::uint8_t const key[20] = {};
  std::vector<ipsec::SaConfig> sas(count);
  for (unsigned i = 0; i < count; ++i) {
    sas[i].suite = suite;
    sas[i].keys = ipsec::make_sa_keys(suite, key, key, 20);
    if (count == 1) continue;
    ipsec::IpPrefix prefix;
    prefix.length = 24;
    prefix.bytes = {0xc0, static_cast<std::uint8_t>(0xa8 + i / 256), static_cast<std::uint8_t>(i),
                    0};
    sas[i].selector.destination = prefix;
  }
  auto table = std::make_unique<ipsec::SaTable>(sas);
  table->serve_one_thread(true);
  return table;
}

/// SA look-up, numbers and headers. Argument 2: how many SAs there are.
void encapsulate(benchmark::State& state) {
  Traffic traffic(static_cast<unsigned>(state.range(0)));
  auto const table = table_of(suite_of(state), static_cast<unsigned>(state.range(2)));
  Packet packets[kBatch];
  Verdict verdicts[kBatch];
  run(state, [&](unsigned at) {
    traffic.restore(at, packets);
    table->encapsulate(packets, verdicts);
    benchmark::DoNotOptimize(verdicts);
  });
}

/// The kernel's body, one turn of a loop a packet.
void body(benchmark::State& state) {
  Traffic traffic(static_cast<unsigned>(state.range(0)));
  auto const table = table_of(suite_of(state), 1);
  Packet packets[kBatch];
  Verdict verdicts[kBatch];
  run(state, [&](unsigned at) {
    traffic.restore(at, packets);
    table->encapsulate(packets, verdicts);
    for (auto const& packet : packets)
      ipsec::esp_protect(ipsec::aes_tables(), *table->keys(), packet.data + ipsec::kEspOffset,
                         packet.length - ipsec::kEspOffset);
  });
}

void do_nothing(benchmark::State& state) {
  Traffic traffic(static_cast<unsigned>(state.range(0)));
  Pipelined pipelined("IpsecBenchSink; IpsecBenchSource");  // the element is the sink itself
  run(state, [&](unsigned at) { pipelined.push(traffic, at); });
}

void ipsec_encrypt(benchmark::State& state) {
  Traffic traffic(static_cast<unsigned>(state.range(0)));
  Pipelined pipelined("IPsecEncrypt(" + std::string(info(suite_of(state)).name) + ")");
  run(state, [&](unsigned at) { pipelined.push(traffic, at); });
}

void nba_chain(benchmark::State& state) {
  Traffic traffic(static_cast<unsigned>(state.range(0)));
  Pipelined pipelined("IPsecESPencap -> IPsecAES -> IPsecAuthHMACSHA1");
  run(state, [&](unsigned at) { pipelined.push(traffic, at); });
}

void sizes(benchmark::internal::Benchmark* benchmark) {
  benchmark->ArgNames({"size", "gcm"});
  for (int const gcm : {0, 1})
    for (int const size : {64, 256, 512, 1024, 1408}) benchmark->Args({size, gcm});
}

BENCHMARK(raw_ipsec_mb)->Apply(sizes);
BENCHMARK(ipsec_encrypt)->Apply(sizes);
BENCHMARK(body)->Apply(sizes);
BENCHMARK(nba_chain)->Args({64, 0})->Args({1408, 0});
BENCHMARK(restore)->Args({64, 1})->Args({1408, 1});
BENCHMARK(do_nothing)->Args({64, 1})->Args({1408, 1});
BENCHMARK(encapsulate)
    ->ArgNames({"size", "gcm", "sas"})
    ->Args({64, 1, 1})
    ->Args({64, 1, 64})
    ->Args({64, 1, 1024})
    ->Args({1408, 1, 1});

}  // namespace
}  // namespace warpline
