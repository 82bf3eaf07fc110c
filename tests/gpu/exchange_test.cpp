// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <list>
#include <numeric>

#include "tests/gpu/fault_world.hpp"

namespace warpline {
namespace {

constexpr char kVersions[] = "TestSource -> TestBalance -> TestVersion -> TestSink;";

/// Replaces the table of a world's element, as an engine does.
class Exchanger {
 public:
  explicit Exchanger(test::FaultWorld& world)
      : world_(world),
        segment_(*world.rig.graph->segments()[0]),
        element_(*segment_.nodes[0]->element->offload()) {}

  void exchange() {
    world_.rig.bench->version->replace(std::make_shared<test::Version>(++version_));
    auto& rebinding = rebindings_.emplace_back();
    rebinding.element = &element_;
    rebinding.segment = &segment_;
    rebinding.binding = element_.make_binding(world_.rig.devices);
    world_.offloader->rebind(rebinding);
  }
  /// Frees what the worker is through with; what a device may still read goes to `kept`.
  void collect(std::vector<std::unique_ptr<Binding>>& kept) {
    std::erase_if(rebindings_, [&](Rebinding& rebinding) {
      if (!rebinding.done) return false;
      if (rebinding.keep) kept.push_back(std::move(rebinding.binding));
      return true;
    });
  }
  std::size_t pending() const { return rebindings_.size(); }
  std::uint32_t version() const { return version_; }

 private:
  test::FaultWorld& world_;
  Segment& segment_;
  OffloadBase& element_;
  std::list<Rebinding> rebindings_;
  std::uint32_t version_ = 1;
};

/// Exchanges at random moments; returns how many there were, and in `waited` how many of them did
/// not happen at once.
std::uint32_t run_with_exchanges(test::FaultWorld& world, Exchanger& exchanger,
                                 std::vector<std::unique_ptr<Binding>>& kept, unsigned& waited) {
  for (int steps = 0; !world.over() || exchanger.pending() > 0; ++steps) {
    if (steps == 20'000) {
      ADD_FAILURE() << "packets never get through";
      break;
    }
    if (!world.over() && world.random() % 8 == 0) {
      exchanger.exchange();
      exchanger.collect(kept);
      waited += exchanger.pending() > 0;
    }
    world.step();
    exchanger.collect(kept);
  }
  return exchanger.version() - 1;
}

TEST(Exchange, ABatchSeesOneGenerationAndNoPacketIsLost) {
  unsigned waited = 0;
  std::uint64_t exchanges = 0;
  for (std::uint64_t seed = 1; seed <= 1'000; ++seed) {
    test::FaultWorld world(kVersions, seed, 0);
    SCOPED_TRACE("seed " + std::to_string(seed) + world.described);
    Exchanger exchanger(world);
    std::vector<std::unique_ptr<Binding>> kept;
    exchanges += run_with_exchanges(world, exchanger, kept, waited);
    auto& bench = *world.rig.bench;
    ASSERT_EQ(bench.mixed, 0u);
    ASSERT_EQ(bench.output.size(), world.sent);
    std::vector<std::uint32_t> in_order(world.sent);
    std::iota(in_order.begin(), in_order.end(), 0u);
    ASSERT_EQ(bench.output, in_order);
    ASSERT_EQ(test::Version::alive, 1);
    for (auto const* device : world.devices) ASSERT_EQ(device->tables().size(), 1u);
    ASSERT_TRUE(kept.empty());
  }
  EXPECT_EQ(test::Bench::reads_after_release, 0u);
  EXPECT_GT(exchanges, 5'000u);
  EXPECT_GT(waited, 1'000u);
}

// Devices that fail, lose completions or stop and go on: a table is released only after the last task
// that can reach it, and where that can be any time, never.
TEST(Exchange, ATableOutlivesTheLastTaskThatCanReachIt) {
  unsigned waited = 0, with_kept = 0;
  for (std::uint64_t seed = 1; seed <= 400; ++seed) {
    std::vector<std::unique_ptr<Binding>> kept;  // goes last
    test::FaultWorld world(kVersions, seed, 1 + seed % 2);
    SCOPED_TRACE("seed " + std::to_string(seed) + world.described);
    Exchanger exchanger(world);
    run_with_exchanges(world, exchanger, kept, waited);
    ASSERT_EQ(world.rig.bench->mixed, 0u);
    ASSERT_EQ(test::Version::alive, 1 + static_cast<int>(kept.size()));
    ASSERT_TRUE(world.rig.conserved());
    with_kept += !kept.empty();
    // The devices do all that they still can, also what was given up, and then nothing more.
    for (auto* device : world.devices) device->virtual_driver().on_look = [] {};
    for (auto* device : world.devices) device->virtual_driver().run_all();
    for (auto* device : world.devices) device->virtual_driver().end();
  }
  EXPECT_EQ(test::Bench::reads_after_release, 0u);
  EXPECT_GT(waited, 400u);
  EXPECT_GT(with_kept, 10u);
}

}  // namespace
}  // namespace warpline
