// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <numeric>

#include "tests/elements/element_files.hpp"
#include "tests/support/pipeline_runner.hpp"
#include "tests/support/traffic.hpp"

/// Every offloadable element gives the same bytes, order, drops and tags whoever runs its kernel:
/// the one body or the tuned form on the own core, its form for teams of GPU threads, or a device.
/// Elements enrol by being registered.
namespace warpline {
namespace {

using test::Frame;
using test::Kernels;
using test::Outcome;
using test::RunOptions;

/// How the test configures a class: `e` is the element, whatever stands before it prepares packets.
std::map<std::string, std::vector<std::string>> const kConfigurations = {
    {"FlowHash", {"e :: FlowHash"}},
    {"IDSMatch",
     {"e :: IDSMatch(PATTERNS rules/web.patterns)",
      "e :: IDSMatch(PATTERNS rules/web.patterns, DROP true)", "e :: IDSMatch(SYNTHETIC 300)"}},
    {"IPsecEncrypt",
     {"e :: IPsecEncrypt(aes128-gcm, sa/gateway.sa)",
      "e :: IPsecEncrypt(aes128-ctr-hmac-sha1-96, sa/gateway.sa)"}},
    {"IPsecAES",
     {"b :: IPsecESPencap(sa/gateway.sa) -> e :: IPsecAES(sa/gateway.sa)",
      "b :: FlowHash -> e :: IPsecAES(sa/gateway.sa)"}},
    {"IPsecAuthHMACSHA1",
     {"a :: IPsecESPencap(sa/gateway.sa) -> b :: IPsecAES(sa/gateway.sa)"
      " -> e :: IPsecAuthHMACSHA1(sa/gateway.sa)",
      "b :: FlowHash -> e :: IPsecAuthHMACSHA1(sa/gateway.sa)"}},
};

/// A pipeline with an offloadable element; empty for a class without a configuration.
struct Case {
  std::string name;
  std::string pipeline;
  /// For the names of tests that fail.
  friend std::ostream& operator<<(std::ostream& out, Case const& each) {
    return out << each.pipeline;
  }
};

std::vector<Case> cases() {
  std::vector<Case> cases;
  for (auto const& name : Registry::instance().names()) {
    auto const& entry = *Registry::instance().find(name);
    if (!entry.offloadable || test::is_test_element(entry)) continue;
    auto const found = kConfigurations.find(name);
    if (found == kConfigurations.end()) {
      cases.push_back({name, ""});
      continue;
    }
    for (std::size_t i = 0; i < found->second.size(); ++i)
      cases.push_back({name + (i == 0 ? "" : std::to_string(i + 1)), found->second[i]});
  }
  // Segments of several elements, and one whose results another one's packets depend on.
  cases.push_back({"Chain",
                   "a :: IPsecESPencap(sa/gateway.sa) -> b :: IPsecAES(sa/gateway.sa)"
                   " -> c :: IPsecAuthHMACSHA1(sa/gateway.sa) -> d :: FlowHash"
                   " -> e :: IDSMatch(PATTERNS rules/web.patterns, DROP true) -> f :: FlowHash"});
  return cases;
}

/// Who runs the kernels in a run.
struct Executor {
  std::string name;
  std::string balancer;
  Kernels kernels = Kernels::kDevice;
  int helpers = 0;
  bool threaded = false;
  std::uint32_t team_room = 0;
};

class Conformance : public testing::TestWithParam<Case> {
 protected:
  Outcome run(Executor const& executor, std::vector<Frame> const& frames,
              std::vector<unsigned> const& bursts) {
    RunOptions options;
    options.bursts = bursts;
    options.frame_size = 2304;
    options.tailroom = 128;
    options.kernels = executor.kernels;
    options.host_helpers = executor.helpers;
    options.threaded = executor.threaded;
    options.team_room = executor.team_room;
    options.source_name = files_.pipeline_name();
    return test::run_pipeline("FromInput(BURST 256) -> l :: " + executor.balancer + " -> " +
                                  GetParam().pipeline + " -> o :: ToOutput;",
                              frames, options);
  }

