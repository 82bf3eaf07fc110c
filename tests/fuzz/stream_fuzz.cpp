// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/random.hpp"
#include "core/net/wire.hpp"
#include "elements/ids/alert/endpoints.hpp"
#include "elements/ids/detect/detector.hpp"
#include "elements/ids/rules/rule_parser.hpp"
#include "tests/fuzz/require.hpp"

namespace {

using namespace warpline;
using namespace warpline::ids;
using fuzz::require;

constexpr std::uint32_t kMaxOffset = 40'000;  // of bytes in a stream
constexpr unsigned kFlows = 4;
constexpr std::uint16_t kFirstPort = 40'000;

/// The first rule shows each view of a stream. The others make the detector search and remember.
constexpr char kRules[] =
    "alert tcp-stream any any -> any any (pcre:\"/./s\"; sid:1;)\n"
    "alert tcp any any -> any any (content:\"ab\"; content:\"c\"; distance:0; within:9; sid:2;)\n"
    "alert tcp any any -> any any (content:\"|00|\"; depth:20; flowbits:set,x; sid:3;)\n"
    "drop tcp any any -> any any (flowbits:isset,x; content:\"zz\"; sid:4;)\n"
    "pass tcp any any -> any any (content:\"trusted\"; sid:5;)\n"
    "alert tcp any any -> any any (flow:established,to_server; stream_size:client,>,9; sid:6;)\n";

struct Rules {
  std::shared_ptr<RuleSet const> set;
  std::vector<CpuMatching> searches;
};

Rules const& rules() {
  static Rules const once = [] {
    RuleParser parser(default_variables());
    parser.read(std::make_shared<Source>(Source{"fuzz.rules", kRules}));
    require(parser.report().errors.empty(), "rules");
    Rules loaded{std::make_shared<RuleSet const>(parser.take_rules()), {}};
    for (auto const& search : loaded.set->groups().searches())
      loaded.searches.push_back({MatcherPolicy::kHyperscan,
                                 std::make_shared<HyperscanDatabase const>(search.patterns),
                                 nullptr});
    return loaded;
  }();
  return once;
}

/// The byte of a stream at an offset: what a reassembly byte by byte gives where all segments agree.
std::uint8_t byte_at(unsigned stream, std::uint32_t offset) {
  return static_cast<std::uint8_t>(mix64(std::uint64_t{stream} << 32 | offset) >> 8);
}

/// All bytes of all streams.
std::vector<std::string> const& streams() {
  static auto const once = [] {
    std::vector<std::string> all(2 * kFlows);
    for (unsigned stream = 0; stream < all.size(); ++stream)
      for (std::uint32_t offset = 0; offset < kMaxOffset; ++offset)
        all[stream] += static_cast<char>(byte_at(stream, offset));
    return all;
  }();
  return once;
}

/// Counts flows, and holds each view of a stream against the bytes that were sent.
class Checks final : public DetectorEvents {
 public:
  bool segments_agree = false;
  std::uint64_t flows = 0, alerts = 0;

  void alert(PacketContext const& context, RuleAlert const& alert) override {
    ++alerts;
    if (!segments_agree || !alert.in_stream) return;
    require(context.flow != nullptr, "a flow");
    auto const ends = endpoints_of(*context.flow, true);
    auto const flow = ends.source_port >= kFirstPort ? ends.source_port : ends.destination_port;
    // The first packet of a flow decides which end is its client.
    bool const from_client = (ends.source_port >= kFirstPort) == context.to_server;
    auto const& bytes = streams().at(2u * (flow - kFirstPort) + (from_client ? 0 : 1));
    std::string_view rest(reinterpret_cast<char const*>(alert.payload.data), alert.payload.size);
    // The alerts at the end show where bytes are missing.
    constexpr std::string_view kMissing = " bytes missing]";
    while (!rest.empty()) {
      auto const mark = rest.find(kMissing);
      auto const begin = mark == rest.npos ? rest.size() : rest.rfind('[', mark);
      require(begin != rest.npos, "a mark");
      require(bytes.find(rest.substr(0, begin)) != bytes.npos, "the bytes of a view");
      if (mark == rest.npos) break;
      rest.remove_prefix(mark + kMissing.size());
    }
  }
  void drop(PacketContext const&, std::optional<std::uint32_t>) override {}
  void flow_ended(Flow const&, FlowEvent::Reason, std::uint64_t, std::uint64_t) override {
    ++flows;
  }
};

/// Reads the input; zeros after its end.
class Input {
 public:
  Input(std::uint8_t const* data, std::size_t size) : data_(data), size_(size) {}
  bool empty() const { return size_ == 0; }
  std::uint8_t byte() {
    if (size_ == 0) return 0;
    --size_;
    return *data_++;
  }
  std::uint32_t number() {
    auto const high = byte();
    return static_cast<std::uint32_t>(high << 8 | byte());
  }

