// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/balance/balancer_args.hpp"
#include "elements/balance/offload_target.hpp"
#include "elements/balance/policy/thruput.hpp"
#include "elements/balance/policy_element.hpp"

namespace warpline {

/// Climbs in small steps to the own core's share with the highest throughput.
///
///     FromInput -> CheckIPHeader -> LoadBalanceThruput -> FlowHash -> ToOutput;
///
/// NBA's default balancer. It begins with all on the own core and moves the share on as long as
/// throughput grows, by up to two steps; the more is offloaded the longer it looks at a share: 2
/// periods, then 8, 16 and 32. Seconds pass until it has arrived: LoadBalanceAdaptive is there in
/// tenths. Unlike NBA's, every worker climbs by what itself transmits, on any socket, and compares
/// windows as long as those it has moved in.
///
/// Ports: 1 in, 1 out.
/// Arguments: PERIOD: between two looks (default 200ms). STEP: of the share (0.001 to 1; default
/// 0.02). DEVICE: name of the device (default the first CUDA device, else the host device).
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
