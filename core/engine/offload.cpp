// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "core/element/offload.hpp"

#include "core/base/clock.hpp"
#include "core/engine/graph.hpp"

namespace warpline {

void OffloadBase::process(BatchPtr batch, unsigned, Outputs& out) noexcept {
  if (batch->kernels_done > 0) {
    --batch->kernels_done;
    return finish(std::move(batch), out);
  }
  auto* segment = out.node_.segment;
  if (segment != nullptr && segment->waits) [[unlikely]]
    return out.graph_.offload_->defer(*segment, std::move(batch));
  prepare(*batch, out);
  if (batch->empty()) return;
  if (segment != nullptr && out.graph_.offload_ != nullptr) {
    if (batch->device != kCpuDevice && !out.graph_.offload_->usable(batch->device)) [[unlikely]]
      batch->device = kCpuDevice;
    // The kernels of the segment will all run before the next element sees the batch.
    if (batch->device != kCpuDevice)
      for (std::size_t i = 1; i < segment->nodes.size(); ++i) {
        Outputs later(out.graph_, *segment->nodes[i]);
        segment->nodes[i]->element->offload()->prepare(*batch, later);
      }
    if (batch->empty() || out.graph_.offload_->submit(*segment, batch)) return;
  }
  if (out.graph_.offload_ == nullptr) {
    run_cpu(*batch);
  } else {
    auto const begin = cycles();
    run_cpu(*batch);
    out.graph_.offload_->ran_on_cpu(cycles() - begin);
  }
  finish(std::move(batch), out);
}

void OffloadBase::keep_forwarded(Batch& batch, Verdict const* verdicts, Outputs& out) noexcept {
  auto const packets = batch.packets();
  unsigned kept = 0;
  for (unsigned i = 0; i < packets.size(); ++i) {
    if (verdicts[i].is_drop())
      out.drop(packets.subspan(i, 1), verdicts[i].reason());
    else
      packets[kept++] = packets[i];
  }
  batch.resize(kept);
}

}  // namespace warpline
