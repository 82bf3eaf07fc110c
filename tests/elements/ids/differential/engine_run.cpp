// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "tests/elements/ids/differential/engine_run.hpp"

#include <algorithm>
#include <functional>
#include <stdexcept>

#include "core/device/team.hpp"
#include "elements/ids/detect/detector.hpp"
#include "elements/ids/interleaved_scan.hpp"
#include "elements/ids/rules/rule_parser.hpp"
#include "elements/ids/scan_team.hpp"
#include "elements/ids/tables.hpp"

namespace warpline::ids::differential {
namespace {

Bytes bytes_of(std::string const& text) {
  return {reinterpret_cast<std::uint8_t const*>(text.data()),
          static_cast<std::uint32_t>(text.size())};
}

class Collector final : public DetectorEvents {
 public:
  explicit Collector(RuleSet const& rules) : rules_(rules) {}

  void alert(PacketContext const& context, RuleAlert const& alert) override {
    auto const& packet = *context.packet;
    auto const address = [&](bool destination) {
      if (packet.version == 0) return std::string();
      auto const* const bytes = destination ? packet.destination() : packet.source();
      return std::string(reinterpret_cast<char const*>(bytes), packet.address_size());
    };
    auto const flow = reference::flow_text(address(false), packet.source_port, address(true),
                                           packet.destination_port);
    alerts.push_back({context.number, flow, rules_.rules()[alert.rule].rule.sid, alert.in_stream});
  }
  void drop(PacketContext const&, std::optional<std::uint32_t>) override {}
  void flow_ended(Flow const&, FlowEvent::Reason, std::uint64_t, std::uint64_t) override {}

  std::vector<reference::Alert> alerts;

 private:
  RuleSet const& rules_;
};

reference::Verdict verdict_of(FrameVerdict verdict) {
  switch (verdict) {
    case FrameVerdict::kPass:
      return reference::Verdict::kPass;
    case FrameVerdict::kDrop:
      return reference::Verdict::kDrop;
    case FrameVerdict::kReject:
      break;
  }
  return reference::Verdict::kReject;
}

DetectorOptions options_of(reference::Options const& options) {
  DetectorOptions result;
  result.ips = options.ips;
  result.flows = 64;
  result.stream_memory = 1 << 20;
  result.defrag_memory = 1 << 18;
  result.datagrams = 64;
  result.checksums = options.checksums ? ChecksumPolicy::kOn : ChecksumPolicy::kOff;
  std::uint8_t const any[16] = {};
  result.hosts.add({any, 4}, 0, *host_system_of(options.host));
  result.hosts.add({any, 16}, 0, *host_system_of(options.host));
  result.max_alerts = options.max_alerts;
  result.tcp.midstream = options.tcp.midstream;
  result.tcp.depth = static_cast<std::uint32_t>(options.tcp.depth);
  return result;
}

/// What the form for teams of threads finds after the offsets.
std::vector<Matches> team_results(AhoCorasick const& automaton,
                                  std::vector<reference::Frame> const& frames,
                                  std::vector<std::uint32_t> const& offsets) {
  std::vector<std::vector<std::uint8_t>> bytes;
  std::vector<Packet> packets;
  for (std::size_t i = 0; i < frames.size(); ++i) {
    auto& copy = bytes.emplace_back(frames[i].bytes.begin(), frames[i].bytes.end());
    Packet packet{};
    packet.data = copy.data();
    packet.length = static_cast<std::uint16_t>(copy.size());
    packet.tag = offsets[i] == 0 ? 0 : ScanTag::of(1, offsets[i]).word();
    packets.push_back(packet);
  }
  std::vector<Matches> results(packets.size());
  emulate_team<Regions<Payload<0>, Tag>, Result<Matches>>(
      ScanTeam<ByTag>{automaton.view()},
      WorkItem::of(packets.data(), static_cast<std::uint32_t>(packets.size()),
                   reinterpret_cast<std::byte*>(results.data())),
      48u << 10);
  return results;
}

}  // namespace

std::string name_of(Search search) {
  constexpr char const* kNames[] = {"Hyperscan",   "Hyperscan before", "automaton before",
                                    "body before", "team before",      "overflow before"};
  return kNames[static_cast<std::size_t>(search)];
}

std::size_t worker_of(std::string const& frame, std::size_t workers) {
  if (workers == 1) return 0;
  auto const packet = reference::read_frame(frame);
  std::hash<std::string> const hash;
  return (hash(packet.source) + hash(packet.destination)) % workers;
}

std::vector<Rule> parsed(std::string const& rules) {
  RuleParser parser(default_variables());
  parser.read(std::make_shared<Source>(Source{"random.rules", rules}));
  auto const& report = parser.report();
  if (!report.errors.empty()) throw std::invalid_argument(report.errors[0].render());
  if (report.skipped + report.refused > 0) throw std::invalid_argument(render(report));
  return parser.take_rules();
}

struct Engine::Compiled {
  explicit Compiled(std::string const& rules)
      : set(std::make_shared<RuleSet const>(parsed(rules))) {
    if (!set->patterns().patterns.empty()) tables = std::make_unique<Tables>(set->patterns());
  }
  /// `offsets`: of the payloads in the frames; 0: none.
  std::vector<Matches> search(std::vector<reference::Frame> const& frames,
                              std::vector<std::uint32_t> const& offsets, Search kind) const;

