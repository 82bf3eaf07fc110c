// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <vector>

#include "core/device/device.hpp"

namespace warpline::test {

/// A lane whose fence the test sets by hand, from any thread.
class ManualLane final : public Lane {
 public:
  Ticket submit(Work const& work) noexcept override {
    submitted.push_back(work);
    return submitted.size();
  }
  void arm(void (*wake)(void*), void* context) noexcept override {
    context_ = context;
    wake_.store(wake, std::memory_order_release);
  }

  void complete(Ticket ticket) {
    fence_.completed.store(ticket);
    if (auto* const wake = wake_.exchange(nullptr, std::memory_order_acq_rel)) wake(context_);
  }
  void fail_from(Ticket ticket, DeviceError error) {
    fence_.error.store(static_cast<int>(error));
    fence_.first_failed.store(ticket);
  }
  bool armed() const { return wake_.load(std::memory_order_acquire) != nullptr; }
  ~ManualLane() override { complete(fence_.completed.load()); }

  std::vector<Work> submitted;

 private:
  std::atomic<void (*)(void*)> wake_{nullptr};
  void* context_ = nullptr;
};

}  // namespace warpline::test
