// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0

#include "core/base/numbers.hpp"
#include "core/base/random.hpp"
#include "core/element/element.hpp"
#include "elements/balance/offload_target.hpp"

namespace warpline {

/// Runs a fixed share of the batches, chosen at random, on the worker's CPU and the others on a
/// device.
///
///     FromInput -> CheckIPHeader -> LoadBalanceByWeight(0.3) -> FlowHash -> ToOutput;
///
/// The random numbers depend on the program's seed, the element's name and the worker.
///
/// Ports: 1 in, 1 out.
/// Arguments: WEIGHT: the CPU's share (0 to 1), or from-env: the value of
/// WARPLINE_LOADBALANCER_CPU_RATIO, otherwise NBA_LOADBALANCER_CPU_RATIO, otherwise 1. DEVICE: name
/// of the device (default the first CUDA device, otherwise the host device); a share of 1 needs
/// none.
/// Drops: none.
class LoadBalanceByWeight final : public Element {
 public:
  explicit LoadBalanceByWeight(Args& args) : random_(args.seed()) {
    auto const text = args.required<std::string>("WEIGHT");
    cpu_share_ = text == "from-env" ? from_environment(args) : parse(text);
    if (!valid(cpu_share_))
      throw args.error("WEIGHT is '" + text + "'; expected a share from 0 to 1, or from-env",
                       "WEIGHT");
    if (cpu_share_ < 1)
      device_ = offload_target(args);
    else
      args.keyword<std::string>("DEVICE", "");
  }

  LinkTypeSet link_types() const override { return LinkTypeSet::all(); }
  void process(BatchPtr batch, unsigned, Outputs& out) noexcept override {
    batch->device = random_.fraction() < cpu_share_ ? kCpuDevice : device_;
    out.emit(std::move(batch));
  }

 private:
  static bool valid(double share) { return share >= 0 && share <= 1; }

  /// -1 if it is not a number.
  static double parse(std::string const& text) { return to_number<double>(text).value_or(-1); }
  static double from_environment(Args& args) {
    auto const setting = balancer_setting("LOADBALANCER_CPU_RATIO");
    if (!setting) return 1;
    auto const share = parse(setting->second);
    if (!valid(share))
      throw args.error("the environment's " + setting->first + " is '" + setting->second +
                           "'; expected a share from 0 to 1",
                       "WEIGHT");
    return share;
  }

  Random random_;
  double cpu_share_ = 1;
  DeviceIndex device_ = kCpuDevice;
};
WARPLINE_ELEMENT(LoadBalanceByWeight);

}  // namespace warpline