 private:
  std::uint8_t const* data_;
  std::size_t size_;
};

/// A segment in an IPv4 datagram. `stream`: even from the client.
std::vector<std::uint8_t> segment(Input& input, unsigned stream, bool agree) {
  auto const flags = input.byte();
  bool const syn = (flags & 2) != 0;
  auto const offset = std::min(input.number(), kMaxOffset - 2048) - (syn ? 1u : 0u);
  auto const acked = input.number();
  auto const size = input.byte() * (1u + (stream + flags) % 8);
  auto const port = static_cast<std::uint16_t>(kFirstPort + stream / 2);
  bool const from_client = stream % 2 == 0;
  std::vector<std::uint8_t> frame(40);
  auto const put16 = [&](std::size_t place, std::uint32_t value) {
    frame[place] = static_cast<std::uint8_t>(value >> 8);
    frame[place + 1] = static_cast<std::uint8_t>(value);
  };
  auto const put32 = [&](std::size_t place, std::uint32_t value) {
    put16(place, value >> 16);
    put16(place + 2, value & 0xffff);
  };
  frame[0] = 0x45;
  put16(2, 40 + size);
  frame[8] = 64;
  frame[9] = protocol::kTcp;
  put32(12, from_client ? 0x0a000001 : 0x0a000002);
  put32(16, from_client ? 0x0a000002 : 0x0a000001);
  put16(20, from_client ? port : 80);
  put16(22, from_client ? 80 : port);
  put32(24, 0xfffff000 + offset);
  put32(28, 0xfffff000 + acked);
  frame[32] = 0x50;
  frame[33] = flags;
  put16(34, 65535);
  // A SYN's data begin after it.
  auto const first = offset + (syn ? 1u : 0u);
  for (std::uint32_t i = 0; i < size; ++i)
    frame.push_back(agree ? byte_at(stream, first + i) : input.byte());
  return frame;
}

}  // namespace

/// TCP segments with any flags, numbers, sizes and order, of four connections, through the detector.
/// The first byte chooses the options, and whether segments that overlap contain the same bytes.
extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  Input input(data, size);
  auto const choice = input.byte();
  DetectorOptions options;
  options.ips = (choice & 1) != 0;
  options.tcp.midstream = (choice & 2) != 0;
  options.tcp.depth = (choice & 4) != 0 ? 5000 : 1 << 20;
  options.stream_memory = (choice & 8) != 0 ? 16 * BlockPool::kBlockSize : 1 << 20;
  options.flows = (choice & 16) != 0 ? 2 : 16;
  options.defrag_memory = 4 * BlockPool::kBlockSize;
  options.datagrams = 2;
  options.checksums = ChecksumPolicy::kOff;
  std::uint8_t const any[4] = {};
  options.hosts.add({any, 4}, 0,
                    static_cast<HostSystem>(input.byte() % host_system_names().size()));
  Checks checks;
  checks.segments_agree = (choice & 32) == 0;
  // No rule here uses it, so that no input changes it; it takes long to construct.
  static SharedState shared(1);
  Detector detector(rules().set, rules().searches, shared, options, checks, 2);
  std::uint64_t packets = 0, time_ns = 1'000'000'000;
  while (!input.empty()) {
    auto const head = input.byte();
    time_ns += (head >> 3) * std::uint64_t{1'000'000'000};
    auto const frame = segment(input, head % (2 * kFlows), checks.segments_agree);
    auto const copy = std::make_unique<std::uint8_t[]>(frame.size());
    std::copy(frame.begin(), frame.end(), copy.get());
    detector.process({copy.get(), static_cast<std::uint32_t>(frame.size())},
                     {time_ns, ++packets, LinkType::kRawIp}, {});
    require(detector.stream_pool().in_use() <= detector.stream_pool().capacity(), "memory");
    require(detector.flows().size() <= options.flows, "flows");
    if ((head & 128) != 0) detector.expire(time_ns, 4);
  }
  require(detector.counters().packets == packets, "packets");
  detector.finish();
  require(detector.flows().size() == 0, "no flow is left");
  require(detector.stream_pool().in_use() == 0, "no byte is left");
  require(packets == 0 || options.flows < kFlows || checks.flows >= 1, "flows end");
  require(checks.alerts == detector.counters().alerts, "alerts");
  return 0;
}
