// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "core/device/device.hpp"

/// Devices made of streams, as CUDA has them: everything above the few calls of `Driver` (transfer
/// forms, completion mechanisms, faults) is one code for CUDA and for this machine's threads.
namespace warpline::stream {

/// Result of a driver's call: 0 for success, `kNotReady`, else an error of the driver (with CUDA, a
/// `cudaError_t`).
using Status = int;
inline constexpr Status kOk = 0;
inline constexpr Status kNotReady = 600;  // cudaErrorNotReady

/// Handles of a driver.
struct StreamHandle;
struct EventHandle;

/// A copy of packets for a device: for each packet of `items`, in order, a descriptor with the
/// address of its copy. Copies begin at multiples of 16 bytes, with byte `from` of the packet.
struct StagedCopy {
  WorkItem const* items = nullptr;  ///< the packets, 1 to `Work::kMaxItems` lists of them
  std::uint32_t count = 0;
  std::uint32_t packets = 0;          ///< in all items
  PacketHead* descriptors = nullptr;  ///< on the device, `packets` of them
  std::uint8_t* bytes = nullptr;      ///< on the device
  std::uint32_t* offsets = nullptr;   ///< on the device, `packets` of them: scratch
  void* scratch = nullptr;            ///< on the device, `kScratch` bytes
  TouchedBytes touched_bytes;

  static constexpr std::size_t kScratch = 16 << 10;
};

/// The calls that a device is implemented with. Work is enqueued in stream order, and no call waits
/// for it. An error is returned by the call or by a later one.
class Driver {
 public:
  virtual ~Driver() = default;

  virtual std::string describe(Status status) const = 0;

  /// Only at start-up and at the end.
  virtual Status create(StreamHandle*& stream) = 0;
  virtual void destroy(StreamHandle* stream) noexcept = 0;
  virtual Status create(EventHandle*& event) = 0;
  virtual void destroy(EventHandle* event) noexcept = 0;
  virtual Status allocate(void*& memory, std::size_t size) = 0;
  virtual void release(void* memory) noexcept = 0;
  /// Host memory that the device accesses at the same address.
  virtual Status allocate_pinned(void*& memory, std::size_t size) = 0;
  virtual void release_pinned(void* memory) noexcept = 0;
  virtual Status pin(void* memory, std::size_t size) = 0;
  virtual void unpin(void* memory) noexcept = 0;
  /// Memory for a table, also while packets flow: allocating and freeing it delays no stream.
  virtual Status allocate_table(void*& memory, std::size_t size) = 0;
  virtual void release_table(void* memory) noexcept = 0;
  /// Writes to a table and waits for completion.
  virtual Status fill(void* device, void const* host, std::size_t size) = 0;

  virtual Status copy_in(StreamHandle* stream, void* device, void const* host,
                         std::size_t size) noexcept = 0;
  virtual Status copy_out(StreamHandle* stream, void* host, void const* device,
                          std::size_t size) noexcept = 0;
  /// The device reads `items`. `max_packets`: number of packets of the largest item.
  virtual Status launch(StreamHandle* stream, KernelCall const& call, WorkItem const* items,
                        std::uint32_t count, std::uint32_t max_packets) noexcept = 0;
  /// Writes the descriptors of a staged copy and copies the packets' bytes.
  virtual Status gather(StreamHandle* stream, StagedCopy const& staged_copy) noexcept = 0;
  /// Copies back the bytes that kernels write, as declared in `touched_bytes`.
  virtual Status scatter(StreamHandle* stream, StagedCopy const& staged_copy) noexcept = 0;
  /// Stores `value` to pinned memory.
  virtual Status write(StreamHandle* stream, std::uint32_t* flag, std::uint32_t value) noexcept = 0;
  /// Calls `function` on a thread of the driver, unless the device has failed.
  virtual Status call(StreamHandle* stream, void (*function)(void*), void* context) noexcept = 0;
  virtual Status record(StreamHandle* stream, EventHandle* event) noexcept = 0;

  /// `kOk` if all work before the event's last record is complete.
  virtual Status query(EventHandle* event) noexcept = 0;
  /// `kOk` if all work of the stream is complete; an error if the device has failed.
  virtual Status query(StreamHandle* stream) noexcept = 0;
};

}  // namespace warpline::stream
