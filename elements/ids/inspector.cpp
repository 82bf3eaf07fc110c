// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ids/inspector.hpp"

#include <numeric>
#include <optional>
#include <sstream>
#include <string>

#include "core/base/clock.hpp"
#include "core/base/read_source.hpp"
#include "core/element/context.hpp"
#include "core/element/file_uses.hpp"
#include "core/element/metrics.hpp"
#include "core/packet/batch.hpp"
#include "elements/ids/append_file.hpp"
#include "elements/ids/decode/plain_tcp.hpp"
#include "elements/ids/detect/detector.hpp"
#include "elements/ids/event_output.hpp"
#include "elements/ids/ids_service.hpp"
#include "elements/ids/reject/reject_queue.hpp"
#include "elements/ids/rules/host_policies.hpp"

namespace warpline::ids {
namespace {

std::vector<std::string> words_of(std::string const& text) {
  std::istringstream stream(text);
  std::vector<std::string> words;
  for (std::string word; stream >> word;) words.push_back(word);
  return words;
}

LimitPolicy read_limit_policy(Args& args) {
  auto const word = args.keyword<std::string>("ON_LIMIT", "ignore");
  if (word == "ignore") return LimitPolicy::kIgnore;
  if (word == "drop-flow") return LimitPolicy::kDropFlow;
  if (word == "pass-flow") return LimitPolicy::kPassFlow;
  if (word == "bypass") return LimitPolicy::kBypass;
  throw args.error("expected ignore, drop-flow, pass-flow or bypass", "ON_LIMIT");
}

}  // namespace

struct Inspector::State {
  void read(Args& args) {
    files_.rules = words_of(args.required<std::string>("RULES"));
    for (auto& file : files_.rules) file = args.resolve(file);
    files_.variables = args.path_or_empty("VARS");
    files_.classification = args.path_or_empty("CLASSIFICATION");
    files_.references = args.path_or_empty("REFERENCE");
    files_.strict = args.keyword("STRICT", false);
    output_options_.eve = args.keyword<std::string>("EVE", {});
    auto const types = words_of(args.keyword<std::string>("EVE_TYPES", {}));
    output_options_.fast = args.keyword<std::string>("FAST", {});
    try {
      if (!types.empty()) read_event_types(types, output_options_);
    } catch (ConfigError const& error) {
      throw args.error(error.what(), "EVE_TYPES");
    }
    auto const mode = args.keyword<std::string>("MODE", "ids");
    if (mode != "ids" && mode != "ips") throw args.error("expected ids or ips", "MODE");
    options_.ips = mode == "ips";
    options_.tcp.midstream = args.keyword("MIDSTREAM", false);
    options_.tunnels = args.keyword("TUNNELS", true);
    options_.flows = args.keyword<std::uint32_t>("FLOWS", options_.flows);
    options_.stream_memory = args.keyword<std::uint64_t>("STREAM_MEMORY", options_.stream_memory);
    options_.tcp.depth = args.keyword<std::uint32_t>("DEPTH", options_.tcp.depth);
    options_.defrag_memory = args.keyword<std::uint64_t>("DEFRAG_MEMORY", options_.defrag_memory);
    auto const checksums = args.keyword<std::string>("CHECKSUM", "auto");
    if (checksums != "on" && checksums != "off" && checksums != "auto")
      throw args.error("expected on, off or auto", "CHECKSUM");
    options_.checksums = checksums == "on"    ? ChecksumPolicy::kOn
                         : checksums == "off" ? ChecksumPolicy::kOff
                                              : ChecksumPolicy::kAuto;
    auto const hosts = args.path_or_empty("HOST_OS_POLICY");
    if (!hosts.empty()) options_.hosts = read_host_policies(read_source(hosts, {}));
    options_.max_alerts = args.keyword<std::uint32_t>("MAX_ALERTS", options_.max_alerts);
    options_.on_limit = read_limit_policy(args);
    auto const icmp_rate = args.keyword<std::uint32_t>("ICMP_RATE", 100);
    auto const icmp_burst = args.keyword<std::uint32_t>("ICMP_BURST", 10);
    if (icmp_burst == 0) throw args.error("ICMP_BURST is 0; expected at least 1", "ICMP_BURST");
    if (options_.ips) rejects_.emplace(icmp_rate, icmp_burst);
    if (options_.flows == 0) throw args.error("expected at least 1 flow", "FLOWS");
  }

