// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <system_error>
#include <type_traits>
#include <vector>

#include "core/device/device_table.hpp"
#include "core/packet/packet.hpp"
#include "core/packet/touched_bytes.hpp"

/// The interface between the engine and the code that runs kernels: plain structs, so that CUDA
/// sources need neither Asio nor DPDK.
namespace warpline {

/// Position in a lane's order of work; the first submitted work is 1.
using Ticket = std::uint64_t;

/// One batch of a task: packet heads at a fixed distance from each other, and the place for
/// results.
struct WorkItem {
  static constexpr std::uint32_t kMaxPackets = 256;  ///< of a batch

  std::byte* heads;
  std::uint32_t stride;  ///< bytes from one head to the next
  std::uint32_t count;
  std::byte* results;

  /// The item for separate heads, or for the heads of the packets in a batch.
  template <class Head>
  static WorkItem of(Head* heads, std::uint32_t count, std::byte* results) {
    static_assert(std::is_base_of_v<PacketHead, Head>);
    return {reinterpret_cast<std::byte*>(heads), sizeof(Head), count, results};
  }
  WARPLINE_HD PacketHead& head(std::uint32_t index) const {
    return *reinterpret_cast<PacketHead*>(heads + std::size_t{index} * stride);
  }
};

/// Runs a kernel over a batch on the host.
using HostBody = void (*)(void const* kernel, WorkItem const& item) noexcept;
/// Launches a kernel over `count` batches on a CUDA stream. No batch has more than `max_packets`
/// packets. Returns a cudaError_t. The device reads `items`.
using CudaLaunch = int (*)(void const* kernel, WorkItem const* items, std::uint32_t count,
                           std::uint32_t max_packets, void* stream) noexcept;

/// A kernel bound to its tables on one device.
struct KernelCall {
  HostBody host = nullptr;
  CudaLaunch cuda = nullptr;     ///< null in a build without CUDA
  void const* kernel = nullptr;  ///< the kernel object; lives as long as its element
};

/// The kernels of a segment in order, and the bytes that they touch.
struct KernelChain {
  static constexpr unsigned kMax = 8;
  std::array<KernelCall, kMax> calls{};
  /// Bytes per packet of the results of the kernels before each one. In a batch the results of
  /// kernel `k` begin at `WorkItem::results + result_begins[k] * WorkItem::kMaxPackets`.
  std::array<std::uint32_t, kMax> result_begins{};
  unsigned count = 0;
  TouchedBytes touched_bytes;

  /// Bytes per packet of the results of kernel `k`.
  std::uint32_t result_bytes(unsigned k) const {
    return (k + 1 < count ? result_begins[k + 1] : touched_bytes.result_bytes) - result_begins[k];
  }
};

/// The work of a lane: every kernel of the chain runs over every item. Only the lane accesses the
/// arrays, packets and results until the ticket of the work is complete.
struct Work {
  static constexpr std::uint32_t kMaxItems = 64;

  KernelChain const* chain = nullptr;
  WorkItem const* items = nullptr;
  std::uint32_t count = 0;
};

/// The completed work of a lane. One cache line, written by the device's side and read by the owner
/// of the lane.
struct alignas(64) CompletionFence {
  static constexpr Ticket kNever = ~Ticket{0};
  std::atomic<Ticket> completed{0};          ///< all tickets up to here are complete
  std::atomic<Ticket> first_failed{kNever};  ///< this ticket and all after it failed
  std::atomic<int> error{0};                 ///< with this value of `device_category()`
};

/// Errors of devices, as values of a `std::error_code`. After `kTimedOut` the device may still be
/// running, so memory that it can access must not be reused.
enum class DeviceError : int { kLost = 1, kTimedOut, kLaunchFailed, kClosed };
std::error_category const& device_category();
inline std::error_code make_error_code(DeviceError error) {
  return {static_cast<int>(error), device_category()};
}

/// One in-order queue of a device, owned by one thread.
class Lane {
 public:
  virtual ~Lane() = default;

  /// Submits work. On error its ticket fails. Waits only if the lane is full. Owner's thread only.
  virtual Ticket submit(Work const& work) noexcept = 0;

