// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>

#include "core/element/element.hpp"
#include "elements/balance/window_reader.hpp"

namespace warpline {

/// A balancer that does what a policy says, and shows it what came of it.
class PolicyElement : public Element {
 public:
  void process(BatchPtr batch, unsigned, Outputs& out) noexcept final;

 protected:
  /// `latencies`: the policy looks at the p99 of windows.
  PolicyElement(DeviceIndex device, bool latencies = false);

  virtual balance::Policy& policy() noexcept = 0;
  /// When the first batch comes; may change the limits of tasks.
  virtual void begin(TaskLimit& limit, std::size_t batches) noexcept { (void)limit, (void)batches; }
  /// After a window.
  virtual void observed() noexcept {}
  /// The device can be used, so far as is known. Any thread.
  bool usable() const noexcept { return usable_.load(std::memory_order_relaxed); }
  DeviceIndex device() const { return device_; }

 private:
  void observe(OffloadHandler& offload, Outputs& out) noexcept;

  DeviceIndex device_;
  WindowReader reader_;
  TaskLimit limit_;  // of the program; a policy's tasks are no larger
  double cycles_per_second_;
  std::uint64_t due_ = 0;
  std::atomic<bool> usable_{true};
};

/// A policy that consists in the own core's share.
template <class Policy>
class ShareElement : public PolicyElement {
 public:
  std::string explanation() const override;

 protected:
  template <class... Arguments>
  explicit ShareElement(DeviceIndex device, Arguments&&... arguments)
      : PolicyElement(device), policy_(std::forward<Arguments>(arguments)...) {
    ShareElement::observed();
  }
  Policy& policy() noexcept final { return policy_; }
  void observed() noexcept final {
    own_share_.store(policy_.own_share(), std::memory_order_relaxed);
  }

 private:
  Policy policy_;
  std::atomic<double> own_share_{1};
};

/// `the own core's share is 0.350`
std::string share_text(double own_share, bool usable);

template <class Policy>
std::string ShareElement<Policy>::explanation() const {
  return share_text(own_share_.load(std::memory_order_relaxed), usable());
}

}  // namespace warpline
