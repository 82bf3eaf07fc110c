// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <utility>
#include <vector>

#include "core/device.hpp"

namespace warpline::test {

/// A lane whose frontier the test moves by hand.
class ManualLane final : public Lane {
 public:
  Ticket submit(Work const& work) noexcept override {
    submitted.push_back(work);
    return submitted.size();
  }
  void arm(void (*wake)(void*), void* context) noexcept override {
    wake_ = wake;
    context_ = context;
  }

  void reach(Ticket ticket) {
    frontier_.reached.store(ticket);
    if (auto* const wake = std::exchange(wake_, nullptr)) wake(context_);
  }
  void fail_from(Ticket ticket, DeviceError error) {
    frontier_.error.store(static_cast<int>(error));
    frontier_.first_failed.store(ticket);
  }
  bool armed() const { return wake_ != nullptr; }
  ~ManualLane() override {
    if (wake_ != nullptr) wake_(context_);
  }

  std::vector<Work> submitted;

 private:
  void (*wake_)(void*) = nullptr;
  void* context_ = nullptr;
};

}  // namespace warpline::test
