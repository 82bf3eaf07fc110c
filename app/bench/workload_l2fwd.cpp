// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "app/bench/options.hpp"
#include "app/bench/workload.hpp"
#include "core/element/port.hpp"
#include "measure/ceilings/forward.hpp"
#include "measure/traffic.hpp"

namespace warpline::bench {
namespace {

class QueueCeiling final : public SingleCeiling {
 public:
  QueueCeiling(CeilingInput const& input, unsigned burst)
      : SingleCeiling("a loop over the generator's queues"),
        rx_(*input.ports[0].rx(input.thread)),
        tx_(*input.ports[0].tx(input.thread)),
        burst_(burst) {}
  double rate(std::chrono::nanoseconds at_least) override {
    return ceilings::forward(rx_, tx_, burst_, at_least);
  }

 private:
  RxQueue& rx_;
  TxQueue& tx_;
  unsigned burst_;
};

class DpdkCeiling final : public SingleCeiling {
 public:
  DpdkCeiling(CeilingInput const& input, unsigned burst)
      : SingleCeiling("a loop of rte_eth_rx_burst and rte_eth_tx_burst"),
        queue_(static_cast<std::uint16_t>(input.thread)),
        burst_(burst) {}
  double rate(std::chrono::nanoseconds at_least) override {
    return ceilings::forward({"net_null0", "net_null1"}, queue_, burst_, at_least);
  }

 private:
  std::uint16_t queue_;
  unsigned burst_;
};

}  // namespace

std::vector<Case> l2fwd_cases(Options const& options) {
  std::vector<Case> cases;
  for (auto const& name : options.cases)
    for (auto const& sizes : options.sizes) {
      bool const generated = name == "generator";
      // One size a device: net_null has no mix.
      if (!generated && sizes == "imix") continue;
      Traffic const traffic{sizes, "random", {}, true};
      Case result;
      result.subject.name = name;
      result.subject.sizes = sizes;
      result.subject.labels = {generated ? payload_label(traffic)
                                         : "two net_null devices, whose frames are empty buffers"};
      if (generated)
        result.ports = {generator_spec(traffic)};
      else
        result.ports = {"net_null0,size=" + sizes, "net_null1,size=" + sizes};
      result.pipeline = [burst = *options.burst](std::string const&) {
        return "FromInput(BURST " + std::to_string(burst) + ") -> EtherMirror -> ToOutput;";
      };
      result.ceiling = [generated, burst = *options.burst](
                           CeilingInput const& input) -> std::unique_ptr<Ceiling> {
        if (generated) return std::make_unique<QueueCeiling>(input, burst);
        return std::make_unique<DpdkCeiling>(input, burst);
      };
      cases.push_back(std::move(result));
    }
  return cases;
}

}  // namespace warpline::bench