  std::shared_ptr<LoadedRules const> load(Args& args) {
    std::ostringstream key;
    for (auto const& file : files_.rules) key << file << '\n';
    key << files_.variables << '\n' << files_.classification << '\n' << files_.references;
    key << files_.strict << args.element_name();
    std::shared_ptr<LoadedRules const> rules;
    try {
      rules = args.context().shared.get<LoadedRules>(
          key.str(), [&] { return load_rules(files_, output_options_.fields); });
    } catch (ConfigError const& error) {
      if (!error.diagnostics().empty()) throw;
      throw args.error(error.what(), "RULES");
    }
    auto const& report = rules->report;
    if (report.skipped + report.refused > 0 || !report.warnings.empty())
      args.context().notice(args.element_name() + ": " + render(report));
    return rules;
  }

  void check_output(Args& args) {
    for (auto const& [path, name] :
         {std::pair{output_options_.eve, "EVE"}, std::pair{output_options_.fast, "FAST"}}) {
      if (path.empty()) continue;
      try {
        note_file_use(args.context(),
                      {path, args.class_name() + " " + name, FileUse::Kind::kAppend});
        AppendFile::check(path);
      } catch (ConfigError const& error) {
        throw args.error(error.what(), name);
      }
    }
  }

  MemoryNeeds needs() const;
  void open(Args& args);
  void publish() noexcept;
  void publish_limits() noexcept;
  void write_stats();
  Arrival arrival_of(Packet const& packet) const {
    return buffers_ != nullptr ? buffers_->arrival(packet) : Arrival{};
  }

