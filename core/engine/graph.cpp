// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "core/engine/graph.hpp"

#include <algorithm>
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

void Graph::resume(Segment& segment, BatchPtr batch, std::size_t kernels) noexcept {
  batch->kernels_done = static_cast<std::uint16_t>(kernels);
  enter(segment, std::move(batch));
}

// If a `finish` waits, a packet that is too short for a later kernel cannot be dropped yet: the
// earlier element may count it, or drop it for another reason. Such batches are rare.
bool Graph::prepare_followers(Segment& segment, Batch& batch) noexcept {
  for (std::size_t i = 1; i < segment.nodes.size(); ++i) {
    auto& node = *segment.nodes[i];
    auto& offload = *node.element->offload();
    if (segment.finishes_wait) {
      if (!offload.fits(batch)) return false;
    } else {
      Outputs out(*this, node);
      offload.prepare(batch, out);
    }
  }
  return true;
}

// It was counted when it came.
void Graph::enter(Segment& segment, BatchPtr batch) noexcept {
  pending_.push_back({segment.nodes.front(), 0, true, std::move(batch)});
  now_ = cycles();
  run();
}

// The end of one element's time is the beginning of the next one's: one clock reading a step. A step
// takes about 80 instructions a batch, 2.5 a packet (benchmarks/instructions, bursts of 32, g++ 12,
// November 2026).
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

void Graph::record_latency() noexcept {
  counters_->latency.record(now_ - left_.received, left_.packets);
  left_.packets = 0;
}

unsigned Graph::poll(bool sources) noexcept {
  unsigned emitted = 0;
  for (auto const& entry : polled_) sources = sources && !entry.polled->congested();
  for (auto const& [node, polled, source] : polled_) {
    if (!sources && source) continue;
    current_.store(node, std::memory_order_relaxed);
    auto const begin = now_ = cycles();
    Outputs out(*this, *node);
    auto const count = polled->poll(out);
    emitted += count;
    if (count > 0) {
      now_ = cycles();
      node->counters.cycles.add(now_ - begin);
      if (source) {  // others counted these packets when they came in
        node->counters.packets.add(count);
        node->counters.batches.add(1);
      }
      if (left_.packets > 0) record_latency();
    }
    run();
  }
  return emitted;
}

void Graph::run_timers(std::uint64_t now) noexcept {
  while (auto* const timer = timers_->take_due(now)) {
    auto const owner = std::find_if(nodes_.begin(), nodes_.end(), [timer](auto const& node) {
      return node->element.get() == &timer->owner();
    });
    Node& node = **owner;
    current_.store(&node, std::memory_order_relaxed);
    auto const begin = now_ = cycles();
    Outputs out(*this, node);
    Timers::call(*timer, out);
    now_ = cycles();
    node.counters.cycles.add(now_ - begin);
    if (left_.packets > 0) record_latency();
    run();
  }
}

void Graph::start() {
  for (auto const& node : nodes_) node->element->start();
}

void Graph::stop() noexcept {
  for (auto const& node : nodes_) node->element->stop();
}

void Graph::drop_held(DropReason reason) noexcept {
  for (auto const& [node, polled, source] : polled_) {
    Outputs out(*this, *node);
    polled->drop_held(out, reason);
  }
}

void Graph::take_over(Graph& old) {
  retired_ = std::move(old.retired_);
  auto const same = [](auto const& a, auto const& b) {
    return a->name == b->name && a->class_name == b->class_name;
  };
  for (auto const& before : old.nodes_) {
    auto const now = std::find_if(nodes_.begin(), nodes_.end(),
                                  [&](auto const& node) { return same(node, before); });
    if (now != nodes_.end()) {
      (*now)->counters.add(before->counters);
      (*now)->element->take_over(*before->element);
      continue;
    }
    auto& retired = retired_.emplace_back(std::make_unique<RetiredNode>());
    retired->name = before->name;
    retired->class_name = before->class_name;
    retired->counters.add(before->counters);
  }
  // An element may come back under its old name.
  std::erase_if(retired_, [&](auto const& retired) {
    auto const now = std::find_if(nodes_.begin(), nodes_.end(),
                                  [&](auto const& node) { return same(node, retired); });
    if (now == nodes_.end()) return false;
    (*now)->counters.add(retired->counters);
    return true;
  });
}

bool Graph::sources_finished() const noexcept {
  for (auto const& entry : polled_)
    if (entry.source && !entry.polled->finished()) return false;
  return true;
}

void Graph::drain() noexcept {
  for (auto const& entry : polled_) entry.polled->drain();
}

bool Graph::drained() const noexcept {
  for (auto const& entry : polled_)
    if (!entry.polled->drained()) return false;
  return true;
}

bool Graph::arm(Waker& waker) noexcept {
  for (auto const& entry : polled_)
    if (!entry.polled->arm(waker)) return false;
  return true;
}

std::size_t Graph::held() const noexcept {
  std::size_t packets = 0;
  for (auto const& entry : polled_) packets += entry.polled->held();
  return packets;
}

Node* Graph::find(std::string const& name) const {
  for (auto const& node : nodes_)
    if (node->name == name) return node.get();
  return nullptr;
}

void Graph::quarantine(Segment& segment, BatchPtr batch, DropReason reason) noexcept {
  count_drop(*segment.nodes.front(), batch->size(), reason);
  batches_->withhold(std::move(batch));
}

}  // namespace warpline
