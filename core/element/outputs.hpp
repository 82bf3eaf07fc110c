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

  /// How many outputs are connected.
  unsigned ports() const noexcept;

  /// Sends the batch to what is connected to output `port`; an empty batch just ends.
  /// Of several batches emitted in one call the last is served first.
  void emit(BatchPtr batch, unsigned port = 0) noexcept;

  /// Sends each packet to the output of its verdict, keeping order within an output. The batch goes
  /// on with the output that most packets take; the others get batches from the pool.
  void split(BatchPtr batch, Verdict const* verdicts) noexcept;

  /// Drops all packets of the batch, counted under this element and `reason`.
  void drop(BatchPtr batch, DropReason reason) noexcept;
  /// Drops packets that the caller has taken out of their batch.
  void drop(std::span<Packet const> packets, DropReason reason) noexcept;

  /// Counts packets that came from outside (sources), or that were made inside (copies).
  /// `queue`: the counters of the queue they came through; null without one.
  void count_received(Batch const& batch, QueueCounters* queue = nullptr) noexcept;
  void count_created(Batch const& batch) noexcept;
  /// Counts packets that came from another worker, or were given to one.
  void count_taken_over(std::uint64_t packets) noexcept;
  void count_handed_over(std::uint64_t packets) noexcept;
  /// Counts copies that could not be made: created and dropped at once.
  void count_uncopied(std::uint64_t packets, DropReason reason) noexcept;
  /// Counts packets that have left for good and whose buffers now belong to the port: some that
  /// were received at `received`, or all of a batch. Their latency ends when the element's call
  /// does.
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
