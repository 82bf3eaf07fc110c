// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "core/element/context.hpp"
#include "core/element/element.hpp"
#include "elements/balance/offload_target.hpp"

namespace warpline {
namespace {

/// Sends all batches to one device.
class FixedDevice : public Element {
 public:
  LinkTypeSet link_types() const override { return LinkTypeSet::all(); }
  void process(BatchPtr batch, unsigned, Outputs& out) noexcept final {
    batch->device = device_;
    out.emit(std::move(batch));
  }

 protected:
  DeviceIndex device_ = kCpuDevice;
};

}  // namespace

/// Runs the offloadable elements after it on the worker's CPU.
///
///     FromInput -> CheckIPHeader -> CPUOnly -> FlowHash -> ToOutput;
///
/// Ports: 1 in, 1 out.
/// Arguments: none.
/// Drops: none.
class CPUOnly final : public FixedDevice {
 public:
  explicit CPUOnly(Args&) {}
};
WARPLINE_ELEMENT(CPUOnly);

/// Runs the offloadable elements after it on a device.
///
///     FromInput -> CheckIPHeader -> GPUOnly(DEVICE host) -> FlowHash -> ToOutput;
///
/// Ports: 1 in, 1 out.
/// Arguments: DEVICE: name of the device (default the first CUDA device, otherwise the host
/// device).
/// Drops: none.
class GPUOnly final : public FixedDevice {
 public:
  explicit GPUOnly(Args& args) { device_ = offload_target(args); }
};
WARPLINE_ELEMENT(GPUOnly);

/// CPUOnly or GPUOnly, chosen by the environment.
///
///     FromInput -> CheckIPHeader -> LoadBalanceByEnv -> FlowHash -> ToOutput;
///
/// Reads WARPLINE_LOADBALANCER_MODE, otherwise NBA_LOADBALANCER_MODE: `CPUOnly` (default) or
/// `GPUOnly`.
///
/// Ports: 1 in, 1 out.
/// Arguments: DEVICE: name of the device (default the first CUDA device, otherwise the host
/// device).
/// Drops: none.
class LoadBalanceByEnv final : public FixedDevice {
 public:
  explicit LoadBalanceByEnv(Args& args) {
    auto const setting = balancer_setting("LOADBALANCER_MODE");
    if (setting && setting->second == "GPUOnly")
      device_ = offload_target(args);
    else if (setting && setting->second != "CPUOnly")
      throw args.error("the environment's " + setting->first + " is '" + setting->second +
                       "'; expected CPUOnly or GPUOnly");
    else
      args.keyword<std::string>("DEVICE", "");
  }
};
WARPLINE_ELEMENT(LoadBalanceByEnv);

}  // namespace warpline
