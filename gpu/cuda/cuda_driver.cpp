// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "gpu/cuda/cuda_driver.hpp"

#include "core/base/error.hpp"
#include "gpu/cuda/probe.hpp"

#ifdef WARPLINE_CUDA

#include <cuda.h>
#include <cuda_runtime_api.h>

#include <cstdlib>

#include "gpu/cuda/staged_copy.hpp"
#include "gpu/cuda/try.hpp"

namespace warpline::cuda {
namespace {

using stream::EventHandle;
using stream::StagedCopy;
using stream::Status;
using stream::StreamHandle;

static_assert(stream::kNotReady == cudaErrorNotReady);

using WriteValue = CUresult (*)(CUstream, CUdeviceptr, cuuint32_t, unsigned);

/// The driver's own function for a write in stream order; the program does not link the driver's
/// library, so that it starts without a driver. Null if the driver has no such function.
WriteValue write_value() {
  void* function = nullptr;
  cudaDriverEntryPointQueryResult query_result{};
  if (cudaGetDriverEntryPointByVersion("cuStreamWriteValue32", &function, 12000, cudaEnableDefault,
                                       &query_result) != cudaSuccess) {
    cudaGetLastError();
    return nullptr;
  }
  return query_result == cudaDriverEntryPointSuccess ? reinterpret_cast<WriteValue>(function)
                                                     : nullptr;
}

/// The CUDA runtime, call by call. Used by any thread: each call first selects the device, which
/// costs little if it is selected already.
class CudaDriver final : public stream::Driver {
 public:
  explicit CudaDriver(int index) : index_(index) {
    CUDA_TRY(select(index));
    CUDA_TRY(cudaFree(nullptr));  // makes the context, and loads all kernels: see `probe`
    write_ = write_value();
    int pools = 0;
    CUDA_TRY(cudaDeviceGetAttribute(&pools, cudaDevAttrMemoryPoolsSupported, index));
    pools_ = pools != 0;
    CUDA_TRY(cudaStreamCreateWithFlags(&control_, cudaStreamNonBlocking));
  }
  ~CudaDriver() override {
    select();
    to_status(cudaStreamDestroy(control_));
  }

  std::string describe(Status status) const override {
    auto const error = static_cast<cudaError_t>(status);
    return std::string(cudaGetErrorName(error)) + ", " + cudaGetErrorString(error);
  }

  Status create(StreamHandle*& stream) override {
    select();
    cudaStream_t created = nullptr;
    auto const status = to_status(cudaStreamCreateWithFlags(&created, cudaStreamNonBlocking));
    stream = reinterpret_cast<StreamHandle*>(created);
    return status;
  }
  void destroy(StreamHandle* stream) noexcept override {
    to_status(cudaStreamDestroy(native(stream)));
  }
  Status create(EventHandle*& event) override {
    select();
    cudaEvent_t created = nullptr;
    auto const status = to_status(cudaEventCreateWithFlags(&created, cudaEventDisableTiming));
    event = reinterpret_cast<EventHandle*>(created);
    return status;
  }
  void destroy(EventHandle* event) noexcept override { to_status(cudaEventDestroy(native(event))); }

  Status allocate(void*& memory, std::size_t size) override {
    select();
    return to_status(cudaMalloc(&memory, size));
  }
  void release(void* memory) noexcept override { to_status(cudaFree(memory)); }
  Status allocate_pinned(void*& memory, std::size_t size) override {
    select();
    return to_status(cudaHostAlloc(&memory, size, cudaHostAllocPortable | cudaHostAllocMapped));
  }
  void release_pinned(void* memory) noexcept override { to_status(cudaFreeHost(memory)); }
  Status pin(void* memory, std::size_t size) override {
    select();
    auto const status = to_status(
        cudaHostRegister(memory, size, cudaHostRegisterPortable | cudaHostRegisterMapped));
    if (status != stream::kOk) return status;
    void* device_address = nullptr;
    auto const mapped = to_status(cudaHostGetDevicePointer(&device_address, memory, 0));
    // Descriptors hold the host's addresses: kernels must be able to use them as they are.
    return mapped != stream::kOk      ? mapped
           : device_address != memory ? static_cast<Status>(cudaErrorNotSupported)
                                      : stream::kOk;
  }
  void unpin(void* memory) noexcept override { to_status(cudaHostUnregister(memory)); }
  // cudaMalloc and cudaFree would stall the device, and with it the packets of all workers.
  Status allocate_table(void*& memory, std::size_t size) override {
    select();
    return pools_ ? to_status(cudaMallocAsync(&memory, size, control_)) : allocate(memory, size);
  }
  void release_table(void* memory) noexcept override {
    if (!pools_) return release(memory);
    select();
    to_status(cudaFreeAsync(memory, control_));
  }
  Status fill(void* device, void const* host, std::size_t size) override {
    select();
    auto const status =
        to_status(cudaMemcpyAsync(device, host, size, cudaMemcpyHostToDevice, control_));
    return status != stream::kOk ? status : to_status(cudaStreamSynchronize(control_));
  }

