// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/click/pipeline.hpp"
#include "core/element/element.hpp"
#include "core/element/metrics.hpp"
#include "core/element/offload.hpp"
#include "core/element/offload_handler.hpp"
#include "core/element/polled_element.hpp"
#include "core/element/timer.hpp"
#include "core/packet/annotations.hpp"
#include "core/packet/batch.hpp"
#include "core/packet/buffer_pool.hpp"

namespace warpline {

class AnnotationFlow;
struct Segment;

/// An element in its place in the graph.
struct Node {
  struct Target {
    Node* node = nullptr;
    unsigned port = 0;
  };
  std::string name;
  std::string class_name;
  std::unique_ptr<Element> element;
  std::vector<Target> outputs;
  Segment* segment = nullptr;       ///< the segment it is the head of
  std::uint32_t result_offset = 0;  ///< of its results among those of a batch
  ElementCounters counters;
  AnnotationSet valid{};  ///< on every packet that comes in
};

/// Counters of an element whose graph was replaced.
struct RetiredNode {
  std::string name;
  std::string class_name;
  ElementCounters counters;
};

/// A maximal chain of offloadable elements: one upload, their kernels in order, one download. Each
/// but the last one only edits, or lets the next kernels run before its `finish`.
struct Segment {
  std::vector<Node*> nodes;
  unsigned index = 0;
  TouchedBytes touched_bytes;  ///< what its kernels touch
  bool finishes_wait = false;  ///< some kernels run before the `finish` of an earlier element
  bool waits = false;  ///< batches that come are kept, until it holds nothing and tables change
};

/// One worker's instance of a pipeline: owns the elements, moves batches between them.
class Graph {
 public:
  /// Constructs all elements and connects them.
  /// Throws `ConfigError` with everything that is wrong; warnings are appended to `warnings`.
  static std::unique_ptr<Graph> build(Pipeline const& pipeline, BuildContext& context,
                                      std::vector<Diagnostic>* warnings = nullptr);
  ~Graph();

  /// Sets where elements get buffers and batches, and the counters of packets. Call before the
  /// first packet.
  void attach(BufferPool& buffers, BatchPool& batches, WorkerCounters& counters);
  void attach(OffloadHandler* handler) { offload_ = handler; }

  /// Runs `batch` into input `port` of `node` and on, until all of it has come to rest.
  void push(Node& node, unsigned port, BatchPtr batch) noexcept;
  /// The same for a batch for which the first `kernels` kernels of its segment have run: only their
  /// `finish` steps remain.
  void resume(Segment& segment, BatchPtr batch, std::size_t kernels) noexcept;
  /// Before all kernels of the segment run at once: prepares a batch for all elements but the
  /// first. Returns false if the batch has to take the elements one after the other on the CPU.
  bool prepare_followers(Segment& segment, Batch& batch) noexcept;
  /// Lets a batch in that has waited for the segment.
  void enter(Segment& segment, BatchPtr batch) noexcept;
  /// Counts the batch as dropped at the head of its segment, but does not free its memory: a
  /// device may still write to it.
  void quarantine(Segment& segment, BatchPtr batch, DropReason reason) noexcept;
  /// Gives every polled element its turn; sources only if `sources`. Returns packets emitted.
  unsigned poll(bool sources) noexcept;

  /// Calls the functions of timers that were due at `now`, in `cycles()`.
  void run_timers(std::uint64_t now) noexcept;
  /// When the next timer is due, in `cycles()`; `Timers::kNever` if none runs.
  std::uint64_t next_timer() const noexcept { return timers_->next_due(); }

  void start();
  void stop() noexcept;
  /// Drops all packets that elements hold.
  void drop_held(DropReason reason) noexcept;
  /// Takes counters and state of the elements of `old`, a graph without packets that this one
  /// replaces, by name and class. The counters of elements that are gone stay in `retired()`. Call it
  /// before `old.stop()`.
  void take_over(Graph& old);
  /// Elements of replaced graphs that this graph does not have.
  std::span<std::unique_ptr<RetiredNode> const> retired() const { return retired_; }
  bool sources_finished() const noexcept;
  std::size_t held() const noexcept;
  /// Notifies the elements that sources have stopped. Afterwards `drained` is true as soon as all
  /// of them have finished.
  void drain() noexcept;
  bool drained() const noexcept;
  /// Arms every polled element; false if one of them has to be polled.
  bool arm(Waker& waker) noexcept;

  std::span<std::unique_ptr<Node> const> nodes() const { return nodes_; }
  std::span<std::unique_ptr<Segment> const> segments() const { return segments_; }
  Node* find(std::string const& name) const;
  /// The node at work at this moment, for the watchdog; null between batches. Any thread.
  Node const* current() const noexcept { return current_.load(std::memory_order_relaxed); }

 private:
  friend class Outputs;
  friend class OffloadBase;
  struct PolledNode {
    Node* node;
    PolledElement* polled;
    bool source;
  };
  struct Pending {
    Node* node;
    unsigned port;
    bool resumed;
    BatchPtr batch;
  };

  Graph();
  void run() noexcept;
  void form_segments();
  /// How many connections lead to each node.
  std::map<Node const*, unsigned> fan_in() const;
  /// The element whose kernel follows that of `node` in one segment; null if there is none.
  static Node* follower(Node const& node, std::map<Node const*, unsigned> const& fan_in);

  struct Problem {
    std::size_t element;
    std::string message;
  };
  /// Checks that every path to an element sets the annotations that it uses, and inserts parsers
  /// for headers that are used and that no element has parsed. Inserts nothing if it returns
  /// problems.
  std::vector<Problem> settle_annotations();
  void insert_parsers(AnnotationFlow const& flow,
                      std::vector<std::pair<Node*, unsigned>> const& outputs);
  void drop(Node& node, std::span<Packet const> packets, DropReason reason) noexcept;
  void count_drop(Node& node, std::size_t packets, DropReason reason) noexcept;
  void left(std::uint64_t received, std::uint64_t packets) noexcept;
  void record_latency() noexcept;

  std::vector<std::unique_ptr<Node>> nodes_;
  std::vector<std::unique_ptr<Segment>> segments_;
  std::vector<std::unique_ptr<RetiredNode>> retired_;
  std::vector<PolledNode> polled_;
  std::shared_ptr<Timers> timers_;
  std::vector<Pending> pending_;  // reserved once; grows only for graphs wider than it
  OffloadHandler* offload_ = nullptr;
  BufferPool* buffers_ = nullptr;
  BatchPool* batches_ = nullptr;
  WorkerCounters* counters_ = nullptr;
  std::uint64_t now_ = 0;
  struct {
    std::uint64_t received = 0, packets = 0;
  } left_;  // packets that the element at work has sent, all received at one time
  std::atomic<Node const*> current_{nullptr};
};

}  // namespace warpline
