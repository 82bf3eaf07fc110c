// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ids/detect/detector_work.hpp"

namespace warpline::ids {

/// Does what ON_LIMIT asks for. `index`: of the packet's flow; `Flow::kNone`: it has none.
void Detector::reach_limit(Limit limit, std::uint32_t index, Work& work) {
  auto const kind = static_cast<std::size_t>(limit);
  ++counters_.limits[kind];
  auto policy = options_.on_limit;
  if (policy == LimitPolicy::kDropFlow && !options_.ips) policy = LimitPolicy::kIgnore;
  if (policy == LimitPolicy::kIgnore) return;
  bool const drop = policy == LimitPolicy::kDropFlow;
  if (index != Flow::kNone) {
    auto& flow = flows_[index];
    flow.limit_policy = policy;
    if (flow.verdict == FlowVerdict::kNone)
      flow.verdict = drop ? FlowVerdict::kDrop : FlowVerdict::kPass;
    if (policy == LimitPolicy::kBypass) flow.state = FlowState::kBypassed;
    tcp_.clear(sessions_[index]);  // no rule inspects its bytes any more
  }
  if (!drop) {
    work.passed = true;
    ++counters_.limit_passes[kind];
    return;
  }
  work.verdict = FrameVerdict::kDrop;
  ++counters_.limit_drops[kind];
  events_.drop_at_limit(work.context, limit);
}

}  // namespace warpline::ids
