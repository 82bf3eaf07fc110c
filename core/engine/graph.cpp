// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "core/engine/graph.hpp"

#include <cassert>

#include "core/base/clock.hpp"
#include "core/packet/annotation_check.hpp"

namespace warpline {

Graph::Graph() { pending_.reserve(256); }
Graph::~Graph() = default;

void Graph::attach(BufferPool& buffers, BatchPool& batches, WorkerCounters& counters) {
  buffers_ = &buffers;
  batches_ = &batches;
  counters_ = &counters;
}

void Graph::push(Node& node, unsigned port, BatchPtr batch) noexcept {
  pending_.push_back({&node, port, false, std::move(batch)});
  now_ = cycles();
  run();
}

void Graph::resume(Segment& segment, BatchPtr batch) noexcept {
  batch->kernels_done = static_cast<std::uint16_t>(segment.nodes.size());
  enter(segment, std::move(batch));
}

// It was counted when it came.
void Graph::enter(Segment& segment, BatchPtr batch) noexcept {
  pending_.push_back({segment.nodes.front(), 0, true, std::move(batch)});
  now_ = cycles();
  run();
}

// The end of one element's time is the beginning of the next one's: one clock reading a step.
void Graph::run() noexcept {
  while (!pending_.empty()) {
    auto step = std::move(pending_.back());
    pending_.pop_back();
    Node& node = *step.node;
    current_.store(&node, std::memory_order_relaxed);
    if (!step.resumed) {
      node.counters.batches.add(1);
      node.counters.packets.add(step.batch->size());
      node.counters.bytes.add(step.batch->bytes());
    }
#if !defined(NDEBUG)
    if (!step.resumed)
      for (auto const& packet : std::as_const(*step.batch).packets())
        assert(wrong_annotation(packet, node.valid) == nullptr);
#endif
    Outputs out(*this, node);
    node.element->process(std::move(step.batch), step.port, out);
    auto const end = cycles();
    node.counters.cycles.add(end - now_);
    now_ = end;
    if (left_.packets > 0) record_latency();
  }
  current_.store(nullptr, std::memory_order_relaxed);
}

void Graph::left(std::uint64_t received, std::uint64_t packets) noexcept {
  if (left_.packets > 0 && left_.received != received) {
    now_ = cycles();
    record_latency();
  }
  left_.received = received;
  left_.packets += packets;
}

void Graph::record_latency() noexcept {
  counters_->latency.record(now_ - left_.received, left_.packets);
  left_.packets = 0;
}

unsigned Graph::poll(bool sources) noexcept {
  unsigned emitted = 0;
  for (auto const* node : polled_) sources = sources && !node->element->congested();
  for (auto* node : polled_) {
    if (!sources && node->element->is_source()) continue;
    current_.store(node, std::memory_order_relaxed);
    auto const begin = now_ = cycles();
    Outputs out(*this, *node);
    auto const count = node->element->poll(out);
    emitted += count;
    if (count > 0) {
      now_ = cycles();
      node->counters.cycles.add(now_ - begin);
      if (node->element->is_source()) {  // others counted these packets when they came in
        node->counters.packets.add(count);
        node->counters.batches.add(1);
      }
      if (left_.packets > 0) record_latency();
    }
    run();
  }
  return emitted;
}

void Graph::start() {
  for (auto const& node : nodes_) node->element->start();
}

void Graph::stop() noexcept {
  for (auto const& node : nodes_) node->element->stop();
}

bool Graph::sources_finished() const noexcept {
  for (auto const* node : polled_)
    if (node->element->is_source() && !node->element->finished()) return false;
  return true;
}

void Graph::drain() noexcept {
  for (auto const& node : nodes_) node->element->drain();
}

bool Graph::drained() const noexcept {
  for (auto const& node : nodes_)
    if (!node->element->drained()) return false;
  return true;
}

bool Graph::arm(Waker& waker) noexcept {
  for (auto* node : polled_)
    if (!node->element->arm(waker)) return false;
  return true;
}

std::size_t Graph::held() const noexcept {
  std::size_t held = 0;
  for (auto const& node : nodes_) held += node->element->held();
  return held;
}

Node* Graph::find(std::string const& name) const {
  for (auto const& node : nodes_)
    if (node->name == name) return node.get();
  return nullptr;
}

void Graph::drop(Node& node, std::span<Packet const> packets, DropReason reason) noexcept {
  if (packets.empty()) return;
  count_drop(node, packets.size(), reason);
  buffers_->release(packets);
}

void Graph::count_drop(Node& node, std::size_t packets, DropReason reason) noexcept {
  node.counters.drops[reason.index()].add(packets);
  counters_->dropped.add(packets);
}

void Graph::quarantine(Segment& segment, BatchPtr batch, DropReason reason) noexcept {
  count_drop(*segment.nodes.front(), batch->size(), reason);
  batches_->withhold(std::move(batch));
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
  constexpr unsigned kMostOutputs = 64;
  auto const outputs = static_cast<unsigned>(node_.outputs.size());
  auto const packets = batch->packets();
  unsigned share[kMostOutputs] = {};
  for (unsigned i = 0; i < packets.size(); ++i)
    if (!verdicts[i].is_drop()) ++share[verdicts[i].port()];
  unsigned majority = 0;
  for (unsigned port = 1; port < outputs; ++port)
    if (share[port] > share[majority]) majority = port;

  BatchPtr others[kMostOutputs];
  static DropReason const no_batch = DropReason::named("no_batch");
  unsigned kept = 0;
  for (unsigned i = 0; i < packets.size(); ++i) {
    auto const verdict = verdicts[i];
    if (verdict.is_drop()) {
      graph_.drop(node_, packets.subspan(i, 1), verdict.reason());
    } else if (verdict.port() == majority) {
      if (kept != i) packets[kept] = packets[i];
      ++kept;
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
  batch->resize(kept);
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

void OffloadBase::process(BatchPtr batch, unsigned, Outputs& out) noexcept {
  if (batch->kernels_done > 0) {
    --batch->kernels_done;
    return finish(std::move(batch), out);
  }
  auto* segment = out.node_.segment;
  if (segment != nullptr && segment->waits) [[unlikely]]
    return out.graph_.offload_->wait(*segment, std::move(batch));
  prepare(*batch, out);
  if (batch->empty()) return;
  if (segment != nullptr && out.graph_.offload_ != nullptr) {
    if (batch->device != kOwnCore && !out.graph_.offload_->usable(batch->device)) [[unlikely]]
      batch->device = kOwnCore;
    // The kernels of the segment will all run before the next element sees the batch.
    if (batch->device != kOwnCore)
      for (std::size_t i = 1; i < segment->nodes.size(); ++i) {
        Outputs later(out.graph_, *segment->nodes[i]);
        segment->nodes[i]->element->offload()->prepare(*batch, later);
      }
    if (batch->empty() || out.graph_.offload_->take(*segment, batch)) return;
  }
  if (out.graph_.offload_ == nullptr) {
    run_here(*batch);
  } else {
    auto const begin = cycles();
    run_here(*batch);
    out.graph_.offload_->ran_here(cycles() - begin);
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
