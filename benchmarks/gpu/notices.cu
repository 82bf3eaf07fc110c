// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <cuda.h>

#include <atomic>
#include <functional>
#include <limits>

#include "benchmarks/gpu/measure.hpp"
#include "benchmarks/gpu/owned.hpp"

namespace warpline::bench {
namespace {

constexpr int kWarmUp = 50;
constexpr int kRepeats = 1000;
constexpr double kPatienceUs = 1e6;

__global__ void nothing() {}
__global__ void store(unsigned* flag, unsigned value) {
  __threadfence_system();
  *static_cast<unsigned volatile*>(flag) = value;
}

using WriteValue = CUresult (*)(CUstream, CUdeviceptr, cuuint32_t, unsigned);

/// Null if the driver has no such function.
WriteValue write_value() {
  void* function = nullptr;
  cudaDriverEntryPointQueryResult query_result{};
  auto const result = cudaGetDriverEntryPointByVersion("cuStreamWriteValue32", &function, 12000,
                                                       cudaEnableDefault, &query_result);
  if (result != cudaSuccess) cudaGetLastError();
  return result == cudaSuccess && query_result == cudaDriverEntryPointSuccess
             ? reinterpret_cast<WriteValue>(function)
             : nullptr;
}

/// How the end of a kernel is signalled: the work enqueued after it, and how the host sees it.
struct CompletionSignal {
  std::string name;
  std::function<void(unsigned number)> enqueue;
  std::function<bool(unsigned number)> seen;
};

void add(Rows& rows, OwnedStream const& stream, CompletionSignal const& signal) {
  std::vector<double> launches, calls, rounds;
  for (unsigned number = 1; number <= kWarmUp + kRepeats; ++number) {
    auto const begin = microseconds_now();
    nothing<<<1, 1, 0, stream>>>();
    auto const launched = microseconds_now();
    signal.enqueue(number);
    auto const called = microseconds_now();
    auto end = called;
    while (!signal.seen(number) && end - begin < kPatienceUs) end = microseconds_now();
    end = microseconds_now();
    if (end - begin >= kPatienceUs) throw std::runtime_error(signal.name + ": never came");
    stream.wait();
    if (number <= kWarmUp) continue;
    launches.push_back(launched - begin);
    calls.push_back(called - launched);
    rounds.push_back(end - begin);
  }
  rows.add("notices")
      .set("mechanism", signal.name)
      .set("available", true)
      .set("launch_p50_us", median(launches))
      .set("notice_call_p50_us", median(calls))
      .set("submission_to_notice_p50_us", median(rounds))
      .set("submission_to_notice_p99_us", quantile(rounds, 0.99));
}

}  // namespace

void measure_notices(Rows& rows) {
  rows.note("notices",
            "an empty kernel and the signal of its end, one at a time; the host "
            "looks all the time");
  OwnedStream const stream;
  Pinned<unsigned> const flag(64);
  *flag.get() = 0;
  auto const flagged = [&](unsigned number) {
    return std::atomic_ref(*flag.get()).load(std::memory_order_acquire) == number;
  };
  if (auto const write = write_value(); write != nullptr) {
    add(rows, stream,
        {"flag, cuStreamWriteValue32",
         [&](unsigned number) {
           if (write(stream, reinterpret_cast<CUdeviceptr>(flag.get()), number, 0) != CUDA_SUCCESS)
             throw std::runtime_error("cuStreamWriteValue32 fails");
         },
         flagged});
  } else {
    auto const none = std::numeric_limits<double>::quiet_NaN();
    rows.add("notices")
        .set("mechanism", "flag, cuStreamWriteValue32")
        .set("available", false)
        .set("launch_p50_us", none)
        .set("notice_call_p50_us", none)
        .set("submission_to_notice_p50_us", none)
        .set("submission_to_notice_p99_us", none);
  }
  *flag.get() = 0;
  add(rows, stream,
      {"flag, stored by a kernel",
       [&](unsigned number) { store<<<1, 1, 0, stream>>>(flag.get(), number); }, flagged});
  OwnedEvent const event(cudaEventDisableTiming);
  add(rows, stream,
      {"event, asked", [&](unsigned) { CUDA_TRY(cudaEventRecord(event, stream)); },
       [&](unsigned) { return cudaEventQuery(event) == cudaSuccess; }});
  OwnedEvent const blocking(cudaEventDisableTiming | cudaEventBlockingSync);
  add(rows, stream,
      {"event, slept for", [&](unsigned) { CUDA_TRY(cudaEventRecord(blocking, stream)); },
       [&](unsigned) {
         CUDA_TRY(cudaEventSynchronize(blocking));
         return true;
       }});
  std::atomic<unsigned> called{0};
  add(rows, stream,
      {"callback, cudaLaunchHostFunc",
       [&](unsigned) {
         CUDA_TRY(cudaLaunchHostFunc(
             stream,
             [](void* counter) { static_cast<std::atomic<unsigned>*>(counter)->fetch_add(1); },
             &called));
       },
       [&](unsigned number) { return called.load() == number; }});
}

}  // namespace warpline::bench
