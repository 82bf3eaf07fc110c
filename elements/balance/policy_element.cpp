// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/balance/policy_element.hpp"

#include <algorithm>
#include <cstdio>

#include "core/base/clock.hpp"

namespace warpline {

PolicyElement::PolicyElement(DeviceIndex device, bool latencies)
    : device_(device), reader_(device, latencies), cycles_per_second_(cycles_per_second()) {}

void PolicyElement::process(BatchPtr batch, unsigned, Outputs& out) noexcept {
  auto* const offload = out.offload();
  batch->device = kCpuDevice;
  if (offload != nullptr && offload->usable(device_)) [[likely]] {
    if (out.now() >= due_) observe(*offload, out);
    if (policy().to_device(reader_.present(out))) batch->device = device_;
  } else if (usable()) {
    usable_.store(false, std::memory_order_relaxed);
  }
  out.emit(std::move(batch));
}

void PolicyElement::observe(OffloadHandler& offload, Outputs& out) noexcept {
  auto const window = reader_.read(out);
  if (due_ == 0) {
    limit_ = offload.task_limit(device_);
    begin(limit_, out.batches().capacity());
  } else {
    policy().observe(window);
    observed();
  }
  due_ = out.now() + static_cast<std::uint64_t>(policy().period() * cycles_per_second_);
  if (auto const packets = policy().task_packets(); packets > 0) {
    auto limit = limit_;
    limit.packets = std::min(limit.packets, packets);
    offload.limit_tasks(device_, limit);
  }
}

std::string share_text(double cpu_share, bool usable) {
  char text[64];
  std::snprintf(text, sizeof text, "the CPU's share is %.3f", cpu_share);
  return text + std::string(usable ? "" : "; no usable device");
}

}  // namespace warpline
