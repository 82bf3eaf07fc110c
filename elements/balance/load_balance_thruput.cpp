// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/balance/balancer_args.hpp"
#include "elements/balance/offload_target.hpp"
#include "elements/balance/policy/thruput.hpp"
#include "elements/balance/policy_element.hpp"

namespace warpline {

/// Moves in small steps to the CPU's share with the highest throughput.
///
///     FromInput -> CheckIPHeader -> LoadBalanceThruput -> FlowHash -> ToOutput;
///
/// NBA's default balancer. It begins with all batches on the CPU and moves the share while the
/// throughput grows, by up to two steps. The more is offloaded, the longer it observes a share: 2
/// periods, then 8, 16 and 32. It takes seconds to arrive; LoadBalanceAdaptive takes tenths. Unlike
/// NBA's, every worker uses its own transmitted packets, on any socket, and compares windows of the
/// same length.
///
/// Ports: 1 in, 1 out.
/// Arguments: PERIOD: between two observations (default 200ms). STEP: of the share (0.001 to 1;
/// default 0.02). DEVICE: name of the device (default the first CUDA device, otherwise the host
/// device).
/// Drops: none.
class LoadBalanceThruput final : public ShareElement<balance::Thruput> {
 public:
  explicit LoadBalanceThruput(Args& args)
      : ShareElement(offload_target(args), options(args), args.seed()) {}

 private:
  static balance::Thruput::Options options(Args& args) {
    return {.period = positive_seconds(args, "PERIOD", std::chrono::milliseconds(200)),
            .step = share_keyword(args, "STEP", 0.02, 0.001)};
  }
};
WARPLINE_ELEMENT(LoadBalanceThruput);

}  // namespace warpline
