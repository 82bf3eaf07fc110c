// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "core/base/text_corpus.hpp"
#include "core/element/context.hpp"
#include "core/engine/graph.hpp"
#include "core/net/layers.hpp"
#include "core/net/wire.hpp"
#include "elements/ids/tables.hpp"
#include "measure/ceilings/ids.hpp"

/// IDSMatch on the CPU and its kernel body, compared with both matchers alone on the same payloads:
/// 4,096 UDP frames in memory, in batches of 64. `text` is argument 1, `random` 0.
namespace warpline {
namespace {

constexpr unsigned kFrames = 4096, kBatch = 64, kSlot = 2048, kHeaders = 42;
constexpr char kPipeline[] = "BenchSource -> ids :: IDSMatch(SYNTHETIC 3000) -> BenchSink;";

class BenchSource final : public SourceElement {
 public:
  explicit BenchSource(Args&) {}
  unsigned poll(Outputs&) noexcept override { return 0; }
};
WARPLINE_ELEMENT(BenchSource);

/// Frees packets without counting drops: their frames are used again.
class BenchSink final : public Element {
 public:
  explicit BenchSink(Args&) {}
  PortCounts ports() const override { return {1, 0}; }
  void process(BatchPtr, unsigned, Outputs&) noexcept override {}
};
WARPLINE_ELEMENT(BenchSink);

/// Frames of one size and the payloads in them.
struct Traffic {
  Traffic(unsigned size, bool text) : storage(kFrames * kSlot) {
    auto corpus = text_corpus(2, kFrames * size);
    if (!text) {
      TextWriter random(3);
      for (auto& c : corpus) c = static_cast<char>(random.below(256));
    }
    for (unsigned i = 0; i < kFrames; ++i) {
      auto* const frame = storage.data() + i * kSlot + 128;
      auto const be = [&](unsigned offset, unsigned value) {
        frame[offset] = static_cast<std::uint8_t>(value >> 8);
        frame[offset + 1] = static_cast<std::uint8_t>(value);
      };
      be(12, ether::kIpv4);
      frame[14] = 0x45;
      be(16, size - 14);
      frame[23] = protocol::kUdp;
      be(38, size - 34);
      std::memcpy(frame + kHeaders, corpus.data() + i * (size - kHeaders), size - kHeaders);
      auto& packet = packets.emplace_back();
      packet.data = frame;
      packet.length = static_cast<std::uint16_t>(size);
      packet.headroom = 128;
      payloads.push_back({frame + kHeaders, size - kHeaders});
    }
  }
  std::vector<std::uint8_t> storage;
  std::vector<Packet> packets;
  std::vector<Bytes> payloads;
};

SharedStore& store() {
  static SharedStore shared;
  return shared;
}

/// A separate pipeline for each run, because `IDSMatch` adapts to the traffic; all share their
/// tables.
struct Pipelined {
  Pipelined() {
    BuildContext context{ports, devices, store()};
    graph =
        Graph::build(parse_pipeline(std::make_shared<Source>(Source{"bench", kPipeline})), context);
    graph->attach(buffers, batches, counters);
    ids = graph->find("ids");
  }
  void push(Traffic const& traffic) {
    for (unsigned first = 0; first < kFrames; first += kBatch) {
      auto batch = batches.allocate();
      std::memcpy(batch->slots(), traffic.packets.data() + first, kBatch * sizeof(Packet));
      batch->resize(kBatch);
      graph->push(*ids, 0, std::move(batch));
    }
  }

  PortSet ports;
  DeviceSet devices;
  HeapBufferPool buffers{1};
  BatchPool batches{4};
  WorkerCounters counters;
  std::unique_ptr<Graph> graph;
  Node* ids;
};

/// The element's buffers: the same memory for all, so that its place favours none.
ids::Tables const& tables() {
  static auto const tables = ids::synthetic_tables(store(), 3000);
  return *tables->current();
}

void report(benchmark::State& state, Traffic const& traffic) {
  state.SetItemsProcessed(state.iterations() * kFrames);
  state.SetBytesProcessed(state.iterations() * kFrames *
                          static_cast<std::int64_t>(traffic.payloads[0].size));
}

void raw_hs_scan(benchmark::State& state) {
  Traffic const traffic(static_cast<unsigned>(state.range(0)), state.range(1) != 0);
  ceilings::RawHyperscan raw(tables().database());
  for (auto _ : state) benchmark::DoNotOptimize(raw.scan(traffic.payloads));
  report(state, traffic);
}

void raw_automaton(benchmark::State& state) {
  Traffic const traffic(static_cast<unsigned>(state.range(0)), state.range(1) != 0);
  ceilings::RawAutomaton raw(tables().automaton().view());
  for (auto _ : state) benchmark::DoNotOptimize(raw.scan(traffic.payloads));
  report(state, traffic);
}

void ids_match_cpu(benchmark::State& state) {
  constexpr int kWarmUp = 8;  // passes, in which it tries both matchers
  Traffic const traffic(static_cast<unsigned>(state.range(0)), state.range(1) != 0);
  Pipelined pipelined;
  for (int pass = 0; pass < kWarmUp; ++pass) pipelined.push(traffic);
  for (auto _ : state) pipelined.push(traffic);
  report(state, traffic);
}

void automaton_body(benchmark::State& state) {
  Traffic const traffic(static_cast<unsigned>(state.range(0)), state.range(1) != 0);
  auto const automaton = tables().automaton().view();
  for (auto _ : state)
    for (auto const& packet : traffic.packets)
      benchmark::DoNotOptimize(automaton.scan(walk_layers(packet.bytes()).payload));
  report(state, traffic);
}

void header_walk(benchmark::State& state) {
  Traffic const traffic(static_cast<unsigned>(state.range(0)), false);
  for (auto _ : state)
    for (auto const& packet : traffic.packets)
      benchmark::DoNotOptimize(walk_layers(packet.bytes()).payload);
  report(state, traffic);
}

void sizes(benchmark::internal::Benchmark* benchmark) {
  benchmark->ArgNames({"size", "text"});
  for (int const text : {0, 1})
    for (int const size : {64, 256, 512, 1024, 1514}) benchmark->Args({size, text});
}

BENCHMARK(raw_hs_scan)->Apply(sizes);
BENCHMARK(raw_automaton)->Apply(sizes);
BENCHMARK(ids_match_cpu)->Apply(sizes);
BENCHMARK(automaton_body)->Apply(sizes);
BENCHMARK(header_walk)->Arg(64)->Arg(1514);

}  // namespace
}  // namespace warpline
