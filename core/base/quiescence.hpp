// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <limits>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace warpline {

/// Read-copy-update: a writer unpublishes objects and destroys them when no reader can hold a
/// reference to them.
///
/// Each worker is one reader, online while it makes turns. It keeps pointers from shared tables for
/// at most one turn and calls `quiescent` at its end, which costs a load and a store. Going online
/// after sleep costs a locked addition. Readers never wait, and a writer never waits for them:
/// objects that cannot be destroyed yet stay in a list. All writers of a domain run on one thread,
/// the control thread.
class Quiescence {
 public:
  /// One worker. Any thread may create and destroy it, which takes a lock. Only the
  /// worker's thread calls the other functions.
  class Reader {
   public:
    /// Goes online, without references. `domain` must outlive this object.
    explicit Reader(Quiescence& domain) : domain_(domain) {
      std::lock_guard const lock(domain_.mutex_);
      domain_.readers_.push_back(this);
      online();
    }
    Reader(Reader const&) = delete;
    Reader& operator=(Reader const&) = delete;
    ~Reader() {
      std::lock_guard const lock(domain_.mutex_);
      std::erase(domain_.readers_, this);
    }

    /// Goes offline: the worker holds no reference and takes none until `online()`.
    void offline() noexcept { seen_.store(kOffline, std::memory_order_release); }
    /// Call it while online: the worker holds no reference now, and may take new ones afterwards.
    void quiescent() noexcept {
      // The load sees what the writer published before it began the period. All earlier reads of
      // the worker are complete when the store becomes visible.
      seen_.store(domain_.epoch_.load(std::memory_order_acquire), std::memory_order_release);
    }
    /// The same for a worker that was offline.
    void online() noexcept {
      // The addition orders this against the writer: either the writer sees this reader, or the
      // reader sees what the writer published before.
      seen_.store(kBlocking, std::memory_order_relaxed);
      seen_.store(domain_.epoch_.fetch_add(0, std::memory_order_acq_rel),
                  std::memory_order_release);
    }

   private:
    friend class Quiescence;
    Quiescence& domain_;
    alignas(64) std::atomic<std::uint64_t> seen_{kBlocking};
  };

  Quiescence() = default;
  Quiescence(Quiescence const&) = delete;
  Quiescence& operator=(Quiescence const&) = delete;
  /// Requires that there is no reader. Destroys the objects that have not been destroyed yet.
  ~Quiescence() = default;

  /// Begins a grace period. When it has `passed`, no reader can reach what was unpublished before
  /// it. For the writer.
  std::uint64_t begin() noexcept { return epoch_.fetch_add(1, std::memory_order_acq_rel) + 1; }

  /// True if every registered reader is offline or went online after `begin` returned `period`. For
  /// the writer.
  bool passed(std::uint64_t period) const {
    std::lock_guard const lock(mutex_);
    return std::all_of(readers_.begin(), readers_.end(), [period](Reader const* reader) {
      return reader->seen_.load(std::memory_order_acquire) >= period;
    });
  }

  /// Destroys `object` when all readers have passed; no new reader may be able to reach it. Nothing
  /// is destroyed before the next `collect`. For the writer.
  template <class T>
  void retire(std::unique_ptr<T> object) {
    if (object) retired_.push_back({begin(), std::shared_ptr<void const>(std::move(object))});
  }

  /// Destroys the objects that every reader has passed, oldest first, and returns how many still
  /// wait. For the writer; takes a lock that no reader takes in its work.
  std::size_t collect() {
    while (!retired_.empty() && passed(retired_.front().period)) retired_.pop_front();
    return retired_.size();
  }

 private:
  static constexpr std::uint64_t kBlocking = 0;  // before any grace period
  static constexpr std::uint64_t kOffline = std::numeric_limits<std::uint64_t>::max();

  struct Retired {
    std::uint64_t period;
    std::shared_ptr<void const> object;
  };

  alignas(64) std::atomic<std::uint64_t> epoch_{1};
  alignas(64) mutable std::mutex mutex_;
  std::vector<Reader*> readers_;
  std::deque<Retired> retired_;
};

}  // namespace warpline
