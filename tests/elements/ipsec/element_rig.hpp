// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstring>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/element/context.hpp"
#include "core/element/offload.hpp"
#include "core/engine/graph.hpp"
#include "tests/elements/ipsec/vectors.hpp"

namespace warpline::ipsec::testing {

/// What reached the end of the pipeline.
struct Caught {
  std::vector<Octets> frames;
  std::vector<Packet> packets;  ///< their descriptors; the buffers are gone
};

/// A pipeline between a source that the test plays and a sink that keeps what comes.
struct ElementRig {
  PortSet ports;
  DeviceSet devices;
  SharedStore shared;
  HeapBufferPool buffers{600, 9100};
  BatchPool batches{64};
  WorkerCounters counters;
  BuildContext context{ports, devices, shared};
  std::vector<std::string> notices;
  std::shared_ptr<Caught> caught =
      shared.get<Caught>("ipsec", [] { return std::make_shared<Caught>(); });
  std::unique_ptr<Graph> graph;

  /// `elements` between source and sink; the pipeline stands in the file `name`.
  explicit ElementRig(std::string const& elements, std::string const& name = "test.click") {
    context.notice = [this](std::string const& text) { notices.push_back(text); };
    graph = Graph::build(parse_pipeline(std::make_shared<Source>(
                             Source{name, "feed :: IpsecFeed -> " + elements + " -> IpsecCatch;"})),
                         context);
    graph->attach(buffers, batches, counters);
  }

  /// A batch of these frames with room around them.
  BatchPtr batch_of(std::vector<Octets> const& frames) {
    auto batch = batches.allocate();
    buffers.allocate({batch->slots(), frames.size()});
    batch->resize(static_cast<unsigned>(frames.size()));
    for (unsigned i = 0; i < frames.size(); ++i) {
      auto& packet = (*batch)[i];
      packet.append(static_cast<unsigned>(frames[i].size()));
      std::copy(frames[i].begin(), frames[i].end(), packet.data);
      packet.tag = 0;
    }
    counters.received.add(frames.size());
    return batch;
  }
  /// Sends the frames through, as one batch.
  void send(std::vector<Octets> const& frames) {
    auto* const feed = graph->find("feed");
    graph->push(*feed->outputs[0].node, 0, batch_of(frames));
  }
  /// The frames that element `e` makes of these by `prepare` and `run(element, batch)`.
  template <class Run>
  std::vector<Octets> kernel_output(std::vector<Octets> const& frames, Run run) {
    auto batch = batch_of(frames);
    auto& node = *graph->find("e");
    Outputs out(*graph, node);
    auto& element = *node.element->offload();
    element.prepare(*batch, out);
    run(element, *batch);
    std::vector<Octets> after;
    for (auto const& packet : batch->packets())
      after.emplace_back(packet.data, packet.data + packet.length);
    out.drop(std::move(batch), DropReason::named("test_over"));
    return after;
  }
  /// Packets dropped by all elements, by reason.
  std::map<std::string, std::uint64_t> drops() const {
    std::map<std::string, std::uint64_t> by_reason;
    for (auto const& node : graph->nodes())
      for (std::uint16_t i = 0; i < DropReason::count(); ++i)
        if (auto const count = node->counters.drops[i].get(); count > 0)
          by_reason[std::string(drop_name(i))] += count;
    return by_reason;
  }
  bool conserved() const {
    return counters.received.get() + counters.created.get() ==
               counters.transmitted.get() + counters.dropped.get() &&
           buffers.in_use() == 0 && batches.in_use() == 0;
  }

 private:
  static std::string_view drop_name(std::uint16_t index) {
    Verdict const verdict{static_cast<std::uint16_t>(Verdict::kDrop | index)};
    return verdict.reason().name();
  }
};

}  // namespace warpline::ipsec::testing
