// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <deque>
#include <map>
#include <string>
#include <vector>

#include "core/element/context.hpp"
#include "core/element/element.hpp"
#include "core/element/offload.hpp"
#include "core/engine/engine.hpp"

namespace warpline::test {

/// What the test elements of one pipeline share with the test: in the context's shared store.
struct Bench {
  std::deque<std::vector<std::uint32_t>> input;  ///< batches to emit, a number for each packet
  std::vector<std::uint32_t> output;             ///< the numbers that reached a TestSink
  std::map<std::string, std::vector<std::uint32_t>> by_sink;
  std::vector<DeviceIndex> devices;  ///< the devices TestBalance gives in turn
  std::uint64_t stall_cycles = 0;    ///< how long TestStall takes on its first batch
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
