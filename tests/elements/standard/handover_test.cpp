// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "core/element/handover.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <random>
#include <set>
#include <vector>

#include "core/element/context.hpp"
#include "core/engine/graph.hpp"
#include "tests/support/guarded_pool.hpp"
#include "tests/support/memory_port.hpp"

namespace warpline {
namespace {

using test::Frame;
using test::FrameBuilder;

/// The IO worker of a split topology with one port, and the rings of its compute workers.
class IoWorker {
 public:
  explicit IoWorker(unsigned compute_workers) : handover_(1, compute_workers, 1) {
    auto port = std::make_unique<test::MemoryPort>("port0", buffers_, 0);
    port_ = port.get();
    ports_.add(std::move(port));
    context_.handover = &handover_;
    graph_ = Graph::build(
        parse_pipeline(std::make_shared<Source>(
            Source{"split topology", "FromInput -> to :: ToCompute; FromCompute -> ToOutput;"})),
        context_);
    graph_->attach(buffers_, batches_, counters_);
  }

  /// The compute worker that gets the frame.
  unsigned worker_of(Frame const& frame) {
    port_->give({frame});
    graph_->poll(true);
    std::vector<unsigned> workers;
    for (unsigned compute = 0; compute < handover_.compute_workers(); ++compute)
      while (auto const batch = handover_.in(compute, 0).pop()) {
        workers.insert(workers.end(), batch->size(), compute);
        buffers_.release(batch->packets());
      }
    EXPECT_EQ(workers.size(), 1u);
    return workers.at(0);
  }
  bool parses() const { return graph_->find("to/headers") != nullptr; }

 private:
  Handover handover_;
  PortSet ports_;
  DeviceSet devices_;
  SharedStore shared_;
  test::GuardedPool buffers_{512};
  BatchPool batches_{128};
  WorkerCounters counters_;
  BuildContext context_{ports_, devices_, shared_};
  test::MemoryPort* port_ = nullptr;
  std::unique_ptr<Graph> graph_;
};

constexpr unsigned kWorkers = 4, kFlows = 200;

/// The first packet of a flow, and the answer.
struct Exchange {
  Frame request, answer;
};

Exchange exchange(std::mt19937& random, bool is_ipv6, unsigned tags) {
  auto const address = [&] { return static_cast<std::uint32_t>(random()); };
  test::Ipv4 ipv4{.source = address(), .destination = address()};
  test::Ipv6 ipv6;
  ipv6.source[15] = static_cast<std::uint8_t>(random());
  ipv6.destination[7] = static_cast<std::uint8_t>(random());
  auto const port = static_cast<std::uint16_t>(random());
  auto const build = [&](std::uint16_t from, std::uint16_t to) {
    FrameBuilder builder;
    for (unsigned tag = 0; tag < tags; ++tag) builder.vlan(static_cast<std::uint16_t>(7 + tag));
    is_ipv6 ? builder.ipv6(ipv6) : builder.ipv4(ipv4);
    return builder.udp(from, to).payload("flow").build();
  };
  auto request = build(port, 53);
  std::swap(ipv4.source, ipv4.destination);
  std::swap(ipv6.source, ipv6.destination);
  return {std::move(request), build(53, port)};
}

TEST(ToCompute, SendsBothDirectionsOfAFlowToOneComputeWorker) {
  IoWorker io(kWorkers);
  std::mt19937 random(1);
  for (unsigned tags = 0; tags <= 2; ++tags)
    for (bool const is_ipv6 : {false, true}) {
      SCOPED_TRACE(std::to_string(tags) + (is_ipv6 ? " tags, IPv6" : " tags, IPv4"));
      std::set<unsigned> workers;
      for (unsigned i = 0; i < kFlows; ++i) {
        auto const flow = exchange(random, is_ipv6, tags);
        auto const worker = io.worker_of(flow.request);
        ASSERT_EQ(io.worker_of(flow.answer), worker);
        workers.insert(worker);
      }
      EXPECT_EQ(workers.size(), kWorkers) << "the flows are spread over all compute workers";
    }
}

TEST(ToCompute, TakesFramesThatEndWithinTheirAddresses) {
  IoWorker io(kWorkers);
  std::mt19937 random(2);
  for (unsigned tags = 0; tags <= 3; ++tags)
    for (bool const is_ipv6 : {false, true}) {
      auto const frame = exchange(random, is_ipv6, tags).request;
      for (auto end = frame.begin(); end != frame.end(); ++end)
        EXPECT_LT(io.worker_of(Frame(frame.begin(), end)), kWorkers);
    }
}

TEST(ToCompute, HasHeadersParsedOnlyForSeveralComputeWorkers) {
  EXPECT_FALSE(IoWorker(1).parses());
  EXPECT_TRUE(IoWorker(2).parses());
}

}  // namespace
}  // namespace warpline
