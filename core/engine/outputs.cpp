// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "core/element/outputs.hpp"

#include <cassert>

#include "core/base/clock.hpp"
#include "core/engine/graph.hpp"

namespace warpline {

void Graph::drop(Node& node, std::span<Packet const> packets, DropReason reason) noexcept {
  if (packets.empty()) return;
  count_drop(node, packets.size(), reason);
  buffers_->release(packets);
}

void Graph::count_drop(Node& node, std::size_t packets, DropReason reason) noexcept {
  node.counters.drops[reason.index()].add(packets);
  counters_->dropped.add(packets);
}

void Graph::left(std::uint64_t received, std::uint64_t packets) noexcept {
  if (left_.packets > 0 && left_.received != received) [[unlikely]] {
    now_ = cycles();
    record_latency();
  }
  left_.received = received;
  left_.packets += packets;
}

unsigned Outputs::ports() const noexcept { return static_cast<unsigned>(node_.outputs.size()); }

void Outputs::emit(BatchPtr batch, unsigned port) noexcept {
  if (batch->empty()) return;
  assert(port < node_.outputs.size());
  auto const& target = node_.outputs[port];
  graph_.pending_.push_back({target.node, target.port, false, std::move(batch)});
}

void Outputs::drop(BatchPtr batch, DropReason reason) noexcept {
  graph_.drop(node_, batch->packets(), reason);
}

void Outputs::drop(std::span<Packet const> packets, DropReason reason) noexcept {
  graph_.drop(node_, packets, reason);
}

void Outputs::split(BatchPtr batch, Verdict const* verdicts) noexcept {
  constexpr unsigned kMaxOutputs = 64;
  auto const outputs = static_cast<unsigned>(node_.outputs.size());
  auto const packets = batch->packets();
  unsigned share[kMaxOutputs] = {};
  for (unsigned i = 0; i < packets.size(); ++i)
    if (!verdicts[i].is_drop()) ++share[verdicts[i].port()];
  unsigned majority = 0;
  for (unsigned port = 1; port < outputs; ++port)
    if (share[port] > share[majority]) majority = port;

  BatchPtr others[kMaxOutputs];
  static DropReason const no_batch = DropReason::named("no_batch");
  unsigned count = 0;
  for (unsigned i = 0; i < packets.size(); ++i) {
    auto const verdict = verdicts[i];
    if (verdict.is_drop()) {
      graph_.drop(node_, packets.subspan(i, 1), verdict.reason());
    } else if (verdict.port() == majority) {
      if (count != i) packets[count] = packets[i];
      ++count;
    } else {
      auto& other = others[verdict.port()];
      if (!other) {
        other = graph_.batches_->allocate();
        if (!other) {
          graph_.drop(node_, packets.subspan(i, 1), no_batch);
          continue;
        }
        other->received = batch->received;
        other->device = batch->device;
      }
      other->add(packets[i]);
    }
  }
  batch->resize(count);
  others[majority] = std::move(batch);
  // The pending steps are a stack: pushed in reverse, output 0 is served first.
  for (unsigned port = outputs; port-- > 0;)
    if (others[port]) emit(std::move(others[port]), port);
}

void Outputs::count_received(Batch const& batch, QueueCounters* queue) noexcept {
  auto const bytes = batch.bytes();
  graph_.counters_->received.add(batch.size());
  graph_.counters_->received_bytes.add(bytes);
  node_.counters.bytes.add(bytes);
  if (queue == nullptr) return;
  queue->packets.add(batch.size());
  queue->bytes.add(bytes);
}

void Outputs::count_taken_over(std::uint64_t packets) noexcept {
  graph_.counters_->taken_over.add(packets);
}

void Outputs::count_handed_over(std::uint64_t packets) noexcept {
  graph_.counters_->handed_over.add(packets);
}

void Outputs::count_created(Batch const& batch) noexcept {
  graph_.counters_->created.add(batch.size());
}

void Outputs::count_uncopied(std::uint64_t packets, DropReason reason) noexcept {
  if (packets == 0) return;
  graph_.counters_->created.add(packets);
  graph_.counters_->dropped.add(packets);
  node_.counters.drops[reason.index()].add(packets);
}

void Outputs::count_transmitted(std::span<Packet const> packets, std::uint64_t received,
                                QueueCounters* queue) noexcept {
  if (packets.empty()) return;
  std::uint64_t bytes = 0;
  for (auto const& packet : packets) bytes += packet.length;
  count_transmitted(packets.size(), bytes, received, queue);
}

void Outputs::count_transmitted(Batch const& batch, QueueCounters* queue) noexcept {
  count_transmitted(batch.size(), batch.bytes(), batch.received, queue);
}

void Outputs::count_transmitted(std::uint64_t packets, std::uint64_t bytes, std::uint64_t received,
                                QueueCounters* queue) noexcept {
  graph_.counters_->transmitted.add(packets);
  graph_.counters_->transmitted_bytes.add(bytes);
  graph_.left(received, packets);
  if (queue == nullptr) return;
  queue->packets.add(packets);
  queue->bytes.add(bytes);
}

BufferPool& Outputs::buffers() noexcept { return *graph_.buffers_; }
BatchPool& Outputs::batches() noexcept { return *graph_.batches_; }
OffloadHandler* Outputs::offload() noexcept { return graph_.offload_; }
WorkerCounters const& Outputs::counters() const noexcept { return *graph_.counters_; }
std::uint64_t Outputs::now() const noexcept { return graph_.now_; }

}  // namespace warpline
