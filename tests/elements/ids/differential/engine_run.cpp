// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "tests/elements/ids/differential/engine_run.hpp"

#include <algorithm>
#include <functional>
#include <stdexcept>

#include "core/device/team.hpp"
#include "elements/ids/detect/detector.hpp"
#include "elements/ids/prefilter/group_tables.hpp"
#include "elements/ids/rules/rule_parser.hpp"
#include "elements/ids/scan_kernel.hpp"

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
    alerts.push_back({context.number, flow, rules_.rules()[alert.rule].rule.sid, alert.in_stream,
                      alert.transaction ? std::optional(alert.transaction->number) : std::nullopt});
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

/// What the form for teams of threads finds where the tags point.
std::vector<Matches> team_results(GroupAutomata const& automata,
                                  std::vector<reference::Frame> const& frames,
                                  std::vector<ScanTag> const& tags) {
  std::vector<std::vector<std::uint8_t>> bytes;
  std::vector<Packet> packets;
  for (std::size_t i = 0; i < frames.size(); ++i) {
    auto& copy = bytes.emplace_back(frames[i].bytes.begin(), frames[i].bytes.end());
    Packet packet{};
    packet.data = copy.data();
    packet.length = static_cast<std::uint16_t>(copy.size());
    packet.tag = tags[i].word();
    packets.push_back(packet);
  }
  std::vector<Matches> results(packets.size());
  emulate_team<Regions<Payload<0>, Tag>, Result<Matches>>(
      ScanTeam<ByTag, GroupAutomata>{automata},
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
      : set(std::make_shared<RuleSet const>(parsed(rules))), tables(set->groups(), cache) {
    for (std::uint16_t i = 1; i <= tables.size(); ++i)
      searches.push_back({MatcherPolicy::kHyperscan, tables[i].database(), nullptr});
  }
  std::vector<Matches> search(std::vector<reference::Frame> const& frames,
                              std::vector<ScanTag> const& tags, Search kind) const;

  std::shared_ptr<RuleSet const> set;
  DatabaseCache cache;
  GroupTables tables;
  std::vector<CpuMatching> searches;
};

Engine::Engine(std::string const& rules) : compiled_(std::make_unique<Compiled>(rules)) {}
Engine::~Engine() = default;

std::vector<Matches> Engine::Compiled::search(std::vector<reference::Frame> const& frames,
                                              std::vector<ScanTag> const& tags, Search kind) const {
  if (kind == Search::kGivenTeam) return team_results(tables.automata(), frames, tags);
  std::vector<Matches> results(frames.size());
  if (kind == Search::kGivenOverflow)
    for (auto& result : results) result.count = Matches::kOverflow;
  if (kind == Search::kGivenBody)
    for (std::size_t i = 0; i < frames.size(); ++i)
      results[i] = ScanKernel<ByTag, GroupAutomata>{tables.automata()}(bytes_of(frames[i].bytes),
                                                                       tags[i].word());
  if (kind != Search::kGivenHyperscan && kind != Search::kGivenAutomaton) return results;
  auto matchings = searches;
  if (kind == Search::kGivenAutomaton)
    for (std::uint16_t i = 0; i < matchings.size(); ++i)
      matchings[i] = {
          MatcherPolicy::kAutomaton, matchings[i].database,
          std::shared_ptr<AhoCorasick const>(
              std::shared_ptr<void>(), &tables[static_cast<std::uint16_t>(i + 1)].automaton())};
  GroupMatcher matcher(matchings);
  std::vector<Bytes> payloads;
  std::vector<std::uint16_t> numbers;
  for (std::size_t i = 0; i < frames.size(); ++i) {
    payloads.push_back(bytes_of(frames[i].bytes).after(tags[i].offset()));
    numbers.push_back(static_cast<std::uint16_t>(tags[i].search()));
  }
  constexpr std::size_t kBatch = 64;
  for (std::size_t i = 0; i < payloads.size(); i += kBatch) {
    auto const count = std::min(kBatch, payloads.size() - i);
    matcher.scan({&payloads[i], count}, &numbers[i], &results[i]);
  }
  return results;
}

/// As the element does it, a batch of packets at a time: the tags of all come before the rules.
RunResult Engine::run(std::vector<reference::Frame> const& frames,
                      reference::Options const& options, Search search, std::size_t workers) const {
  SharedState shared(7);
  Collector collector(*compiled_->set);
  std::vector<std::unique_ptr<Detector>> detectors;
  for (std::size_t i = 0; i < workers; ++i)
    detectors.push_back(std::make_unique<Detector>(compiled_->set, compiled_->searches, shared,
                                                   options_of(options), collector, 5));
  FrameDecoder decoder;
  RunResult result;
  constexpr std::size_t kBatch = 7;
  for (std::size_t begin = 0; begin < frames.size(); begin += kBatch) {
    auto const end = std::min(begin + kBatch, frames.size());
    std::vector<reference::Frame> const batch(frames.begin() + static_cast<std::ptrdiff_t>(begin),
                                              frames.begin() + static_cast<std::ptrdiff_t>(end));
    std::vector<ScanTag> tags;
    for (auto const& frame : batch) {
      auto const& detector = *detectors[worker_of(frame.bytes, workers)];
      auto const& inner = decoder.decode(bytes_of(frame.bytes), LinkType::kEthernet).back();
      bool const searched = search != Search::kHyperscan && inner.payload_size > 0;
      tags.push_back(ScanTag::of(searched ? detector.search_of(inner) : 0, inner.payload));
    }
    auto const found = compiled_->search(batch, tags, search);
    for (std::size_t i = 0; i < batch.size(); ++i) {
      Detector::Candidates candidates;
      if (tags[i].search() != 0)
        candidates = {static_cast<std::uint16_t>(tags[i].search()), tags[i].offset(), &found[i]};
      auto& detector = *detectors[worker_of(batch[i].bytes, workers)];
      auto const verdict =
          detector.process(bytes_of(batch[i].bytes),
                           {batch[i].time_ns, begin + i + 1, LinkType::kEthernet}, candidates);
      result.verdicts.push_back(verdict_of(verdict));
    }
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
