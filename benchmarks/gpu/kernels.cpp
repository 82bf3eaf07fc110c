// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <limits>

#include "benchmarks/gpu/measure.hpp"
#include "benchmarks/gpu/staged_copies.hpp"
#include "gpu/cuda/cuda_driver.hpp"

namespace warpline::bench {
namespace {

constexpr std::size_t kPackets = 16384;
constexpr int kRepeats = 9;

int attribute(cudaDeviceAttr which) {
  int value = 0;
  CUDA_TRY(cudaDeviceGetAttribute(&value, which, 0));
  return value;
}

/// The maximum speed of the device, according to its properties.
struct Limits {
  double memory = 0;  ///< bytes/s
  double clocks = 0;  ///< of all multiprocessors together, 1/s
  std::size_t cache = 0;

  static Limits of_device() {
    Limits limits;
    limits.memory = 2e3 * attribute(cudaDevAttrMemoryClockRate) *
                    attribute(cudaDevAttrGlobalMemoryBusWidth) / 8;
    limits.clocks =
        1e3 * attribute(cudaDevAttrClockRate) * attribute(cudaDevAttrMultiProcessorCount);
    limits.cache = static_cast<std::size_t>(attribute(cudaDevAttrL2CacheSize));
    return limits;
  }
};

/// Several launches as one graph: the host's time to start one is not measured.
class Launches {
 public:
  Launches(KernelCall const& call, StagedCopies& copies, std::uint32_t task, unsigned count,
           OwnedStream const& stream)
      : copies_(copies), stream_(stream) {
    auto const per_copy = std::max<std::size_t>(1, copies.packets() / task);
    // Each packet once: a decrypted packet would not be decrypted again.
    count_ = static_cast<unsigned>(std::min<std::size_t>(count, per_copy * copies.count()));
    std::vector<WorkItem const*> items;
    for (unsigned i = 0; i < count_; ++i)
      items.push_back(
          copies.item(static_cast<unsigned>(i / per_copy), i % per_copy * task, task, stream));
    CUDA_TRY(cudaStreamBeginCapture(stream, cudaStreamCaptureModeThreadLocal));
    int status = 0;
    for (auto const* item : items)
      if (status == 0) status = call.cuda(call.kernel, item, 1, task, stream);
    CUDA_TRY(cudaStreamEndCapture(stream, &graph_));
    CUDA_TRY(static_cast<cudaError_t>(status));
    CUDA_TRY(cudaGraphInstantiate(&made_, graph_, 0));
  }
  ~Launches() {
    cudaGraphExecDestroy(made_);
    cudaGraphDestroy(graph_);
  }
  Launches(Launches const&) = delete;
  Launches& operator=(Launches const&) = delete;

  unsigned count() const { return count_; }
  double one_us() {
    std::vector<double> all;
    for (int i = 0; i <= kRepeats; ++i) {
      copies_.restore(stream_);
      auto const duration =
          device_time_us(stream_, [&] { CUDA_TRY(cudaGraphLaunch(made_, stream_)); });
      if (i > 0) all.push_back(duration / count_);
    }
    return median(all);
  }

 private:
  StagedCopies& copies_;
  OwnedStream const& stream_;
  unsigned count_ = 0;
  cudaGraph_t graph_ = nullptr;
  cudaGraphExec_t made_ = nullptr;
};

/// The minimum time of the task, by memory and by arithmetic, in microseconds.
struct Floor {
  double memory = 0, arithmetic = 0;

  Floor(Limits const& limits, KernelCase const& subject, TouchedBytes const& touched_bytes,
        double bytes, double packets) {
    auto const moved =
        bytes * (touched_bytes.edits() ? 2 : 1) +
        packets * (sizeof(PacketHead) + static_cast<double>(touched_bytes.result_bytes));
    memory = 1e6 * moved / limits.memory;
    if (subject.bytes_per_clock > 0)
      arithmetic = 1e6 * bytes / (subject.bytes_per_clock * limits.clocks);
  }
  double us() const { return std::max(memory, arithmetic); }
};

void measure_case(Rows& rows, KernelCase const& subject, DeviceSet& devices, unsigned size,
                  Limits const& limits, OwnedStream const& stream) {
  auto& device = devices[devices.size() - 1];
  Prepared prepared(subject, devices, size, kPackets);
  if (prepared.packets() == 0) {
    rows.note("kernels", subject.name + ": no packet of " + std::to_string(size) + " bytes is");
    return;
  }
  StagedCopies copies(prepared, 2 * limits.cache);
  auto const call = prepared.element().call(device);
  auto const all = static_cast<std::uint32_t>(copies.packets());
  CUDA_TRY(static_cast<cudaError_t>(
      call.cuda(call.kernel, copies.item(0, 0, all, stream), 1, all, stream)));
  stream.wait();
  bool const right = copies.right(prepared);
  for (std::uint32_t const task : {1024u, 4096u, 16384u}) {
    auto const packets = std::min(task, all);
    auto const bytes = static_cast<double>(copies.bytes()) * packets / all;
    auto const to_leave_cache = 2 * static_cast<double>(limits.cache) / bytes;
    auto const count = static_cast<unsigned>(std::clamp(to_leave_cache, 8.0, 256.0));
    Launches launches(call, copies, packets, count, stream);
    auto const us = launches.one_us();
    Floor const floor(limits, subject, prepared.touched_bytes(), bytes, packets);
    rows.add("kernels")
        .set("element", subject.name)
        .set("payload", subject.payload)
        .set("frame_bytes", size)
        .set("packets", packets)
        .set("us", us)
        .set("Mpps", packets / us)
        .set("Gbps", 8e-3 * packets * size / us)
        .set("calculated_floor_us", floor.us())
        .set("floor_is", floor.arithmetic > floor.memory ? "arithmetic" : "memory")
        .set("times_floor", us / floor.us())
        .set("rotates_over_MB", 1e-6 * bytes * launches.count())
        .set("as_body", right);
  }
}

}  // namespace

void measure_kernels(Rows& rows) {
  rows.note("kernels",
            "packets in device memory, one item a task, launches of one graph by events, median "
            "of 9; as_body: the first launch gave the bytes and results of the CPU's body");
  rows.note("kernels",
            "calculated floor: no measurement. Bytes read and written at the memory's "
            "clock and width, or the algorithm's instructions at the device's clock");
  auto const limits = Limits::of_device();
  rows.add("limits, calculated from the device's attributes")
      .set("memory_GBps", 1e-9 * limits.memory)
      .set("multiprocessor_clocks_per_second", limits.clocks)
      .set("l2_bytes", limits.cache);
  ScratchFolder const folder;
  DeviceSet devices;
  devices.add(cuda::open_device(0, {}));
  OwnedStream const stream;
  for (auto const& subject : kernel_cases(folder)) {
    if (subject.pipeline.empty()) {
      rows.note("kernels", subject.name + " is not measured: add a line to kernel_cases.cpp");
      continue;
    }
    if (!subject.floor.empty()) rows.note("kernels", subject.name + ": " + subject.floor);
    for (auto const size : subject.sizes)
      measure_case(rows, subject, devices, size, limits, stream);
  }
}

}  // namespace warpline::bench
