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

/// Read-copy-update: a writer takes objects out of what readers see, and destroys them once no reader
/// can hold a reference to any.
///
/// Each worker is one reader, online while it makes turns. It holds pointers that it got from shared
/// tables within a turn at most, and says so at the end of each one (`quiescent`), which costs a load
/// and a store; only to go online, after it has slept, costs a locked addition. Readers never wait,
/// and a writer never waits for them: what cannot be destroyed yet stays in a list. Writers that
/// share a domain run on one thread, the control thread.
class Quiescence {
 public:
  /// A worker as the writer sees it. Made and destroyed by any thread (takes a lock); the other
  /// functions are for the worker's thread alone.
  class Reader {
   public:
    /// Online, with no reference. `domain` must outlive this object.
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

    /// The worker holds no reference, and takes none until `online()`.
    void offline() noexcept { seen_.store(kOffline, std::memory_order_release); }
    /// While online: the worker holds no reference at this moment, and may take some from now on.
    void quiescent() noexcept {
      // The load sees what the writer published before it began the period. What the worker has
      // read before is over when the store can be seen.
      seen_.store(domain_.epoch_.load(std::memory_order_acquire), std::memory_order_release);
    }
    /// The same for a worker that was offline.
    void online() noexcept {
      // The addition orders this against the writer's: either the writer sees a reader in its way,
      // or the reader sees what the writer published before.
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
  /// No reader may be left; what is still waiting is destroyed.
  ~Quiescence() = default;

  /// Begins a grace period: what was unpublished before is out of reach once it has `passed`.
  /// The writer alone.
  std::uint64_t begin() noexcept { return epoch_.fetch_add(1, std::memory_order_acq_rel) + 1; }

  /// Whether every reader that is registered is offline, or has gone online since `begin` returned
  /// `period`. The writer alone.
  bool passed(std::uint64_t period) const {
    std::lock_guard const lock(mutex_);
    return std::all_of(readers_.begin(), readers_.end(), [period](Reader const* reader) {
      return reader->seen_.load(std::memory_order_acquire) >= period;
    });
  }

  /// Destroys `object`, which no new reader can reach any more, when all have passed. The writer
  /// alone; nothing is destroyed before the next `collect`.
  template <class T>
  void retire(std::unique_ptr<T> object) {
    if (object) retired_.push_back({begin(), std::shared_ptr<void const>(std::move(object))});
  }

  /// Destroys what every reader has passed, oldest first, and returns how much still waits. The
  /// writer alone; takes a lock that no reader takes in its work.
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
