// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "core/engine/async_lane.hpp"

namespace warpline {

AsyncLane::AsyncLane(asio::io_context& context, std::unique_ptr<Lane> lane, Drive drive)
    : context_(context), lane_(std::move(lane)), drive_(drive), self_(std::make_shared<Self>()) {
  self_->lane = this;
}

AsyncLane::~AsyncLane() {
  lane_.reset();  // returns when the device no longer touches anything of ours
  if (self_->lane != nullptr) self_->lane = nullptr;  // `retire` has not been called
  while (head_ != nullptr) {
    auto* operation = head_;
    unlink(operation);
    operation->end(operation, {}, End::kDestroy);
  }
}

void AsyncLane::insert(Operation* operation) noexcept {
  auto* after = tail_;
  while (after != nullptr && after->ticket > operation->ticket) after = after->previous;
  operation->previous = after;
  operation->next = after != nullptr ? after->next : head_;
  (after != nullptr ? after->next : head_) = operation;
  (operation->next != nullptr ? operation->next->previous : tail_) = operation;
}

void AsyncLane::unlink(Operation* operation) noexcept {
  (operation->previous != nullptr ? operation->previous->next : head_) = operation->next;
  (operation->next != nullptr ? operation->next->previous : tail_) = operation->previous;
}

error_code AsyncLane::outcome(Ticket ticket) const noexcept {
  auto const& fence = lane_->fence();
  if (ticket < fence.first_failed.load(std::memory_order_acquire)) return {};
  return std::error_code(fence.error.load(std::memory_order_acquire), device_category());
}

std::size_t AsyncLane::poll() {
  lane_->advance();
  std::size_t count = 0;
  while (head_ != nullptr && completed(head_->ticket)) {
    auto* operation = head_;
    unlink(operation);
    auto const error = operation->cancelled ? error_code(asio::error::operation_aborted)
                                            : outcome(operation->ticket);
    operation->end(operation, error, End::kInvoke);
    ++count;
  }
  return count;
}

void AsyncLane::wait_for_wake() {
  if (waiting_for_wake_) return;
  waiting_for_wake_ = true;
  self_->kept = self_;
  lane_->arm(&AsyncLane::on_wake, self_.get());
  // Read once more after arming: a fence that changed in between has not woken the thread.
  lane_->advance();
  if (head_ != nullptr && completed(head_->ticket))
    asio::post(context_, [self = self_] {
      if (self->lane != nullptr) self->lane->poll();
    });
}

// Any thread. No other wake-up is requested until the handler has run, so `kept` is ours.
void AsyncLane::on_wake(void* request) {
  auto self = std::move(static_cast<Self*>(request)->kept);
  auto& context = self->lane->context_;
  asio::post(context, [self = std::move(self)] {
    if (self->lane == nullptr) return;
    auto& woken = *self->lane;
    woken.waiting_for_wake_ = false;
    woken.poll();
    if (woken.head_ != nullptr) woken.wait_for_wake();
  });
}

}  // namespace warpline
