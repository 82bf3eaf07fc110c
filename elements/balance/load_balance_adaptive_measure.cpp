// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "core/element/context.hpp"
#include "elements/balance/balancer_args.hpp"
#include "elements/balance/offload_target.hpp"
#include "elements/balance/policy/measure.hpp"
#include "elements/balance/policy_element.hpp"

namespace warpline {

/// Tries shares of the CPU one after the other, prints the result of each, and keeps the best.
///
///     FromInput -> CheckIPHeader -> LoadBalanceAdaptiveMeasure(TICKS 4) -> FlowHash -> ToOutput;
///
/// The sweep that is the reference for other balancers. Each worker makes its own sweep, with each
/// share for TICKS periods without counting the first, and prints lines to the standard error
/// stream. DEPTH batches go to the device in a row, followed by the batches of the CPU's share.
/// Unlike NBA's, it also tries the share 1, and continues with the best instead of ending the
/// program.
///
/// Ports: 1 in, 1 out.
/// Arguments: PERIOD: a tick (default 200ms). TICKS: for each share (1 to 10000; default 16). STEP:
/// between shares (0.001 to 1; default 0.05). DEPTH: batches in a row (1 to 1024; default 32).
/// DEVICE: name of the device (default the first CUDA device, otherwise the host device).
/// Drops: none.
class LoadBalanceAdaptiveMeasure final : public ShareElement<balance::Measure> {
 public:
  explicit LoadBalanceAdaptiveMeasure(Args& args)
      : ShareElement(offload_target(args), options(args), report(args)) {}

 private:
  static balance::Measure::Options options(Args& args) {
    return {.period = positive_seconds(args, "PERIOD", std::chrono::milliseconds(200)),
            .step = share_keyword(args, "STEP", 0.05, 0.001),
            .ticks = count_keyword(args, "TICKS", 16, 1, 10000),
            .depth = count_keyword(args, "DEPTH", 32, 1, 1024)};
  }

  /// Prints a line for each share. It allocates memory, which is acceptable for 20 lines per run.
  static std::function<void(balance::Measure::Line const&, bool)> report(Args& args) {
    auto const name =
        args.context().workers > 1
            ? fmt::format("{} on worker {}", args.element_name(), args.context().worker)
            : args.element_name();
    return [name, print = args.context().print](balance::Measure::Line const& line, bool last) {
      auto const& window = line.window;
      auto const cost_text = [](double seconds, balance::Side const& side) {
        return side.packets > 0 ? fmt::format("{:.3f} us/packet", 1e6 * seconds / side.packets)
                                : std::string("nothing");
      };
      print(fmt::format("{}: {}share {:.3f}: {:.3f} Mpps, CPU {}, device {}, {:.0f} % idle", name,
                        last ? "best " : "", line.cpu_share, window.rate() / 1e6,
                        cost_text(window.cpu.worker_seconds, window.cpu),
                        cost_text(window.device.busy_seconds, window.device),
                        100 * window.idle_share()));
    };
  }
};
WARPLINE_ELEMENT(LoadBalanceAdaptiveMeasure);

}  // namespace warpline
