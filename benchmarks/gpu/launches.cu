// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "benchmarks/gpu/measure.hpp"
#include "benchmarks/gpu/owned.hpp"

namespace warpline::bench {
namespace {

constexpr int kWarmUp = 50;
constexpr int kRepeats = 500;

__global__ void add_one(unsigned* values, unsigned count) {
  auto const i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < count) values[i] += 1;
}
__global__ void nothing() {}

/// A small task as the engine has them: copy in, one kernel, copy out.
class Sequence {
 public:
  explicit Sequence(std::size_t bytes) : host_(bytes / 4), device_(bytes / 4) {
    for (std::size_t i = 0; i < host_.size(); ++i) host_.get()[i] = static_cast<unsigned>(i);
  }
  void enqueue(cudaStream_t stream) {
    auto const count = static_cast<unsigned>(device_.size());
    CUDA_TRY(
        cudaMemcpyAsync(device_.get(), host_.get(), host_.bytes(), cudaMemcpyHostToDevice, stream));
    add_one<<<(count + 255) / 256, 256, 0, stream>>>(device_.get(), count);
    CUDA_TRY(cudaGetLastError());
    CUDA_TRY(
        cudaMemcpyAsync(host_.get(), device_.get(), host_.bytes(), cudaMemcpyDeviceToHost, stream));
  }
  /// The number of times that the sequence has run, according to its result; -1 if it is wrong.
  long long runs() const {
    auto const runs = host_.get()[0];
    for (std::size_t i = 0; i < host_.size(); ++i)
      if (host_.get()[i] != static_cast<unsigned>(i) + runs) return -1;
    return runs;
  }

 private:
  Pinned<unsigned> host_;
  Owned<unsigned> device_;
};

/// The sequence as one graph.
class Graph {
 public:
  Graph(Sequence& sequence, OwnedStream const& stream) {
    CUDA_TRY(cudaStreamBeginCapture(stream, cudaStreamCaptureModeThreadLocal));
    sequence.enqueue(stream);
    CUDA_TRY(cudaStreamEndCapture(stream, &graph_));
    CUDA_TRY(cudaGraphInstantiate(&made_, graph_, 0));
  }
  ~Graph() {
    cudaGraphExecDestroy(made_);
    cudaGraphDestroy(graph_);
  }
  Graph(Graph const&) = delete;
  Graph& operator=(Graph const&) = delete;
  void enqueue(cudaStream_t stream) { CUDA_TRY(cudaGraphLaunch(made_, stream)); }

 private:
  cudaGraph_t graph_ = nullptr;
  cudaGraphExec_t made_ = nullptr;
};

template <class Enqueue>
Row& add(Rows& rows, OwnedStream const& stream, std::string const& what, std::size_t bytes,
         Enqueue&& enqueue) {
  std::vector<double> calls, rounds;
  for (int i = 0; i < kWarmUp + kRepeats; ++i) {
    auto const begin = microseconds_now();
    enqueue();
    auto const called = microseconds_now();
    stream.wait();
    auto const end = microseconds_now();
    if (i < kWarmUp) continue;
    calls.push_back(called - begin);
    rounds.push_back(end - begin);
  }
  constexpr int kInARow = 64;
  auto const row = device_time_us(stream, [&] {
    for (int i = 0; i < kInARow; ++i) enqueue();
  });
  return rows.add("launches")
      .set("what", what)
      .set("bytes", bytes)
      .set("submit_p50_us", median(calls))
      .set("submit_p99_us", quantile(calls, 0.99))
      .set("round_trip_p50_us", median(rounds))
      .set("round_trip_p99_us", quantile(rounds, 0.99))
      .set("in_a_row_us", row / kInARow);
}

}  // namespace

void measure_launches(Rows& rows) {
  rows.note("launches",
            "submit: time in the calls; round trip: until cudaStreamSynchronize "
            "returns; in a row: 64 of them, by events");
  OwnedStream const stream;
  add(rows, stream, "empty kernel", 0, [&] {
    nothing<<<1, 1, 0, stream>>>();
    CUDA_TRY(cudaGetLastError());
  }).set("right", true);
  for (std::size_t const bytes :
       {std::size_t{16} << 10, std::size_t{64} << 10, std::size_t{1} << 20}) {
    constexpr long long kRuns = kWarmUp + kRepeats + 64;
    Sequence calls(bytes);
    auto& plain = add(rows, stream, "copy, kernel, copy", bytes, [&] { calls.enqueue(stream); });
    plain.set("right", calls.runs() == kRuns);
    Sequence captured(bytes);
    Graph graph(captured, stream);
    auto& whole = add(rows, stream, "the same as one graph", bytes, [&] { graph.enqueue(stream); });
    whole.set("right", captured.runs() == kRuns);
  }
}

}  // namespace warpline::bench
