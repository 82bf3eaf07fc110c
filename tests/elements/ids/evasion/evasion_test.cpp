// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <set>
#include <string>

#include "elements/ids/detect/detector.hpp"
#include "elements/ids/rules/rule_parser.hpp"
#include "elements/ids/tables.hpp"
#include "tests/elements/ids/evasion/cases.hpp"
#include "tests/elements/ids/evasion/suite_case.hpp"

namespace warpline::ids::testing {
namespace {

/// Collects the alerts of a case.
class Alerts final : public DetectorEvents {
 public:
  explicit Alerts(RuleSet const& rules) : rules_(rules) {}
  void alert(PacketContext const&, RuleAlert const& alert) override {
    sids.push_back(rules_.rules()[alert.rule].rule.sid);
  }
  void drop(PacketContext const&, std::optional<std::uint32_t>) override {}
  void flow_ended(Flow const&, FlowEvent::Reason, std::uint64_t, std::uint64_t) override {}

  Sids sids;

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

Sids alerts_of(EvasionCase const& test) {
  RuleParser parser(default_variables());
  parser.read(std::make_shared<Source>(Source{"evasion.rules", test.rules}));
  for (auto const& error : parser.report().errors) ADD_FAILURE() << error.render();
  auto const rules = std::make_shared<RuleSet const>(parser.take_rules());
  CpuMatching matching;
  bool const has_patterns = !rules->patterns().patterns.empty();
  if (has_patterns)
    matching.database = std::make_shared<HyperscanDatabase const>(rules->patterns());
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
  Alerts alerts(*rules);
  Detector detector(rules, has_patterns ? &matching : nullptr, shared, options, alerts, 2);
  std::uint64_t number = 0;
  for (auto const& [time_ns, bytes] : test.traffic.frames()) {
    // A block of its own, so that sanitizers see a read beyond its end.
    auto const copy = std::make_unique<std::uint8_t[]>(bytes.size());
    std::copy(bytes.begin(), bytes.end(), copy.get());
    detector.process({copy.get(), static_cast<std::uint32_t>(bytes.size())},
                     {time_ns, ++number, LinkType::kEthernet}, {});
  }
  detector.finish();
  EXPECT_EQ(detector.stream_pool().in_use(), 0u);
  std::sort(alerts.sids.begin(), alerts.sids.end());
  return alerts.sids;
}

std::vector<EvasionCase> all_cases() {
  std::vector<EvasionCase> all;
  for (auto const& part :
       {chunk_cases(), connection_cases(), fragment_cases(), overlap_cases(), segment_cases()})
    all.insert(all.end(), part.begin(), part.end());
  return all;
}

class Evasion : public ::testing::TestWithParam<EvasionCase> {};

TEST_P(Evasion, RaisesTheAlertsThatItDeserves) {
  auto const& test = GetParam();
  EXPECT_EQ(alerts_of(test), test.expected);
  // Suricata knows no hosts of these two systems.
  if (test.system == HostSystem::kFirst || test.system == HostSystem::kLast) return;
  if (auto const* const folder = std::getenv("WARPLINE_EVASION_FOLDER"))
    write_suite_case(test, folder);
}

INSTANTIATE_TEST_SUITE_P(Set, Evasion, ::testing::ValuesIn(all_cases()),
                         [](auto const& test) { return test.param.name; });

TEST(EvasionSet, HasEachNameOnceAndACauseForEachDifference) {
  std::set<std::string> names;
  for (auto const& test : all_cases()) {
    EXPECT_TRUE(names.insert(test.name).second) << test.name;
    if (!test.suricata) continue;
    EXPECT_NE(test.suricata->sids, test.expected) << test.name;
    EXPECT_FALSE(test.suricata->cause.empty()) << test.name;
  }
}

}  // namespace
}  // namespace warpline::ids::testing
