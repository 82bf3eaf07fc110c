// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <malloc.h>

#include <algorithm>
#include <atomic>
#include <fstream>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "core/element/context.hpp"
#include "core/engine/engine.hpp"
#include "elements/ids/pattern_file.hpp"
#include "elements/ids/tables.hpp"
#include "gpu/host/host_device.hpp"
#include "tests/elements/ids/udp_frame.hpp"
#include "tests/elements/traffic_ends.hpp"
#include "tests/support/scoped.hpp"

namespace warpline {
namespace {

using test::Traffic;
using test::traffic_of;

/// Two sets by turns: one finds one pattern in each packet, the other one three others.
std::string patterns_of(unsigned generation) {
  if (generation % 2 == 0) return "content:\"alpha\"; sid:10;\n";
  return "content:\"alpha\"; sid:20;\ncontent:\"beta\"; sid:21;\ncontent:\"gamma\"; sid:22;\n";
}

std::size_t allocated() {
  auto const info = mallinfo2();
  return info.uordblks + info.hblkhd;
}

/// The signature ids of all alerts in a file, in order.
std::vector<unsigned> sids_of(std::string const& path) {
  std::vector<unsigned> sids;
  std::ifstream file(path);
  static std::string const kKey = "\"signature_id\":";
  for (std::string line; std::getline(file, line);)
    sids.push_back(static_cast<unsigned>(std::stoul(line.substr(line.find(kKey) + kKey.size()))));
  return sids;
}

class IdsExchange : public ::testing::Test {
 protected:
  static constexpr unsigned kExchanges = 1000;
  static constexpr std::uint64_t kPackets = 32;  // for each exchange

  IdsExchange() {
    devices_.add(std::make_unique<host::HostDevice>(std::vector<int>{-1}));
    options_.shared = std::make_shared<SharedStore>();
    options_.worker.offload.deadline = std::chrono::microseconds(20);
    traffic_ = traffic_of(*options_.shared);
    traffic_->allowed = 0;
    auto const frame = ids::testing::udp_frame("alpha beta gamma");
    traffic_->frame.assign(frame.begin(), frame.end());
  }

  /// Makes the next generation and lets packets come while it is brought to the worker.
  void exchange(Engine& engine, Shared<ids::Tables>& shared, unsigned generation) {
    auto next = std::make_shared<ids::Tables>(
        ids::parse_patterns(std::make_shared<Source>(Source{"p", patterns_of(generation)})));
    next->cpu_matching();
    alive_.push_back(next);
    shared.replace(std::move(next));
    traffic_->allowed += kPackets;
    engine.exchange(shared);
    while (engine.collect() > 0) std::this_thread::yield();
    std::erase_if(alive_, [](auto const& tables) { return tables.expired(); });
  }

  test::ScopedFolder folder_;
  PortSet ports_;
  DeviceSet devices_;
  HeapBufferPool buffers_{8192, 256};
  EngineOptions options_;
  std::shared_ptr<Traffic> traffic_;
  std::vector<std::weak_ptr<ids::Tables const>> alive_;  // generations that are not freed
};

TEST_F(IdsExchange, AThousandUnderTrafficKeepMemoryConstantAndMixNoTwoSets) {
  auto const patterns = folder_.write("p", patterns_of(0));
  auto const eve = folder_.path("eve");
  Engine engine(options_, ports_, devices_, buffers_);
  engine.load(std::make_shared<Source>(
      Source{"x", "StreamSource -> LoadBalanceByWeight(0.5) -> IDSMatch(PATTERNS " + patterns +
                      ", EVE " + eve + ") -> StreamSink;"}));
  auto const shared = ids::file_tables(*options_.shared, patterns);
  engine.start();
  std::size_t before = 0;
  for (unsigned generation = 1; generation <= kExchanges; ++generation) {
    exchange(engine, *shared, generation);
    ASSERT_EQ(alive_.size(), 1u) << "only the current one is left";
    if (generation == 100) before = allocated();
  }
  auto const after = allocated();
  traffic_->over = true;
  engine.join();
  EXPECT_LT(after, before + (64 << 10)) << "900 generations take more than 900 KiB";

  EXPECT_EQ(traffic_->received, kExchanges * kPackets);
  EXPECT_TRUE(engine.totals().conserved());
  std::uint64_t packets[2] = {};
  auto const sids = sids_of(eve);
  for (std::size_t i = 0; i < sids.size();) {
    bool const single = sids[i] == 10;
    ++packets[single ? 0 : 1];
    if (single) {
      ++i;
      continue;
    }
    ASSERT_LE(i + 3, sids.size());
    ASSERT_EQ(std::vector(&sids[i], &sids[i] + 3), (std::vector{20u, 21u, 22u}))
        << "a packet was scanned with one set and reported with another";
    i += 3;
  }
  EXPECT_EQ(packets[0] + packets[1], kExchanges * kPackets);
  EXPECT_GT(packets[0], kPackets);
  EXPECT_GT(packets[1], kPackets);
}

}  // namespace
}  // namespace warpline
