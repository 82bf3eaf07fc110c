// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "tests/elements/ids/evasion/alerts_of.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>

#include "elements/ids/detect/detector.hpp"
#include "tests/elements/ids/test_rules.hpp"

namespace warpline::ids::testing {
namespace {

/// Collects the alerts of a case.
class Collector final : public DetectorEvents {
 public:
  explicit Collector(RuleSet const& rules) : rules_(rules) {}
  void alert(PacketContext const&, RuleAlert const& alert) override {
    sids.push_back(rules_.rules()[alert.rule].rule.sid);
  }
  void drop(PacketContext const&, std::optional<std::uint32_t>) override { ++drops; }
  void flow_ended(Flow const&, FlowEvent::Reason, std::uint64_t, std::uint64_t) override {}

  Sids sids;
  std::uint64_t drops = 0;

 private:
  RuleSet const& rules_;
};

HostPolicies policies_of(HostSystem system) {
  HostPolicies policies;
  std::uint8_t const any[16] = {};
  policies.add({any, 4}, 0, system);
  policies.add({any, 16}, 0, system);
  return policies;
}

}  // namespace

Alerts alerts_of(EvasionCase const& test) {
  test::TestRules const rules(test.rules);
  DetectorOptions options;
  options.ips = test.ips;
  options.flows = 64;
  options.stream_memory = 4 << 20;
  options.defrag_memory = 1 << 20;
  options.datagrams = 64;
  options.checksums = test.checksums;
  options.hosts = policies_of(test.system);
  options.tcp = {.midstream = test.midstream, .depth = test.depth};
  SharedState shared(1);
  Collector collector(*rules.set);
  Detector detector(rules.set, rules.searches, shared, options, collector, 2);
  Alerts result;
  for (auto const& [time_ns, bytes] : test.traffic.frames()) {
    // A block of its own, so that sanitizers see a read beyond its end.
    auto const copy = std::make_unique<std::uint8_t[]>(bytes.size());
    std::copy(bytes.begin(), bytes.end(), copy.get());
    auto const verdict =
        detector.process({copy.get(), static_cast<std::uint32_t>(bytes.size())},
                         {time_ns, result.by_packet.size() + 1, LinkType::kEthernet}, {});
    result.verdicts += verdict == FrameVerdict::kPass   ? '.'
                       : verdict == FrameVerdict::kDrop ? 'd'
                                                        : 'r';
    result.by_packet.push_back(collector.sids.size());
  }
  detector.finish();
  EXPECT_EQ(detector.stream_pool().in_use(), 0u);
  result.sids = collector.sids;
  result.overflow = detector.counters().alert_overflow;
  return result;
}

}  // namespace warpline::ids::testing
