// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <benchmark/benchmark.h>
#include <time.h>

#include <array>
#include <string>

#include "core/base/clock.hpp"
#include "core/element/context.hpp"
#include "core/element/polled_element.hpp"
#include "core/engine/graph.hpp"

/// The cost of the graph around elements that do nothing. `cycles/batch` and `cycles/packet` are
/// the same time, divided by one or the other.
namespace warpline {
namespace {

constexpr unsigned kFrame = 128;

/// Stands for the beginning of a pipeline: batches are pushed to its output by the benchmark.
class BenchEntry final : public PolledElement {
 public:
  explicit BenchEntry(Args&) {}
  PortCounts ports() const override { return {0, 1}; }
  void process(BatchPtr batch, unsigned, Outputs& out) noexcept override {
    out.emit(std::move(batch));
  }
  unsigned poll(Outputs&) noexcept override { return 0; }
  bool is_source() const override { return true; }
};
WARPLINE_ELEMENT(BenchEntry);

/// Frees packets without counting drops.
class BenchExit final : public Element {
 public:
  explicit BenchExit(Args&) {}
  PortCounts ports() const override { return {1, 0}; }
  void process(BatchPtr, unsigned, Outputs&) noexcept override {}
};
WARPLINE_ELEMENT(BenchExit);

/// Every `EVERY`th packet goes to the second output; none if it is 0.
class BenchSplit final : public PacketElement<BenchSplit> {
 public:
  explicit BenchSplit(Args& args) : every_(args.required<unsigned>("EVERY")) {}
  PortCounts ports() const override { return {1, 2}; }
  Verdict operator()(Packet&) {
    if (every_ == 0 || ++seen_ < every_) return forward();
    seen_ = 0;
    return forward(1);
  }

 private:
  unsigned every_;
  unsigned seen_ = 0;
};
WARPLINE_ELEMENT(BenchSplit);

/// A graph on one thread, and packets to send through it again and again.
class Rig {
 public:
  explicit Rig(std::string const& text) {
    BuildContext context{ports_, devices_, shared_};
    graph_ = Graph::build(parse_pipeline(std::make_shared<Source>(Source{"bench", text})), context);
    graph_->attach(buffers_, batches_, counters_);
    entry_ = graph_->find("entry");
    for (unsigned i = 0; i < Batch::kCapacity; ++i) {
      packets_[i].data = frames_.data() + i * kFrame;
      packets_[i].length = 64;
    }
  }

  /// One batch of `size` packets, from the pool to the pool.
  void push(unsigned size) {
    auto batch = batches_.allocate();
    std::copy_n(packets_.begin(), size, batch->slots());
    batch->resize(size);
    graph_->push(*entry_, 0, std::move(batch));
  }

 private:
  std::array<std::uint8_t, Batch::kCapacity * kFrame> frames_{};
  std::array<Packet, Batch::kCapacity> packets_{};
  PortSet ports_;
  DeviceSet devices_;
  SharedStore shared_;
  HeapBufferPool buffers_{1};
  BatchPool batches_{16};
  WorkerCounters counters_;
  std::unique_ptr<Graph> graph_;
  Node* entry_;
};

/// The thread's CPU time: other programs on the core do not count.
double thread_seconds() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

void run(benchmark::State& state, std::string const& text, unsigned size) {
  Rig rig(text);
  auto const begin = thread_seconds();
  for (auto _ : state) rig.push(size);
  auto const spent = (thread_seconds() - begin) * cycles_per_second();
  auto const batches = static_cast<double>(state.iterations());
  state.counters["cycles/batch"] = spent / batches;
  state.counters["cycles/packet"] = spent / batches / size;
  state.SetItemsProcessed(state.iterations() * size);
}

void do_nothing_graph(benchmark::State& state) {
  std::string text = "entry :: BenchEntry";
  for (auto i = state.range(0); i > 0; --i) text += " -> Null";
  run(state, text + " -> BenchExit;", static_cast<unsigned>(state.range(1)));
}

void batch_splitting(benchmark::State& state) {
  run(state,
      "entry :: BenchEntry -> split :: BenchSplit(" + std::to_string(state.range(0)) +
          "); split[0] -> BenchExit; split[1] -> BenchExit;",
      static_cast<unsigned>(state.range(1)));
}

BENCHMARK(do_nothing_graph)
    ->ArgNames({"elements", "batch"})
    ->ArgsProduct({{0, 1, 5, 10}, {1, 32, 64, 256}});
BENCHMARK(batch_splitting)->ArgNames({"one_of", "batch"})->ArgsProduct({{0, 64, 8, 2}, {64, 256}});

}  // namespace
}  // namespace warpline