  Status copy_in(StreamHandle* stream, void* device, void const* host,
                 std::size_t size) noexcept override {
    select();
    return to_status(cudaMemcpyAsync(device, host, size, cudaMemcpyHostToDevice, native(stream)));
  }
  Status copy_out(StreamHandle* stream, void* host, void const* device,
                  std::size_t size) noexcept override {
    select();
    return to_status(cudaMemcpyAsync(host, device, size, cudaMemcpyDeviceToHost, native(stream)));
  }
  Status launch(StreamHandle* stream, KernelCall const& call, WorkItem const* items,
                std::uint32_t count, std::uint32_t max_packets) noexcept override {
    if (call.cuda == nullptr) return cudaErrorInvalidDeviceFunction;
    select();
    return to_status(static_cast<cudaError_t>(
        call.cuda(call.kernel, items, count, max_packets, native(stream))));
  }
  Status gather(StreamHandle* stream, StagedCopy const& staged_copy) noexcept override {
    select();
    return to_status(static_cast<cudaError_t>(launch_gather(staged_copy, native(stream))));
  }
  Status scatter(StreamHandle* stream, StagedCopy const& staged_copy) noexcept override {
    select();
    return to_status(static_cast<cudaError_t>(launch_scatter(staged_copy, native(stream))));
  }
  Status write(StreamHandle* stream, std::uint32_t* flag, std::uint32_t value) noexcept override {
    if (write_ == nullptr) {
      select();
      return to_status(static_cast<cudaError_t>(launch_write(flag, value, native(stream))));
    }
    auto const result = write_(native(stream), reinterpret_cast<CUdeviceptr>(flag), value, 0);
    return static_cast<Status>(result);  // the numbers are the runtime's
  }
  Status call(StreamHandle* stream, void (*function)(void*), void* context) noexcept override {
    select();
    return to_status(cudaLaunchHostFunc(native(stream), function, context));
  }
  Status record(StreamHandle* stream, EventHandle* event) noexcept override {
    select();
    return to_status(cudaEventRecord(native(event), native(stream)));
  }

  Status query(EventHandle* event) noexcept override {
    return to_status(cudaEventQuery(native(event)));
  }
  Status query(StreamHandle* stream) noexcept override {
    return to_status(cudaStreamQuery(native(stream)));
  }

 private:
  static cudaStream_t native(StreamHandle* stream) {
    return reinterpret_cast<cudaStream_t>(stream);
  }
  static cudaEvent_t native(EventHandle* event) { return reinterpret_cast<cudaEvent_t>(event); }

  /// The runtime also keeps the error for the next `cudaGetLastError`; clear it.
  static Status to_status(cudaError_t error) noexcept {
    if (error != cudaSuccess) cudaGetLastError();
    return static_cast<Status>(error);
  }
  /// Every selection of a device goes through here, so that the thread can cache the selected one.
  static cudaError_t select(int index) noexcept {
    thread_local int selected = -1;
    if (selected == index) return cudaSuccess;
    auto const error = cudaSetDevice(index);
    if (error == cudaSuccess) selected = index;
    return error;
  }
  void select() const noexcept { to_status(select(index_)); }

  int index_;
  bool pools_ = false;              // the device can allocate in stream order
  cudaStream_t control_ = nullptr;  // of tables; used under the lock of `StreamTables`
  WriteValue write_ = nullptr;
};

class CudaDevice final : public stream::StreamDevice {
 public:
  CudaDevice(DeviceInfo info, stream::Options const& options)
      : StreamDevice("cuda:" + std::to_string(info.index), Kind::kCuda,
                     std::make_unique<CudaDriver>(info.index), options),
        info_(std::move(info)) {}

  std::string description() const override {
    return info_.name + ", " + std::to_string(info_.multiprocessors) + " multiprocessors, " +
           std::to_string(info_.memory >> 30) + " GiB";
  }

 private:
  DeviceInfo info_;
};

}  // namespace

std::unique_ptr<stream::StreamDevice> open_device(int index, stream::Options const& options) {
  auto const probe_result = probe();
  for (auto const& info : probe_result.devices) {
    if (info.index != index) continue;
    try {
      return std::make_unique<CudaDevice>(info, options);
    } catch (Error const& error) {
      throw ConfigError("device 'cuda:" + std::to_string(index) +
                        "' cannot be used: " + error.what());
    }
  }
  throw ConfigError("there is no device 'cuda:" + std::to_string(index) + "'" +
                    (probe_result.reason.empty() ? "" : ": " + probe_result.reason));
}

std::string try_to_pin(int index) {
  constexpr std::size_t kSize = 2u << 20;
  try {
    auto const device = open_device(index, {});
    std::unique_ptr<void, decltype(&std::free)> const memory(std::aligned_alloc(4096, kSize),
                                                             &std::free);
    auto reason = device->pin(memory.get(), kSize);
    if (reason.empty()) device->unpin(memory.get());
    return reason;
  } catch (ConfigError const& error) {
    return error.what();
  }
}

}  // namespace warpline::cuda

#else

namespace warpline::cuda {

std::unique_ptr<stream::StreamDevice> open_device(int index, stream::Options const&) {
  throw ConfigError("there is no device 'cuda:" + std::to_string(index) + "': " + probe().reason);
}

std::string try_to_pin(int) { return probe().reason; }

}  // namespace warpline::cuda

#endif
