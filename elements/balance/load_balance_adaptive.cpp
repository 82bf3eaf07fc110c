// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "core/element/context.hpp"
#include "elements/balance/balancer_args.hpp"
#include "elements/balance/offload_target.hpp"
#include "elements/balance/policy/adaptive.hpp"
#include "elements/balance/policy_element.hpp"
#include "elements/balance/published.hpp"

namespace warpline {

/// Splits between own core and device so that the most packets get through, and says why.
///
///     FromInput -> CheckIPHeader -> LoadBalanceAdaptive(LATENCY 500us) -> FlowHash -> ToOutput;
///
/// While the own core has time left nothing is offloaded. Under load it tries the own core alone,
/// the device alone, and both at once with tasks of several sizes, for some milliseconds each: the
/// device then gets a task whenever it has room and the own core takes the rest, so the share
/// follows from how fast both are. It is through in about a tenth of a second, keeps the fastest,
/// looks at another one now and then, and tries all again when packet sizes or speeds change.
///
/// With LATENCY it keeps to settings whose p99 from receive to transmit is below it, and to the own
/// core where there are none. The report and its JSON say what it does and why.
///
/// One such element a worker: two of them would measure each other.
///
/// Ports: 1 in, 1 out.
/// Arguments: LATENCY: bound on the p99 (default none). SMALLEST: packets of the smallest task
/// tried (1 to 65536; default 64). DEVICE: name of the device (default the first CUDA device, else
/// the host device).
/// Drops: none.
class LoadBalanceAdaptive final : public PolicyElement {
 public:
  explicit LoadBalanceAdaptive(Args& args)
      : PolicyElement(offload_target(args), true), options_(options(args)), policy_(options_) {
    device_name_ = args.context().devices[device()].name();
    why_.set(policy_.explain());
  }

  std::string explanation() const override {
    auto why = why_.get();
    if (!usable()) why.reason = balance::Explanation::Reason::kNoDevice;
    return text(why, device_name_);
  }

 private:
  static balance::Adaptive::Options options(Args& args) {
    balance::Adaptive::Options options;
    auto const bound = args.keyword("LATENCY", std::chrono::nanoseconds(-1));
    if (bound.count() == 0)
      throw args.error("LATENCY is no time; expected one above 0, like 200us", "LATENCY");
    options.latency = bound.count() < 0 ? 0 : std::chrono::duration<double>(bound).count();
    options.smallest_task = count_keyword(args, "SMALLEST", options.smallest_task, 1, 65536);
    return options;
  }

  balance::Policy& policy() noexcept override { return policy_; }
  void begin(TaskLimit& limit, std::size_t batches) noexcept override {
    options_.largest_task = limit.packets;
    options_.smallest_task = std::min(options_.smallest_task, limit.packets);
    options_.pool_batches = static_cast<double>(batches);
    policy_ = balance::Adaptive(options_);
  }
  void observed() noexcept override { why_.set(policy_.explain()); }

  balance::Adaptive::Options options_;
  balance::Adaptive policy_;
  std::string device_name_;
  Published<balance::Explanation> why_;
};
WARPLINE_ELEMENT(LoadBalanceAdaptive);

}  // namespace warpline
