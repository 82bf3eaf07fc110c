// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "core/element/context.hpp"
#include "elements/balance/balancer_args.hpp"
#include "elements/balance/offload_target.hpp"
#include "elements/balance/policy/adaptive.hpp"
#include "elements/balance/policy_element.hpp"
#include "elements/balance/published.hpp"

namespace warpline {

/// Splits between CPU and device for the highest throughput, and reports the reason.
///
///     FromInput -> CheckIPHeader -> LoadBalanceAdaptive(LATENCY 500us) -> FlowHash -> ToOutput;
///
/// While the CPU has idle time, nothing is offloaded. Under load it tries the CPU alone, the device
/// alone, and both at once with tasks of several sizes, for some milliseconds each. In the mixed
/// settings the device gets a task whenever it can accept one and the CPU processes the rest, so
/// the share follows from the speed of both. The search takes about a tenth of a second and keeps
/// the fastest setting. It measures another one from time to time, and repeats the search when
/// packet sizes or speeds change.
///
/// With LATENCY it uses only settings whose p99 from receive to transmit is below it, and the CPU
/// if there are none. The report and its JSON contain its decision and the reason.
///
/// One such element per worker: two of them would measure each other.
///
/// Ports: 1 in, 1 out.
/// Arguments: LATENCY: bound on the p99 (default none). SMALLEST: packets of the smallest task
/// tried (1 to 65536; default 64). DEVICE: name of the device (default the first CUDA device,
/// otherwise the host device).
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
      throw args.error("LATENCY is not a time; expected one above 0, e.g. 200us", "LATENCY");
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
