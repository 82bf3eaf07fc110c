// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "benchmarks/gpu/measure.hpp"
#include "benchmarks/gpu/owned.hpp"

namespace warpline::bench {
namespace {

constexpr std::size_t kBuffer = std::size_t{128} << 20;  // more than any cache holds
constexpr int kRepeats = 9;
constexpr std::size_t kBytes = std::size_t{64} << 20;  // in one timed row of copies

enum class CopyDirection : unsigned char { kIn, kOut, kBoth };

/// Walks through both buffers, so that no copy finds its bytes in a cache.
class Copies {
 public:
  Copies() : host_(kBuffer), host_out_(kBuffer), device_(kBuffer), device_out_(kBuffer) {
    std::fill_n(host_.get(), kBuffer, std::uint8_t{0x5a});
    std::fill_n(host_out_.get(), kBuffer, std::uint8_t{0});
    CUDA_TRY(cudaMemset(device_.get(), 0xa5, kBuffer));
    CUDA_TRY(cudaMemset(device_out_.get(), 0x33, kBuffer));
    CUDA_TRY(cudaDeviceSynchronize());
  }

  /// Microseconds for `count` copies of `size` bytes in each direction asked for.
  double time(CopyDirection direction, std::size_t size, std::size_t count) {
    return device_time_us(first_, [&] {
      if (direction == CopyDirection::kBoth) {
        CUDA_TRY(cudaEventRecord(begun_, first_));
        CUDA_TRY(cudaStreamWaitEvent(second_, begun_));
      }
      for (std::size_t i = 0; i < count; ++i) {
        if (direction != CopyDirection::kOut) copy_in(size, first_);
        if (direction != CopyDirection::kIn)
          copy_out(size, direction == CopyDirection::kBoth ? second_ : first_);
      }
      if (direction == CopyDirection::kBoth) {
        CUDA_TRY(cudaEventRecord(ended_, second_));
        CUDA_TRY(cudaStreamWaitEvent(first_, ended_));
      }
    });
  }

  /// One copy in, submitted and waited for.
  double round_trip_us(std::size_t size) {
    auto const begin = microseconds_now();
    copy_in(size, first_);
    first_.wait();
    return microseconds_now() - begin;
  }
  double submission_us(std::size_t size) {
    auto const begin = microseconds_now();
    copy_in(size, first_);
    auto const duration = microseconds_now() - begin;
    first_.wait();
    return duration;
  }

 private:
  void copy_in(std::size_t size, cudaStream_t stream) {
    auto const offset = next(size);
    CUDA_TRY(cudaMemcpyAsync(device_.get() + offset, host_.get() + offset, size,
                             cudaMemcpyHostToDevice, stream));
  }
  void copy_out(std::size_t size, cudaStream_t stream) {
    auto const offset = next(size);
    CUDA_TRY(cudaMemcpyAsync(host_out_.get() + offset, device_out_.get() + offset, size,
                             cudaMemcpyDeviceToHost, stream));
  }
  std::size_t next(std::size_t size) {
    at_ = at_ + 2 * size > kBuffer ? 0 : at_ + size;
    return at_;
  }

  Pinned<std::uint8_t> host_, host_out_;
  Owned<std::uint8_t> device_, device_out_;
  OwnedStream first_, second_;
  OwnedEvent begun_{cudaEventDisableTiming}, ended_{cudaEventDisableTiming};
  std::size_t at_ = 0;
};

template <class Measure>
double median_of(Measure&& measure) {
  std::vector<double> all;
  measure();
  for (int i = 0; i < kRepeats; ++i) all.push_back(measure());
  return median(all);
}

}  // namespace

void measure_copies(Rows& rows) {
  rows.note("copies",
            "pinned memory, back to back, timed by events on the device; both: sum of "
            "the two directions; median of 9 after one that is not counted");
  Copies copies;
  for (std::size_t size = 64 << 10; size <= 16u << 20; size *= 4) {
    auto const count = std::clamp<std::size_t>(kBytes / size, 4, 256);
    auto const rate = [&](CopyDirection direction) {
      auto const bytes =
          static_cast<double>(size * count) * (direction == CopyDirection::kBoth ? 2 : 1);
      return 1e-3 * bytes / median_of([&] { return copies.time(direction, size, count); });
    };
    rows.add("copies")
        .set("bytes", size)
        .set("to_device_GBps", rate(CopyDirection::kIn))
        .set("to_host_GBps", rate(CopyDirection::kOut))
        .set("both_GBps", rate(CopyDirection::kBoth))
        .set("submit_us", median_of([&] { return copies.submission_us(size); }))
        .set("one_and_wait_us", median_of([&] { return copies.round_trip_us(size); }));
  }
}

}  // namespace warpline::bench
