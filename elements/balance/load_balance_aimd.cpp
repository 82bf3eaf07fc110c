// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/balance/balancer_args.hpp"
#include "elements/balance/offload_target.hpp"
#include "elements/balance/policy/aimd.hpp"
#include "elements/balance/policy_element.hpp"

namespace warpline {

/// Reduces the load of the CPU by large steps while it is busy, and increases it by small ones.
///
///     FromInput -> CheckIPHeader -> LoadBalanceAIMD -> FlowHash -> ToOutput;
///
/// After each period the CPU's share is halved if the worker was busier than OVERLOAD, or lowered
/// by DECREASE if it was busier than BUSY, and then raised by INCREASE. It protects a worker from
/// overload; it does not search for the highest throughput. Unlike NBA's, busy is the time in which
/// the worker had work: a thread that polls uses all of its processor time.
///
/// Ports: 1 in, 1 out.
/// Arguments: PERIOD: between two steps (default 100ms). OVERLOAD: share of time (default 0.98).
/// BUSY: share of time (default 0.9). DECREASE: of the share (default 0.2). INCREASE: of the share
/// (default 0.01). DEVICE: name of the device (default the first CUDA device, otherwise the host
/// device).
/// Drops: none.
class LoadBalanceAIMD final : public ShareElement<balance::Aimd> {
 public:
  explicit LoadBalanceAIMD(Args& args)
      : ShareElement(offload_target(args), options(args), args.seed()) {}

 private:
  static balance::Aimd::Options options(Args& args) {
    balance::Aimd::Options options;
    options.period = positive_seconds(args, "PERIOD", std::chrono::milliseconds(100));
    options.overload = share_keyword(args, "OVERLOAD", options.overload);
    options.busy = share_keyword(args, "BUSY", options.busy);
    options.decrease = share_keyword(args, "DECREASE", options.decrease);
    options.increase = share_keyword(args, "INCREASE", options.increase);
    if (options.busy > options.overload)
      throw args.error("BUSY is above OVERLOAD; expected at most that", "BUSY");
    return options;
  }
};
WARPLINE_ELEMENT(LoadBalanceAIMD);

}  // namespace warpline
