// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>

#include "core/element/element.hpp"
#include "elements/balance/window_reader.hpp"

namespace warpline {

/// A balancer that applies the decisions of a policy, and shows the results to it.
class PolicyElement : public Element {
 public:
  LinkTypeSet link_types() const override { return LinkTypeSet::all(); }
  void process(BatchPtr batch, unsigned, Outputs& out) noexcept final;

 protected:
  /// `latencies`: the policy looks at the p99 of windows.
  PolicyElement(DeviceIndex device, bool latencies = false);

  virtual balance::Policy& policy() noexcept = 0;
  /// Called at the first batch; may change the limits of tasks.
  virtual void begin(TaskLimit& limit, std::size_t batches) noexcept { (void)limit, (void)batches; }
  /// After a window.
  virtual void observed() noexcept {}
  /// True if the device can be used, as far as is known. Any thread.
  bool usable() const noexcept { return usable_.load(std::memory_order_relaxed); }
  DeviceIndex device() const { return device_; }

 private:
  void observe(OffloadHandler& offload, Outputs& out) noexcept;

  DeviceIndex device_;
  WindowReader reader_;
  TaskLimit limit_;  // of the program; a policy's tasks are not larger
  double cycles_per_second_;
  std::uint64_t due_ = 0;
  std::atomic<bool> usable_{true};
};

/// A policy that is defined by the CPU's share.
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
    cpu_share_.store(policy_.cpu_share(), std::memory_order_relaxed);
  }

 private:
  Policy policy_;
  std::atomic<double> cpu_share_{1};
};

/// `the CPU's share is 0.350`
std::string share_text(double cpu_share, bool usable);

template <class Policy>
std::string ShareElement<Policy>::explanation() const {
  return share_text(cpu_share_.load(std::memory_order_relaxed), usable());
}

}  // namespace warpline
