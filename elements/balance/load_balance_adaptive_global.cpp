// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "core/element/context.hpp"
#include "elements/balance/balancer_args.hpp"
#include "elements/balance/offload_target.hpp"
#include "elements/balance/policy/adaptive_global.hpp"
#include "elements/balance/policy_element.hpp"

namespace warpline {

/// Moves one share for all workers towards the side on which a packet takes less time.
///
///     FromInput -> CheckIPHeader -> LoadBalanceAdaptiveGlobal -> FlowHash -> ToOutput;
///
/// After each period the first worker compares moving averages of the time per packet on its CPU
/// and on the busy device. It moves the share by STEP if they differ by more than TOLERANCE. If
/// they stay different, the share ends one step from the cheaper side, so both are seldom used. It
/// begins with halves. The device counts as busy until the worker has seen that a task is complete,
/// so it appears slower the fewer tasks it gets.
///
/// Ports: 1 in, 1 out.
/// Arguments: PERIOD: between two steps (default 100ms). STEP: of the share (0.001 to 0.5; default
/// 0.01). TOLERANCE: of the mean cost (default 0.05). DEVICE: name of the device (default the first
/// CUDA device, otherwise the host device).
/// Drops: none.
class LoadBalanceAdaptiveGlobal final : public ShareElement<balance::AdaptiveGlobal> {
 public:
  explicit LoadBalanceAdaptiveGlobal(Args& args)
      : LoadBalanceAdaptiveGlobal(args, offload_target(args), options(args)) {}

 private:
  using Options = balance::AdaptiveGlobal::Options;

  LoadBalanceAdaptiveGlobal(Args& args, DeviceIndex device, Options const& options)
      : ShareElement(device, options, args.seed(),
                     args.context().shared.get<std::atomic<double>>(
                         "share of " + args.element_name(),
                         [] { return std::make_shared<std::atomic<double>>(0.5); }),
                     args.context().worker == 0) {}

  static Options options(Args& args) {
    Options options;
    options.period = positive_seconds(args, "PERIOD", std::chrono::milliseconds(100));
    options.step = share_keyword(args, "STEP", options.step, 0.001);
    if (options.step > 0.5) throw args.error("STEP is above 0.5; expected 0.001 to 0.5", "STEP");
    options.tolerance = share_keyword(args, "TOLERANCE", options.tolerance);
    return options;
  }
};
WARPLINE_ELEMENT(LoadBalanceAdaptiveGlobal);

}  // namespace warpline