  std::shared_ptr<RuleSet const> set;
  std::unique_ptr<Tables> tables;
};

Engine::Engine(std::string const& rules) : compiled_(std::make_unique<Compiled>(rules)) {}
Engine::~Engine() = default;

std::vector<Matches> Engine::Compiled::search(std::vector<reference::Frame> const& frames,
                                              std::vector<std::uint32_t> const& offsets,
                                              Search kind) const {
  std::vector<Bytes> payloads;
  for (std::size_t i = 0; i < frames.size(); ++i)
    payloads.push_back(offsets[i] == 0 ? Bytes{} : bytes_of(frames[i].bytes).after(offsets[i]));
  std::vector<Matches> results(payloads.size());
  switch (kind) {
    case Search::kHyperscan:
      break;
    case Search::kGivenHyperscan: {
      HyperscanScanner scanner(tables->database());
      for (std::size_t i = 0; i < payloads.size(); ++i) scanner.scan(payloads[i], results[i]);
      break;
    }
    case Search::kGivenAutomaton:
      InterleavedScan(tables->automaton().view()).scan(payloads, results.data());
      break;
    case Search::kGivenBody:
      for (std::size_t i = 0; i < payloads.size(); ++i)
        results[i] = tables->automaton().view().scan(payloads[i]);
      break;
    case Search::kGivenTeam:
      return team_results(tables->automaton(), frames, offsets);
    case Search::kGivenOverflow:
      for (auto& result : results) result.count = Matches::kOverflow;
  }
  return results;
}

RunResult Engine::run(std::vector<reference::Frame> const& frames,
                      reference::Options const& options, Search search, std::size_t workers) const {
  CpuMatching matching;
  if (compiled_->tables) matching.database = compiled_->tables->database();
  SharedState shared(7);
  Collector collector(*compiled_->set);
  std::vector<std::unique_ptr<Detector>> detectors;
  for (std::size_t i = 0; i < workers; ++i)
    detectors.push_back(std::make_unique<Detector>(compiled_->set,
                                                   compiled_->tables ? &matching : nullptr, shared,
                                                   options_of(options), collector, 5));
  FrameDecoder decoder;
  std::vector<std::uint32_t> offsets;
  for (auto const& frame : frames) {
    auto const& inner = decoder.decode(bytes_of(frame.bytes), LinkType::kEthernet).back();
    offsets.push_back(inner.payload_size > 0 ? inner.payload : 0);
  }
  std::vector<Matches> found;
  bool const given = search != Search::kHyperscan && compiled_->tables;
  if (given) found = compiled_->search(frames, offsets, search);
  RunResult result;
  for (std::size_t i = 0; i < frames.size(); ++i) {
    Detector::Candidates candidates;
    if (given && offsets[i] != 0) candidates = {offsets[i], &found[i]};
    auto& detector = *detectors[worker_of(frames[i].bytes, workers)];
    auto const verdict = detector.process(
        bytes_of(frames[i].bytes), {frames[i].time_ns, i + 1, LinkType::kEthernet}, candidates);
    result.verdicts.push_back(verdict_of(verdict));
  }
  for (auto& detector : detectors) detector->finish();
  std::ranges::sort(collector.alerts);
  result.alerts = std::move(collector.alerts);
  return result;
}

std::optional<RunResult> run_reference(std::string const& rules,
                                       std::vector<reference::Frame> const& frames,
                                       reference::Options const& options) {
  reference::DetectorReference detector(parsed(rules), options);
  RunResult result;
  for (auto const& frame : frames)
    result.verdicts.push_back(detector.process(frame.time_ns, frame.bytes));
  result.alerts = detector.finish();
  if (detector.above_step_limit()) return std::nullopt;
  return result;
}

}  // namespace warpline::ids::differential