  void compare(std::vector<Frame> const& frames, std::vector<unsigned> const& bursts) {
    ASSERT_NE(GetParam().pipeline, "")
        << "add a line for " << GetParam().name << " to the table in this file";
    auto const body = run({"body", "CPUOnly", Kernels::kBody}, frames, bursts);
    // Behind FlowHash stand elements that nobody has prepared the packets for.
    bool const unprepared = GetParam().pipeline.find("FlowHash -> e") != std::string::npos;
    EXPECT_TRUE(unprepared || body.transmitted > 0) << "a test without packets shows nothing";
    for (auto const& executor : std::vector<Executor>{
             {"the own core", "CPUOnly", Kernels::kOwnCore},
             {"a GPU's teams, emulated", "CPUOnly", Kernels::kTeam, 0, false, 48 * 1024},
             {"a small GPU's teams, emulated", "CPUOnly", Kernels::kTeam, 0, false, 10 * 1024},
             {"the host device, inline", "GPUOnly(DEVICE host)"},
             {"the host device", "GPUOnly(DEVICE host)", Kernels::kDevice, 1},
             {"own core and device mixed", "LoadBalanceByWeight(0.5)", Kernels::kDevice, 1}}) {
      SCOPED_TRACE(executor.name);
      expect_same(run(executor, frames, bursts), body);
    }
  }

  static void expect_same(Outcome const& given, Outcome const& wanted) {
    EXPECT_EQ(given.drops_at, wanted.drops_at);
    EXPECT_EQ(given.transmitted, wanted.transmitted);
    for (std::size_t port = 0; port < wanted.sent.size(); ++port) {
      ASSERT_EQ(given.sent[port].size(), wanted.sent[port].size());
      for (std::size_t i = 0; i < wanted.sent[port].size(); ++i)
        ASSERT_EQ(given.sent[port][i], wanted.sent[port][i]) << "packet " << i;
    }
  }

  test::ElementFiles files_;
};
INSTANTIATE_TEST_SUITE_P(Registered, Conformance, testing::ValuesIn(cases()),
                         [](auto const& parameter) { return parameter.param.name; });

/// A frame of that length: most often a correct one, else one that something is wrong with.
Frame frame_of(std::mt19937_64& random, std::size_t length) {
  switch (random() % 8) {
    case 0:
      return test::random_bytes(random, length);
    case 1: {
      auto frame = test::udp_frame(random, length);
      if (length > 0) frame[random() % std::min<std::size_t>(length, 42)] ^= 0x11;
      return frame;
    }
    default:
      return test::udp_frame(random, length);
  }
}

TEST_P(Conformance, HoldsForAllLengthsUpTo2048) {
  std::uint64_t const seed = 20;
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937_64 random(seed);
  std::vector<std::size_t> lengths(2049);
  std::iota(lengths.begin(), lengths.end(), std::size_t{0});
  std::shuffle(lengths.begin(), lengths.end(), random);
  std::vector<Frame> frames;
  for (auto const length : lengths) frames.push_back(frame_of(random, length));
  std::vector<unsigned> bursts;
  for (int i = 0; i < 50; ++i) bursts.push_back(1 + static_cast<unsigned>(random() % 256));
  compare(frames, bursts);
}

TEST_P(Conformance, HoldsForAllBatchSizes) {
  std::uint64_t const seed = 21;
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937_64 random(seed);
  std::vector<unsigned> bursts(256);
  std::iota(bursts.begin(), bursts.end(), 1u);
  std::shuffle(bursts.begin(), bursts.end(), random);
  std::vector<Frame> frames;
  // Small frames, so that sizes rather than lengths take the time.
  for (unsigned i = 0; i < 256 * 257 / 2; ++i) frames.push_back(frame_of(random, random() % 100));
  compare(frames, bursts);
}

TEST_P(Conformance, HoldsOnAWorkersThreadWithADevicesThread) {
  std::uint64_t const seed = 22;
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937_64 random(seed);
  std::vector<Frame> frames;
  for (int i = 0; i < 3000; ++i) frames.push_back(frame_of(random, random() % 400));
  std::vector<unsigned> const bursts = {32, 1, 256, 7};
  auto const wanted = run({"", "CPUOnly", Kernels::kBody}, frames, bursts);
  for (auto const* balancer : {"GPUOnly(DEVICE host)", "LoadBalanceByWeight(0.5)"})
    for (int helpers = 0; helpers <= 2; ++helpers) {
      SCOPED_TRACE(std::string(balancer) + ", helper threads: " + std::to_string(helpers));
      expect_same(run({"", balancer, Kernels::kDevice, helpers, true}, frames, bursts), wanted);
    }
}

}  // namespace
}  // namespace warpline
