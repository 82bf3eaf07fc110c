// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "core/element/offload.hpp"

#include <cstring>

#include "core/base/clock.hpp"
#include "core/engine/graph.hpp"

namespace warpline {

void OffloadBase::process(BatchPtr batch, unsigned, Outputs& out) noexcept {
  if (batch->kernels_done > 0) {
    --batch->kernels_done;
    auto* const results = batch->results() + out.node_.result_offset;
    return finish(std::move(batch), results, out);
  }
  auto* segment = out.node_.segment;
  if (segment != nullptr && segment->waits) [[unlikely]]
    return out.graph_.offload_->defer(*segment, std::move(batch));
  prepare(*batch, out);
  if (batch->empty()) return;
  if (segment != nullptr && out.graph_.offload_ != nullptr) {
    if (batch->device != kCpuDevice && (!out.graph_.offload_->usable(batch->device) ||
                                        !out.graph_.prepare_followers(*segment, *batch)))
        [[unlikely]]
      batch->device = kCpuDevice;
    if (batch->empty() || out.graph_.offload_->submit(*segment, batch)) return;
  }
  if (out.graph_.offload_ == nullptr) {
    run_cpu(*batch);
  } else {
    auto const begin = cycles();
    run_cpu(*batch);
    out.graph_.offload_->ran_on_cpu(cycles() - begin);
  }
  auto* const results = batch->results();
  finish(std::move(batch), results, out);
}

void OffloadBase::split(BatchPtr batch, Verdict const* verdicts, Outputs& out) noexcept {
  auto const* node = &out.node_;
  for (unsigned later = 0; later < batch->kernels_done; ++later) {
    node = node->outputs[0].node;
    auto const size = node->element->offload()->touched_bytes().result_bytes;
    auto* const results = batch->results() + node->result_offset;
    auto* output = results;
    for (unsigned i = 0; i < batch->size(); ++i) {
      if (verdicts[i].is_drop()) continue;
      std::memmove(output, results + std::size_t{i} * size, size);
      output += size;
    }
  }
  out.split(std::move(batch), verdicts);
}

void OffloadBase::keep_forwarded(Batch& batch, Verdict const* verdicts, Outputs& out) noexcept {
  auto const packets = batch.packets();
  unsigned count = 0;
  for (unsigned i = 0; i < packets.size(); ++i) {
    if (verdicts[i].is_drop())
      out.drop(packets.subspan(i, 1), verdicts[i].reason());
    else
      packets[count++] = packets[i];
  }
  batch.resize(count);
}

}  // namespace warpline
