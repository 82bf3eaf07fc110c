// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <map>
#include <string>
#include <vector>

#include "core/device/replicated.hpp"
#include "core/element/context.hpp"
#include "core/element/offload.hpp"
#include "core/element/polled_element.hpp"
#include "core/engine/engine.hpp"

namespace warpline::test {

/// A table that TestVersion reads: its number, in the memory of each device.
struct Version {
  explicit Version(std::uint32_t version) : number(version) { ++alive; }
  ~Version() { --alive; }
  std::uint32_t number;
  Replicated<std::uint32_t> copies{number};
  static inline std::atomic<int> alive{0};
};

/// What the test elements of one pipeline share with the test: in the context's shared store.
struct Bench {
  std::deque<std::vector<std::uint32_t>> input;  ///< batches to emit, a number for each packet
  std::vector<std::uint32_t> output;             ///< the numbers that reached a TestSink
  std::map<std::string, std::vector<std::uint32_t>> by_sink;
  std::vector<DeviceIndex> devices;  ///< the devices TestBalance gives in turn
  std::uint64_t stall_cycles = 0;    ///< how long TestStall takes on its first batch
  std::shared_ptr<Shared<Version>> version =
      std::make_shared<Shared<Version>>(std::make_shared<Version>(1));
  std::map<std::uint32_t, unsigned> versions;  ///< packets by the version that TestVersion saw
  unsigned mixed = 0;                          ///< packets with two versions
  static inline std::atomic<unsigned> reads_after_release{0};
};

/// Everything a graph needs, without ports or threads.
struct Rig {
  PortSet ports;
  DeviceSet devices;
  SharedStore shared;
  HeapBufferPool buffers{4096, 64};
  BatchPool batches{64};
  WorkerCounters counters;
  BuildContext context{ports, devices, shared};
  std::shared_ptr<Bench> bench = shared.get<Bench>("bench", [] { return new Bench; });
  std::unique_ptr<Graph> graph;

  void build(std::string const& text, std::vector<Diagnostic>* warnings = nullptr) {
    auto const pipeline = parse_pipeline(std::make_shared<Source>(Source{"test.click", text}));
    graph = Graph::build(pipeline, context, warnings);
    graph->attach(buffers, batches, counters);
  }
  void poll_all() {
    while (graph->poll(true) > 0) {
    }
  }
  bool conserved(std::size_t inside = 0) const {
    return counters.received.get() + counters.created.get() ==
           counters.transmitted.get() + counters.dropped.get() + inside;
  }
};

}  // namespace warpline::test
