// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "gpu/stream/driver.hpp"
#include "gpu/stream/options.hpp"

namespace warpline::stream {

class LaneResources;

/// Memory of one task in flight: pinned memory and device memory of the same layout.
struct TaskMemory {
  WorkItem* items = nullptr;   ///< pinned: the batches, `Work::kMaxItems` for each kernel
  WorkItem* copies = nullptr;  ///< pinned: the copies of the packets, one for each kernel
  std::byte* host = nullptr;   ///< pinned
  std::byte* device = nullptr;
  EventHandle* event = nullptr;
  StagedCopy staged_copy;  ///< for `gather`
};

/// One of a lane's streams, and where it reports completed tasks. Tickets here continue from one
/// lane to the next that uses the same resources.
struct LaneStream {
  StreamHandle* handle = nullptr;
  std::uint32_t* flag = nullptr;  ///< pinned, in a cache line of its own: the last complete ticket
  std::atomic<Ticket> called{0};  ///< the same, written by the `callback` mechanism
};

/// Argument of a callback of the driver. The number identifies the ticket that it reports.
struct Call {
  LaneResources* resources = nullptr;
  std::uint32_t number = 0;
};

/// Offsets within the memory of a task, in bytes. Descriptors of all packets come first, then the
/// packets' bytes, the results, and memory that only the device uses.
struct Layout {
  std::size_t bytes = 0, offsets = 0, scratch = 0, size = 0;

  static constexpr std::size_t round_up(std::size_t size) { return (size + 255) / 256 * 256; }

  Layout() = default;
  explicit Layout(Lane::Room const& limits);
};

/// The memory of a lane, in bytes.
struct LaneMemory {
  std::size_t pinned = 0;  ///< of this machine
  std::size_t device = 0;
};

/// What a lane with these options allocates, without tables: it grows with the longest packet.
LaneMemory memory_of_lane(Options const& options, Transfer transfer);

/// The streams and the task memory of a lane, allocated once and used by one lane after another. Only
/// the thread that owns the lane uses it.
class LaneResources {
 public:
  /// Throws `ConfigError` with the driver's message if there is not enough memory.
  LaneResources(Driver& driver, Options const& options, Transfer transfer,
                std::string const& device);
  ~LaneResources();
  LaneResources(LaneResources const&) = delete;
  LaneResources& operator=(LaneResources const&) = delete;

  Transfer transfer() const { return transfer_; }
  Lane::Room room() const { return room_; }
  Layout const& layout() const { return layout_; }
  std::span<LaneStream> streams() { return streams_; }
  /// The stream of a lane's ticket: consecutive tickets use the streams in turn.
  LaneStream& stream(Ticket ticket) { return streams_[(base + ticket) % streams_.size()]; }
  /// `kOk` if all streams are idle, `kNotReady` if one is busy, else an error.
  Status query();
  TaskMemory& memory(Ticket ticket) { return task_memory_[ticket % task_memory_.size()]; }
  std::size_t depth() const { return task_memory_.size(); }
  /// There are more calls than tasks in flight, so that a late or repeated call is recognised by
  /// its number.
  Call& call(Ticket ticket) { return calls_[ticket % calls_.size()]; }
  std::size_t calls() const { return calls_.size(); }

  // A wake-up requested from the driver. It may come after the lane is destroyed.
  std::atomic<bool> armed{false};
  Ticket base = 0;  ///< the last ticket of the previous lanes; flags continue from it
  void (*wake)(void*) = nullptr;
  void* wake_context = nullptr;

 private:
  void check(Status status, std::string const& what);
  void close() noexcept;

  Driver& driver_;
  std::string device_;
  Transfer transfer_;
  Layout layout_;
  Lane::Room room_;
  std::vector<LaneStream> streams_;
  std::uint32_t* flags_ = nullptr;
  std::vector<TaskMemory> task_memory_;
  std::vector<Call> calls_;
};

/// Keeps resources that a device may still write to until the program ends.
void keep_until_exit(std::unique_ptr<LaneResources> resources) noexcept;

}  // namespace warpline::stream
