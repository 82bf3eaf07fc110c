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

class Arena;

/// Memory of one task in flight: pinned memory and device memory of the same layout.
struct Slot {
  WorkItem* items = nullptr;   ///< pinned: the batches, `Work::kMaxItems` for each kernel
  WorkItem* copies = nullptr;  ///< pinned: the copies of the packets, one for each kernel
  std::byte* host = nullptr;   ///< pinned
  std::byte* device = nullptr;
  EventHandle* event = nullptr;
  Mirror mirror;  ///< for `gather`
};

/// One of a lane's streams, and where it reports completed tasks. Tickets here count all lanes that
/// have used the arena.
struct LaneStream {
  StreamHandle* handle = nullptr;
  std::uint32_t* flag = nullptr;  ///< pinned, its own cache line: the last ticket that is complete
  std::atomic<Ticket> called{0};  ///< the same, written by the `callback` mechanism
};

/// Argument of a call of the driver: which of the last tickets it reports.
struct Call {
  Arena* arena = nullptr;
  std::uint32_t number = 0;
};

/// Offsets of the parts of a task in a slot: the descriptors of all packets, their bytes, after the
/// bytes of each task its results, and then memory that only the device uses.
struct Layout {
  std::size_t bytes = 0, offsets = 0, scratch = 0, size = 0;

  static constexpr std::size_t round_up(std::size_t size) { return (size + 255) / 256 * 256; }

  Layout() = default;
  explicit Layout(Lane::Room const& room);
};

/// The stream and memory of a lane, allocated once and used by one lane after another. Only the thread
/// that owns the lane uses it.
class Arena {
 public:
  /// Throws `ConfigError` with the driver's message if there is not enough memory.
  Arena(Driver& driver, Options const& options, Transfer transfer, std::string const& device);
  ~Arena();
  Arena(Arena const&) = delete;
  Arena& operator=(Arena const&) = delete;

  Transfer transfer() const { return transfer_; }
  Lane::Room room() const { return room_; }
  Layout const& layout() const { return layout_; }
  std::span<LaneStream> streams() { return streams_; }
  /// The stream of a lane's ticket: consecutive tickets use the streams in turn.
  LaneStream& stream(Ticket ticket) { return streams_[(base + ticket) % streams_.size()]; }
  /// `kOk` if all work of all streams is complete, `kNotReady` if one is still at work, else an error.
  Status query();
  Slot& slot(Ticket ticket) { return slots_[ticket % slots_.size()]; }
  std::size_t depth() const { return slots_.size(); }
  /// More calls than tasks in flight: a call that comes late or twice is recognised by its number.
  Call& call(Ticket ticket) { return calls_[ticket % calls_.size()]; }
  std::size_t calls() const { return calls_.size(); }

  // A wake-up requested from the driver: it may come after the lane is destroyed.
  std::atomic<bool> armed{false};
  Ticket base = 0;  ///< the last ticket of the lanes before: flags go on from there
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
  std::vector<Slot> slots_;
  std::vector<Call> calls_;
};

/// Keeps an arena that a device may still write to when the program ends.
void keep_for_ever(std::unique_ptr<Arena> arena) noexcept;

}  // namespace warpline::stream
