// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>

#include "core/element/metrics.hpp"
#include "core/packet/batch.hpp"
#include "core/packet/buffer_pool.hpp"
#include "core/packet/verdict.hpp"

namespace warpline {

class Graph;
class OffloadHandler;
struct Node;
class OffloadBase;

/// The actions of an element on packets during one call: the graph's side of `Element::process`.
/// Valid for that call only, on the worker's thread.
class Outputs {
 public:
  Outputs(Graph& graph, Node& node) : graph_(graph), node_(node) {}

  /// Number of connected outputs.
  unsigned ports() const noexcept;

  /// Sends the batch to the element connected to output `port`. An empty batch is freed. If one
  /// call emits several batches, the last one is processed first.
  void emit(BatchPtr batch, unsigned port = 0) noexcept;

  /// Sends each packet to the output of its verdict, in order within an output. The output with
  /// most packets gets this batch; the others get batches from the pool.
  void split(BatchPtr batch, Verdict const* verdicts) noexcept;

  /// Drops all packets of the batch, counted under this element and `reason`.
  void drop(BatchPtr batch, DropReason reason) noexcept;
  /// Drops packets that the caller has taken out of their batch.
  void drop(std::span<Packet const> packets, DropReason reason) noexcept;

  /// Counts packets that sources received, or copies that an element created. `queue`: the counters
  /// of the queue that received the packets, or null.
  void count_received(Batch const& batch, QueueCounters* queue = nullptr) noexcept;
  void count_created(Batch const& batch) noexcept;
  /// Counts packets received from another worker, or handed to one.
  void count_taken_over(std::uint64_t packets) noexcept;
  void count_handed_over(std::uint64_t packets) noexcept;
  /// Counts copies that could not be created, as created and dropped.
  void count_uncopied(std::uint64_t packets, DropReason reason) noexcept;
  /// Counts transmitted packets, whose buffers now belong to the port: either packets that were
  /// received at `received`, or all packets of a batch. Their latency ends when the call of the
  /// element returns.
  void count_transmitted(Batch const& batch, QueueCounters* queue = nullptr) noexcept;
  void count_transmitted(std::span<Packet const> packets, std::uint64_t received,
                         QueueCounters* queue = nullptr) noexcept;

  BufferPool& buffers() noexcept;
  BatchPool& batches() noexcept;
  /// The worker's devices as balancers see them; null if nothing is offloaded.
  OffloadHandler* offload() noexcept;
  WorkerCounters const& counters() const noexcept;
  /// `cycles()` at the beginning of this call.
  std::uint64_t now() const noexcept;

 private:
  friend class OffloadBase;

  void count_transmitted(std::uint64_t packets, std::uint64_t bytes, std::uint64_t received,
                         QueueCounters* queue) noexcept;

  Graph& graph_;
  Node& node_;
};

}  // namespace warpline
