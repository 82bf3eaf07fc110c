// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cuda_runtime_api.h>

#include <cstddef>

#include "gpu/cuda/try.hpp"

namespace warpline::bench {

/// A stream of the current device that waits for no other.
class OwnedStream {
 public:
  OwnedStream() { CUDA_TRY(cudaStreamCreateWithFlags(&stream_, cudaStreamNonBlocking)); }
  ~OwnedStream() { cudaStreamDestroy(stream_); }
  OwnedStream(OwnedStream const&) = delete;
  OwnedStream& operator=(OwnedStream const&) = delete;
  operator cudaStream_t() const { return stream_; }
  void wait() const { CUDA_TRY(cudaStreamSynchronize(stream_)); }

 private:
  cudaStream_t stream_ = nullptr;
};

class OwnedEvent {
 public:
  explicit OwnedEvent(unsigned flags = cudaEventDefault) {
    CUDA_TRY(cudaEventCreateWithFlags(&event_, flags));
  }
  ~OwnedEvent() { cudaEventDestroy(event_); }
  OwnedEvent(OwnedEvent const&) = delete;
  OwnedEvent& operator=(OwnedEvent const&) = delete;
  operator cudaEvent_t() const { return event_; }

 private:
  cudaEvent_t event_ = nullptr;
};

enum class Where : unsigned char { kDevice, kPinned };

/// A piece of the device's memory, or of pinned memory that kernels reach at the same address.
template <class T, Where kWhere = Where::kDevice>
class Owned {
 public:
  explicit Owned(std::size_t count) : count_(count) {
    void* memory = nullptr;
    if (kWhere == Where::kDevice)
      CUDA_TRY(cudaMalloc(&memory, bytes()));
    else
      CUDA_TRY(cudaHostAlloc(&memory, bytes(), cudaHostAllocPortable | cudaHostAllocMapped));
    memory_ = static_cast<T*>(memory);
  }
  ~Owned() {
    if (kWhere == Where::kDevice)
      cudaFree(memory_);
    else
      cudaFreeHost(memory_);
  }
  Owned(Owned const&) = delete;
  Owned& operator=(Owned const&) = delete;

  T* get() const { return memory_; }
  std::size_t size() const { return count_; }
  std::size_t bytes() const { return count_ * sizeof(T); }

 private:
  std::size_t count_;
  T* memory_ = nullptr;
};
template <class T>
using Pinned = Owned<T, Where::kPinned>;

/// Microseconds on the device for the work that `enqueue` puts into the stream.
template <class Enqueue>
double device_time_us(cudaStream_t stream, Enqueue&& enqueue) {
  OwnedEvent const begin, end;
  CUDA_TRY(cudaEventRecord(begin, stream));
  enqueue();
  CUDA_TRY(cudaEventRecord(end, stream));
  CUDA_TRY(cudaEventSynchronize(end));
  float milliseconds = 0;
  CUDA_TRY(cudaEventElapsedTime(&milliseconds, begin, end));
  return 1e3 * static_cast<double>(milliseconds);
}

}  // namespace warpline::bench