  CompletionFence const& fence() const { return fence_; }
  /// Updates the fence, if the device does not do so itself. The owner calls it once a turn while
  /// there is work.
  virtual void advance() noexcept {}

  /// Requests one call of `wake(context)`, from any thread, when all work submitted so far is
  /// complete, or earlier. The caller reads the fence once more before it sleeps.
  virtual void arm(void (*wake)(void*), void* context) noexcept = 0;

  /// Maximum size of one submission: packets, and bytes with each packet rounded up to a multiple
  /// of 16. At least a full batch of the longest frames.
  struct Room {
    std::uint64_t packets = ~std::uint64_t{0};
    std::uint64_t bytes = ~std::uint64_t{0};
  };
  virtual Room room() const noexcept { return {}; }
  /// The form of transfer of this lane.
  virtual Transfer transfer() const noexcept { return Transfer::kDirect; }
  /// The device's error message after a failure; may be empty.
  virtual std::string failure() const { return {}; }

 protected:
  CompletionFence fence_;
};

/// A device that runs kernels: helper threads of this machine, or a CUDA device.
class Device {
 public:
  enum class Kind : std::uint8_t { kCpu, kHost, kCuda };

  Device(std::string name, Kind kind) : name_(std::move(name)), kind_(kind) {}
  virtual ~Device() = default;
  Device(Device const&) = delete;
  Device& operator=(Device const&) = delete;

  /// `cpu`, `host`, `cuda:0`.
  std::string const& name() const { return name_; }
  Kind kind() const { return kind_; }
  virtual std::string description() const = 0;

  /// The form of transfer for a segment that touches `touched_bytes`: the configured one, or the
  /// one measured to be fastest.
  virtual Transfer transfer(TouchedBytes const& touched_bytes) const {
    (void)touched_bytes;
    return Transfer::kDirect;
  }

  /// Opens a lane with that form of transfer. All lanes must be destroyed before the device. Throws
  /// `ConfigError` if the device is out of memory.
  virtual std::unique_ptr<Lane> open_lane(Transfer transfer) = 0;

  /// Lets kernels access `size` bytes of this process's memory until `unpin`. Returns the reason
  /// for a failure, or an empty text. At start-up only.
  virtual std::string pin(void* memory, std::size_t size) {
    (void)memory, (void)size;
    return {};
  }
  virtual void unpin(void* memory) noexcept { (void)memory; }

  /// Memory for copies of tables; null if kernels run in this process and read the tables
  /// themselves.
  virtual std::shared_ptr<TableMemory> table_memory() { return nullptr; }

  /// Copies `count` objects to the device for its kernels to read. Waits for the device, so do not
  /// call it on a worker's thread while packets flow. Throws `ConfigError` if the device is out of
  /// memory.
  template <class T>
  DeviceTable<T> upload(T const* data, std::size_t count = 1) {
    return {table_memory(), data, count};
  }

 private:
  std::string name_;
  Kind kind_;
};

/// The worker's CPU as a device: kernels run inline, and it has no lanes.
class CpuDevice final : public Device {
 public:
  CpuDevice() : Device("cpu", Kind::kCpu) {}
  std::string description() const override { return "the worker's CPU"; }
  std::unique_ptr<Lane> open_lane(Transfer) override;
};

/// The devices of the program: index 0 is the worker's CPU.
class DeviceSet {
 public:
  DeviceSet();
  void add(std::unique_ptr<Device> device) { devices_.push_back(std::move(device)); }

  std::size_t size() const { return devices_.size(); }
  Device& operator[](std::size_t index) const { return *devices_[index]; }
  std::vector<std::string> names() const;

  /// The index of the device with the name `name`. Throws `ConfigError` with a list of the devices.
  std::uint16_t find(std::string const& name) const;
  /// The default device for offloading: the first CUDA device, else the host device.
  /// Throws `ConfigError` if there is neither.
  std::uint16_t preferred() const;

 private:
  std::vector<std::unique_ptr<Device>> devices_;
};

}  // namespace warpline

template <>
struct std::is_error_code_enum<warpline::DeviceError> : std::true_type {};
