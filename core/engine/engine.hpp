// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <list>
#include <memory>
#include <memory_resource>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "core/element/context.hpp"
#include "core/engine/rebinding.hpp"
#include "core/engine/worker.hpp"

namespace warpline {

class Watchdog;

/// The threads that run a pipeline.
struct EngineOptions {
  std::vector<int> cores{-1};  ///< one worker for each entry, pinned to that processor (-1: not)
  /// Split topology: one IO worker for each entry, pinned like `cores`. IO workers receive and
  /// transmit for the compute workers above. Empty: the fused topology, in which each worker does
  /// everything.
  std::vector<int> io_cores;
  WorkerOptions worker;  ///< common to all workers; the engine sets `index` and `core`
  std::uint64_t seed = 1;
  /// Tables of an earlier engine for the elements to reuse; null: none.
  std::shared_ptr<SharedStore> shared;
  std::chrono::milliseconds watchdog{0};  ///< report turns longer than this; 0: do not watch
};

/// Sums over all workers at one moment.
struct Totals {
  std::uint64_t received = 0, received_bytes = 0;
  std::uint64_t created = 0;
  std::uint64_t transmitted = 0, transmitted_bytes = 0;
  std::uint64_t dropped = 0;
  std::uint64_t inside = 0;  ///< packets inside when the workers ended

  /// Every packet is accounted for. Exact when the workers have ended.
  bool conserved() const { return received + created == transmitted + dropped + inside; }
};

/// A pipeline on its workers: builds the graphs, runs the threads, adds the counters up.
/// Used by one control thread; `stop` and `done` by any.
class Engine {
 public:
  /// Ports, devices and buffers must outlive the engine. `memory` holds batches.
  Engine(EngineOptions options, PortSet& ports, DeviceSet& devices, BufferPool& buffers,
         std::pmr::memory_resource* memory = std::pmr::get_default_resource());
  ~Engine();

  /// Sets the function that gets one-line messages for the user, from any thread, one call at a
  /// time. Each text of an element, a worker or a device is reported once; the watchdog reports
  /// every stall.
  void on_notice(std::function<void(std::string const&)> notice) { notice_ = std::move(notice); }

  /// Builds the pipeline for every worker and returns the warnings.
  /// Throws `ConfigError` with all errors, and starts nothing.
  std::vector<Diagnostic> load(Pipeline const& pipeline);
  std::vector<Diagnostic> load(std::shared_ptr<Source const> source) {
    return load(parse_pipeline(std::move(source)));
  }

  /// Brings the current generation of `table` to all elements that read it, while packets flow: no
  /// packet is lost and none sees two generations. Throws `ConfigError` if a device is out of
  /// memory; all elements then keep the current generation. Call it after `load`.
  void exchange(SharedTable const& table);
  /// Runs `pipeline` in place of the current one, on the same ports, while packets flow. Each
  /// worker changes over by itself when its current graph holds nothing; see `Worker::replace`.
  /// SAs, output files and services that both pipelines name are the same objects; so are tables,
  /// unless `SharedStore::read_anew` was called. Throws `ConfigError` with all errors; the current
  /// pipeline then continues. Between `load` and `collect` returning
  /// 0, no other `reload` or `exchange`. Returns warnings.
  std::vector<Diagnostic> reload(Pipeline const& pipeline);
  /// Frees the objects that `exchange` and `reload` replaced and that no worker uses any more.
  /// Returns the number of elements and graphs that have not changed yet; call it until it returns
  /// 0.
  std::size_t collect();

  void start();
  /// Stops the sources and drains the packets inside. Then `done` becomes true.
  void stop() noexcept;
  bool done() const noexcept;
  /// Waits for all workers to end.
  void join();

  /// The workers that run the pipeline.
  std::span<std::unique_ptr<Worker> const> workers() const { return workers_; }
  /// The workers that only receive and transmit; none in the fused topology.
  std::span<std::unique_ptr<Worker> const> io_workers() const { return io_workers_; }
  Totals totals() const;
  PortSet& ports() const { return ports_; }
  DeviceSet& devices() const { return devices_; }

 private:
  void notice(std::string const& text);
  void report(std::string const& text);
  std::unique_ptr<Graph> build_graph(Pipeline const& pipeline, PortSet& ports, unsigned worker,
                                     unsigned workers, bool replaces,
                                     std::vector<Diagnostic>* warnings);
  std::vector<std::unique_ptr<Worker>> build(Pipeline const& pipeline, PortSet& ports,
                                             std::vector<int> const& cores,
                                             std::vector<Diagnostic>* warnings);

  EngineOptions options_;
  PortSet& ports_;
  DeviceSet& devices_;
  BufferPool& buffers_;
  std::pmr::memory_resource* memory_;
  std::function<void(std::string const&)> notice_ = [](std::string const&) {};
  std::mutex notice_mutex_;
  std::vector<std::string> noticed_;
  std::unique_ptr<Handover> handover_;
  std::unique_ptr<PortSet> handover_ports_;
  std::list<Rebinding> rebindings_;  // workers refer to them
  struct Replacing {
    Worker* worker;
    GraphReplacement replacement;
  };
  std::list<Replacing> replacing_;
  std::vector<std::unique_ptr<Worker>> workers_, io_workers_;
  std::unique_ptr<Watchdog> watchdog_;
};

}  // namespace warpline
