// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/append.hpp>
#include <boost/asio/associated_allocator.hpp>
#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/recycling_allocator.hpp>
#include <cassert>
#include <memory>
#include <utility>

#include "core/device/device.hpp"
#include "core/engine/asio_names.hpp"

namespace warpline {

/// A lane of a device as an Asio I/O object: device work completes like a timer or a socket.
///
/// Each operation takes any completion token for `void(error_code)`, honours the handler's
/// associated executor, allocator and cancellation slot, completes exactly once and never inside
/// the initiating call, and gives its memory back before the handler runs. Completions of one lane
/// come in ticket order. Cancellation ends the waiting, not the device's work: buffers belong to
/// the device until the ticket is complete. Not thread-safe: one thread runs the context and calls
/// this.
class AsyncLane {
 public:
  using executor_type = asio::io_context::executor_type;

  /// How the lane learns that its fence has changed: the owner calls `poll` in a loop, as a worker
  /// does, or the device wakes the context.
  enum class Drive : std::uint8_t { kPolled, kWoken };

  AsyncLane(asio::io_context& context, std::unique_ptr<Lane> lane, Drive drive = Drive::kWoken);
  /// Waits for the device to be done with what was submitted; pending handlers are destroyed
  /// uncalled.
  ~AsyncLane();
  AsyncLane(AsyncLane const&) = delete;
  AsyncLane& operator=(AsyncLane const&) = delete;

  executor_type get_executor() const noexcept { return context_.get_executor(); }
  Lane& lane() noexcept { return *lane_; }

  /// True if waiting for `ticket` would complete at once: one load.
  bool completed(Ticket ticket) const noexcept {
    return ticket <= lane_->fence().completed.load(std::memory_order_acquire);
  }

  /// Completes when `ticket` is complete, with the device's error if the ticket failed.
  template <class Token>
  auto async_wait(Ticket ticket, Token&& token) {
    return asio::async_initiate<Token, void(error_code)>(
        [this, ticket](auto handler) { initiate(ticket, std::move(handler)); }, token);
  }

  /// Submits `work` and completes when it is done. What `work` points to must stay untouched until
  /// then, even if the operation is cancelled.
  template <class Token>
  auto async_execute(Work const& work, Token&& token) {
    return asio::async_initiate<Token, void(error_code)>(
        [this](auto handler, Work const& submitted) {
          initiate(lane_->submit(submitted), std::move(handler));
        },
        token, work);
  }

  /// Completes every operation whose ticket is complete; returns how many. Called on the context's
  /// thread, where handlers run inline.
  std::size_t poll();
  bool idle() const noexcept { return head_ == nullptr; }

  /// Lets wake-ups that are on their way find no lane. Then any thread may destroy it, once the lane is
  /// idle. On the context's thread.
  void retire() noexcept { self_->lane = nullptr; }

  /// Requests one `wake(context)` when the fence next changes; see `Lane::arm`.
  void arm(void (*wake)(void*), void* context) noexcept { lane_->arm(wake, context); }

 private:
  enum class End : std::uint8_t { kInvoke, kDestroy };
  struct Operation {
    Operation* next = nullptr;
    Operation* previous = nullptr;
    Ticket ticket = 0;
    bool cancelled = false;
    void (*end)(Operation*, error_code, End) = nullptr;
  };
  template <class Handler>
  struct Pending;
  /// A pending wake-up refers to this instead of the lane, which may be destroyed before the
  /// wake-up comes. A requested wake-up keeps it alive without allocating memory.
  struct Self {
    AsyncLane* lane = nullptr;
    std::shared_ptr<Self> kept;
  };

  template <class Handler>
  void initiate(Ticket ticket, Handler handler);
  void insert(Operation* operation) noexcept;
  void unlink(Operation* operation) noexcept;
  void wait_for_wake();
  error_code outcome(Ticket ticket) const noexcept;
  static void on_wake(void* self);

  asio::io_context& context_;
  std::unique_ptr<Lane> lane_;
  Drive drive_;
  bool waiting_for_wake_ = false;
  Operation* head_ = nullptr;
  Operation* tail_ = nullptr;
  std::shared_ptr<Self> self_;  // emptied on destruction
};

template <class Handler>
struct AsyncLane::Pending : Operation {
  using Executor = asio::associated_executor_t<Handler, executor_type>;
  using Allocator = typename std::allocator_traits<asio::associated_allocator_t<
      Handler, asio::recycling_allocator<void>>>::template rebind_alloc<Pending>;

  Pending(Handler h, executor_type const& own)
      : handler(std::move(h)), work(asio::get_associated_executor(handler, own)), own_work(own) {
    this->end = &Pending::finish;
  }

  static Allocator allocator(Handler const& handler) {
    return Allocator(asio::get_associated_allocator(handler, asio::recycling_allocator<void>()));
  }

  static void finish(Operation* base, error_code error, End end) {
    auto* self = static_cast<Pending*>(base);
    auto slot = asio::get_associated_cancellation_slot(self->handler);
    if (slot.is_connected()) slot.clear();
    Handler handler(std::move(self->handler));
    auto work = std::move(self->work);
    auto from = allocator(handler);
    self->~Pending();
    std::allocator_traits<Allocator>::deallocate(from, self, 1);
    if (end == End::kInvoke)
      asio::dispatch(work.get_executor(), asio::append(std::move(handler), error));
  }

  Handler handler;
  asio::executor_work_guard<Executor> work;
  asio::executor_work_guard<executor_type> own_work;  // the lane's context must run for us to end
};

template <class Handler>
void AsyncLane::initiate(Ticket ticket, Handler handler) {
  if (completed(ticket)) {
    auto executor = asio::get_associated_executor(handler, get_executor());
    asio::post(executor, asio::append(std::move(handler), outcome(ticket)));
    return;
  }
  using Op = Pending<Handler>;
  auto from = Op::allocator(handler);
  auto* memory = std::allocator_traits<typename Op::Allocator>::allocate(from, 1);
  auto* operation = new (memory) Op(std::move(handler), get_executor());
  operation->ticket = ticket;
  insert(operation);
  auto slot = asio::get_associated_cancellation_slot(operation->handler);
  if (slot.is_connected())
    slot.assign([this, operation](asio::cancellation_type) {
      // Completed from the next poll: never inside the call that cancels.
      operation->cancelled = true;
      unlink(operation);
      operation->ticket = 0;
      insert(operation);
      if (drive_ == Drive::kWoken)
        asio::post(context_, [self = self_] {
          if (self->lane != nullptr) self->lane->poll();
        });
    });
  if (drive_ == Drive::kWoken) wait_for_wake();
}

}  // namespace warpline
