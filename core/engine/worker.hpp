// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "core/base/quiescence.hpp"
#include "core/engine/graph_instance.hpp"

namespace warpline {

/// The options of one worker.
struct WorkerOptions {
  unsigned index = 0;
  int core = -1;              ///< the processor to pin the thread to; -1 leaves it free
  std::size_t batches = 512;  ///< batches of the worker's pool
  OffloadOptions offload;
  bool nap = false;  ///< sleep 50 us at a time when idle, if a port cannot wake the worker
  std::chrono::milliseconds longest_sleep{10};  ///< for events without a wake-up: stop, deadlines
  std::chrono::milliseconds drain_deadline{2000};
  /// The domain of the tables that elements read and the control thread changes in place.
  std::shared_ptr<Quiescence> readers = std::make_shared<Quiescence>();
  std::function<void()> on_thread_start = [] {};  ///< the first call on the thread
  std::function<void()> on_thread_end = [] {};
};

/// One thread with its event loop, graph instance, lanes and counters. Workers share no data that
/// is written.
///
/// A turn: polled elements (receive, graph, transmit), then the offloader (retire, submit), and
/// every 50 us, or sixteen turns when idle, timers of elements and the event loop: sockets, mail
/// from other threads.
class Worker final : private Waker {
 public:
  /// `memory` holds the batches; pinned if there is a device.
  Worker(WorkerOptions options, BufferPool& buffers,
         std::pmr::memory_resource* memory = std::pmr::get_default_resource());
  ~Worker();

  /// Before `start`.
  void adopt(std::unique_ptr<Graph> graph, DeviceSet& devices);

  /// Attaches a graph to this worker and opens lanes for it, for `replace`. Control thread, also
  /// while the worker runs. Throws `ConfigError` if a device is out of memory.
  GraphInstance instantiate(std::unique_ptr<Graph> graph, DeviceSet& devices);
  /// Runs the graph of `replacement` instead of the current one, as soon as the current one holds
  /// no packets; its sources are not polled until then. Packets that elements still hold at the
  /// drain deadline are dropped as `reload`. Elements of the same name and class keep their
  /// counters and state. One at a time; any thread. `replacement` must live until it is done or the
  /// worker is destroyed.
  void replace(GraphReplacement& replacement);

  /// Starts the thread.
  void start();
  /// Requests the worker to stop receiving, drain and end. Any thread.
  void stop() noexcept { stopping_.store(true, std::memory_order_release); }
  /// Waits for the thread.
  void join();
  /// True if the thread has ended: it was stopped and has drained, or all its sources have
  /// finished.
  bool done() const noexcept { return done_.load(std::memory_order_acquire); }

  /// Runs `task` on the worker's thread between two turns. Any thread; takes no lock that the data
  /// path takes.
  void post(std::function<void()> task);

  /// Binds an element to the next generation of a table. Any thread. `rebinding` must live until it
  /// is done or the worker is destroyed.
  void rebind(Rebinding& rebinding) {
    post([this, &rebinding] { running_.offloader->rebind(rebinding); });
  }

  WorkerOptions const& options() const { return options_; }
  /// The graph that runs. It exists until the control thread frees a `GraphReplacement`.
  Graph& graph() const { return *graph_.load(std::memory_order_acquire); }
  Offloader const& offloader() const { return *offloader_.load(std::memory_order_acquire); }
  WorkerCounters const& counters() const { return counters_; }

  /// For the watchdog: true while the thread is expected to make turns.
  bool awake() const noexcept { return awake_.load(std::memory_order_acquire); }

  /// After `done`: packets that are neither out nor dropped (zero unless the drain deadline
  /// passed).
  std::size_t left_inside() const noexcept;

 private:
  void thread();
  void turns();
  void begin_to_drain();
  /// Ends the worker or takes the next graph, once the current one is drained. Returns false then.
  bool keep_draining(bool worked);
  void take_replacement();
  void end();
  bool sleep();
  /// Maximum time that the worker may sleep: until its next timer is due, at most `longest_sleep`.
  std::chrono::nanoseconds sleep_time() const noexcept;
  void wake() noexcept override;
  bool watch(int file) noexcept override;

  WorkerOptions options_;
  Quiescence::Reader reader_;  // online while the thread makes turns
  BufferPool& buffers_;
  struct EventLoop;
  std::unique_ptr<EventLoop> loop_;
  BatchPool batches_;
  WorkerCounters counters_;
  GraphInstance running_;
  std::atomic<Graph*> graph_{nullptr};  // of `running_`
  std::atomic<Offloader*> offloader_{nullptr};
  GraphReplacement* replacement_ = nullptr;  // waits until `running_` is drained
  unsigned idle_turns_ = 0;
  bool draining_ = false;
  std::uint64_t drain_until_ = 0;
  std::atomic<bool> stopping_{false}, done_{false}, awake_{false};
  std::thread thread_;
};

}  // namespace warpline