  BufferPool const* buffers_ = nullptr;  // knows when a packet was captured
  RuleFiles files_;
  OutputOptions output_options_;
  DetectorOptions options_;
  std::shared_ptr<LoadedRules const> rules_;
  std::shared_ptr<SharedState> shared_;
  std::unique_ptr<EventOutput> output_;
  std::unique_ptr<CpuMatcher> matcher_;
  std::unique_ptr<FrameDecoder> decoder_;
  std::unique_ptr<Detector> detector_;
  std::optional<RejectQueue> rejects_;  // with MODE ips
  bool from_capture_ = false;
  bool first_worker_ = false;
  Counter alerts_, alert_overflow_, inspections_;
  Counter flows_evicted_, flows_full_, stream_full_, fragments_full_, limit_drops_, limit_passes_;
  Counter step_limits_, expression_limits_, states_evicted_;
};

MemoryNeeds Inspector::State::needs() const {
  MemoryNeeds needs;
  needs.flows = options_.flows;
  needs.detector = memory_of(options_, rules_->set);
  needs.shared = rules_->bytes + SharedState(0).bytes();
  for (auto const* const file : {&output_options_.eve, &output_options_.fast})
    if (!file->empty()) needs.events += LineQueue::kBytes;
  if (!rules_->tables) return needs;
  constexpr std::size_t kScanners = 2;  // for batches, and for bytes that the detector searches
  needs.search = kScanners * HyperscanScanner(rules_->tables->database()).bytes();
  needs.device = AhoCorasick::row_bytes(rules_->set.patterns().patterns);
  return needs;
}

void Inspector::State::open(Args& args) {
  auto& context = args.context();
  if (context.dry_run) {
    IdsService::of(context.shared)->set(args.element_name(), needs());
    return check_output(args);
  }
  try {
    output_ = std::make_unique<EventOutput>(output_options_, rules_, context, args.element_name());
  } catch (ConfigError const& error) {
    throw args.error(error.what(), "EVE");
  }
  shared_ = context.shared.get<SharedState>(
      "ids:" + args.element_name(), [&] { return std::make_shared<SharedState>(context.seed); });
  auto const* const matching = rules_->tables ? &rules_->tables->cpu_matching() : nullptr;
  if (matching != nullptr) matcher_ = std::make_unique<CpuMatcher>(*matching);
  decoder_ = std::make_unique<FrameDecoder>(options_.tunnels);
  first_worker_ = context.worker == 0;
  detector_ = std::make_unique<Detector>(std::shared_ptr<RuleSet const>(rules_, &rules_->set),
                                         matching, *shared_, options_, *output_, args.seed());
}

void Inspector::State::publish() noexcept {
  auto const& counters = detector_->counters();
  alerts_.add(counters.alerts - alerts_.get());
  alert_overflow_.add(counters.alert_overflow - alert_overflow_.get());
  inspections_.add(counters.inspections - inspections_.get());
}

/// Of what is rare, between packets.
void Inspector::State::publish_limits() noexcept {
  auto const set = [](Counter& counter, std::uint64_t value) {
    counter.add(value - counter.get());
  };
  auto const sum = [](auto const& values) {
    return std::accumulate(values.begin(), values.end(), std::uint64_t{0});
  };
  auto const& counters = detector_->counters();
  set(flows_evicted_, detector_->flows().evicted());
  set(flows_full_, counters.limits[static_cast<std::size_t>(Limit::kFlows)]);
  set(stream_full_, detector_->tcp_counters().lost());
  set(fragments_full_, detector_->defragmenter_counters().lost());
  set(limit_drops_, sum(counters.limit_drops));
  set(limit_passes_, sum(counters.limit_passes));
  set(step_limits_, detector_->evaluation().step_limits);
  set(expression_limits_, detector_->evaluation().expressions.limits_reached());
  if (first_worker_) set(states_evicted_, shared_->evicted());
}

void Inspector::State::write_stats() {
  auto const& counters = detector_->counters();
  auto const& tcp = detector_->tcp_counters();
  auto const& fragments = detector_->defragmenter_counters();
  auto const flows_full = counters.limits[static_cast<std::size_t>(Limit::kFlows)];
  StatValue const values[] = {{"decoder.icmp", counters.icmp},
                              {"decoder.pkts", counters.packets},
                              {"decoder.tcp", counters.tcp},
                              {"decoder.udp", counters.udp},
                              {"defrag.max_frag_hits", fragments.lost() + fragments.evicted},
                              {"detect.alert", counters.alerts},
                              {"detect.alert_queue_overflow", counters.alert_overflow},
                              {"detect.alerts_suppressed", counters.suppressed},
                              {"flow.memcap", flows_full},
                              {"flow.get_used", detector_->flows().evicted()},
                              {"ips.drop_reason.flow_memcap", counters.limit_drops[0]},
                              {"ips.drop_reason.stream_memcap", counters.limit_drops[1]},
                              {"ips.drop_reason.defrag_memcap", counters.limit_drops[2]},
                              {"tcp.segment_memcap_drop", tcp.lost()},
                              {"tcp.overlap", tcp.overlaps},
                              {"tcp.reassembly_gap", tcp.gaps},
                              {"tcp.rst", tcp.rst},
                              {"tcp.sessions", tcp.sessions},
                              {"tcp.syn", tcp.syn},
                              {"tcp.synack", tcp.syn_ack}};
  output_->stats(detector_->now_ns(), values);
}

Inspector::Inspector(Args& args) : state_(std::make_unique<State>()) {
  state_->buffers_ = args.context().buffers;
  state_->read(args);
  state_->rules_ = state_->load(args);
  state_->open(args);
}

Inspector::~Inspector() = default;

AhoCorasick const* Inspector::automaton() const {
  return state_->rules_->tables ? &state_->rules_->tables->automaton() : nullptr;
}

std::uint32_t Inspector::tag_of(Packet const& packet) {
  if (!state_->rules_->tables) return 0;
  auto const link = state_->arrival_of(packet).link_type;
  if (link == LinkType::kEthernet)
    if (auto const payload = plain_tcp_payload(packet.bytes()))
      return *payload > 0 ? ScanTag::of(1, *payload).word() : 0;
  auto const& inner = state_->decoder_->decode(packet.bytes(), link).back();
  return inner.payload_size > 0 ? ScanTag::of(1, inner.payload).word() : 0;
}

void Inspector::search(std::span<Packet const> packets, Matches* results) noexcept {
  Bytes payloads[Batch::kCapacity];
  for (std::size_t i = 0; i < packets.size(); ++i) {
    results[i] = {};
    ScanTag const tag(packets[i].tag);
    auto const frame = packets[i].bytes();
    payloads[i] = tag.group() != 0 && tag.offset() < frame.size ? tag.payload(frame) : Bytes{};
  }
  if (state_->matcher_) state_->matcher_->scan({payloads, packets.size()}, results);
}

FrameVerdict Inspector::inspect(Packet const& packet, Matches const& matches) {
  auto& state = *state_;
  auto const arrival = state.arrival_of(packet);
  auto const time_ns = arrival.time_ns ? *arrival.time_ns : wall_clock_ns();
  if (bool const from_capture = arrival.number != 0; from_capture != state.from_capture_) {
    state.from_capture_ = from_capture;
    state.output_->set_waits(from_capture);
  }
  ScanTag const tag(packet.tag);
  Detector::Candidates candidates;
  if (tag.group() != 0) candidates = {tag.offset(), &matches};
  auto const verdict = state.detector_->process(
      packet.bytes(), {time_ns, arrival.number, arrival.link_type}, candidates);
  if (verdict == FrameVerdict::kReject && state.rejects_) {
    auto const& [rejected, link_size, action] = state.detector_->rejection();
    bool const ethernet = arrival.link_type == LinkType::kEthernet;
    state.rejects_->add(packet, {rejected, {packet.data, ethernet ? link_size : 0}}, action);
  }
  if (state.from_capture_) state.detector_->expire(time_ns, 1);
  return verdict;
}

void Inspector::send_rejects(Batch const& batch, Outputs& out) noexcept {
  if (state_->rejects_) state_->rejects_->emit(batch, out);
}

void Inspector::tick() {
  if (!state_->detector_) return;
  if (!state_->from_capture_) state_->detector_->expire(wall_clock_ns(), 4096);
  state_->publish();
  state_->publish_limits();
}

void Inspector::finish() {
  if (!state_->detector_) return;
  state_->output_->set_waits(true);  // no packet waits any more
  state_->detector_->finish();
  state_->write_stats();
  state_->output_->finish();
  state_->publish();
  state_->publish_limits();
}

std::vector<Metric> Inspector::metrics() const {
  auto const& state = *state_;
  std::vector<Metric> metrics{
      {"alerts", "Alerts of rules", "alerts", state.alerts_.get()},
      {"alerts_over_limit", "Alerts above the maximum of a packet", "alerts",
       state.alert_overflow_.get()},
      {"inspections", "Inspections of stream bytes", "inspections", state.inspections_.get()},
      {"flows_evicted", "Flows that made room for others", "flows", state.flows_evicted_.get()},
      {"flows_full", "Packets whose flow found no place", "packets", state.flows_full_.get()},
      {"stream_full", "TCP segments for which there was no memory", "packets",
       state.stream_full_.get()},
      {"fragments_full", "Fragments for which there was no memory", "packets",
       state.fragments_full_.get()},
      {"limit_drops", "Packets that ON_LIMIT dropped", "packets", state.limit_drops_.get()},
      {"limit_passes", "Packets that ON_LIMIT took from the rules", "packets",
       state.limit_passes_.get()},
      {"step_limits", "Evaluations of rules that gave up after their maximum of steps",
       "evaluations", state.step_limits_.get()},
      {"expression_limits", "Regular expressions that gave up at a limit", "evaluations",
       state.expression_limits_.get()},
      {"states_evicted", "Thresholds and xbits that made room for others", "entries",
       state.states_evicted_.get()}};
  if (state.rejects_)
    for (auto& metric : state.rejects_->metrics()) metrics.push_back(std::move(metric));
  return metrics;
}

}  // namespace warpline::ids
