// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/balance/balancer_args.hpp"
#include "elements/balance/offload_target.hpp"
#include "elements/balance/policy/ppc.hpp"
#include "elements/balance/policy_element.hpp"

namespace warpline {

/// Minimizes the mean time per packet, computed from the time on either side.
///
///     FromInput -> CheckIPHeader -> LoadBalancePPC -> FlowHash -> ToOutput;
///
/// It splits in halves until both times are known and jumps to the cheaper side. From there it
/// moves the share by STEP, and reverses when the mean does not fall. DEPTH batches go to the
/// device in a row, followed by the batches of the CPU's share. Unlike NBA's, it uses the share
/// that it found, a share of 1 is possible, every worker has its own, and the device's time is its
/// busy time.
///
/// Ports: 1 in, 1 out.
/// Arguments: PERIOD: between two steps (default 200ms). STEP: of the share (0.001 to 1; default
/// 0.05). DEPTH: batches in a row (1 to 1024; default 32). DEVICE: name of the device (default the
/// first CUDA device, otherwise the host device).
/// Drops: none.
class LoadBalancePPC final : public ShareElement<balance::Ppc> {
 public:
  explicit LoadBalancePPC(Args& args) : ShareElement(offload_target(args), options(args)) {}

 private:
  static balance::Ppc::Options options(Args& args) {
    return {.period = positive_seconds(args, "PERIOD", std::chrono::milliseconds(200)),
            .step = share_keyword(args, "STEP", 0.05, 0.001),
            .depth = count_keyword(args, "DEPTH", 32, 1, 1024)};
  }
};
WARPLINE_ELEMENT(LoadBalancePPC);

}  // namespace warpline
