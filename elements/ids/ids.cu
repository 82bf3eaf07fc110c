// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <chrono>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "core/element/context.hpp"
#include "core/element/file_uses.hpp"
#include "core/element/metrics.hpp"
#include "core/element/offload.hpp"
#include "core/element/timer.hpp"
#include "elements/ids/detect/detector.hpp"
#include "elements/ids/event_output.hpp"
#include "gpu/launch.cuh"

namespace warpline {
namespace {

constexpr std::chrono::milliseconds kTick{100};

std::uint64_t wall_clock_ns() {
  auto const now = std::chrono::system_clock::now().time_since_epoch();
  return static_cast<std::uint64_t>(std::chrono::nanoseconds(now).count());
}

std::vector<std::string> words_of(std::string const& text) {
  std::istringstream stream(text);
  std::vector<std::string> words;
  for (std::string word; stream >> word;) words.push_back(word);
  return words;
}

}  // namespace

/// Matches Suricata's rules on packets, flows and TCP streams, and writes alerts as Suricata does.
///
///     FromInput -> IDS(RULES rules/web.rules, EVE eve.json) -> ToOutput;
///
/// Rules with keywords that are not supported are left out and counted by keyword. See docs/ids.md.
///
/// Ports: 1 in, 1 out.
/// Arguments: RULES: files of rules, separated by blanks; `*` and `?` as in a shell. VARS: a
/// suricata.yaml whose `vars` the rules use (default: HOME_NET is RFC 1918). CLASSIFICATION: file
/// of classes and their priorities. REFERENCE: file of reference kinds. EVE: file to which events
/// are appended as EVE JSON lines, relative to the current folder. EVE_TYPES: kinds of events, and
/// fields of alerts (default `alert drop stats`). FAST: file to which alerts are appended in one
/// line each. MODE: `ids` (default) or `ips`, where drop and reject drop packets. STRICT: a rule
/// that cannot be read is an error (default false). MIDSTREAM: follow TCP connections whose
/// handshake was not seen (default false). TUNNELS: look into VXLAN, GENEVE and Teredo (default
/// true). FLOWS: flows of a worker (default 65536). STREAM_MEMORY: bytes of a worker for TCP data
/// (default 67108864). DEPTH: bytes of a stream that are looked at (default 1048576). MAX_ALERTS:
/// alerts of a packet (default 15).
/// Drops: rule_drop, flow_drop, rule_reject (with MODE ips).
/// Reads: the whole packet. Returns: up to 15 pattern ids.
class IDS final : public OffloadElement<IDS> {
 public:
  using Reads = Regions<Payload<0>, Tag>;
  using Writes = Result<ids::Matches>;
  using Sets = Annotations<Annotation::kScan>;

  explicit IDS(Args& args)
      : buffers_(args.context().buffers),
        tick_(args, *this, [this](Outputs&) { look_at_time(); }) {
    read(args);
    rules_ = load(args);
    auto& context = args.context();
    if (context.dry_run) {
      check_output(args);
      return;
    }
    try {
      output_ = std::make_unique<ids::EventOutput>(output_options_, rules_, context,
                                                   args.element_name());
    } catch (ConfigError const& error) {
      throw args.error(error.what(), "EVE");
    }
    state_ = context.shared.get<ids::SharedState>(
        "ids:" + args.element_name(),
        [&] { return std::make_shared<ids::SharedState>(context.seed); });
    auto const* const matching = rules_->tables ? &rules_->tables->cpu_matching() : nullptr;
    if (matching != nullptr) matcher_ = std::make_unique<ids::CpuMatcher>(*matching);
    detector_ = std::make_unique<ids::Detector>(
        std::shared_ptr<ids::RuleSet const>(rules_, &rules_->set), matching, *state_, options_,
        *output_, args.seed());
    decoder_ = std::make_unique<ids::FrameDecoder>(options_.tunnels);
  }

  /// Group 0: nothing is searched. The others select the patterns.
  struct Kernel {
    ids::Automaton automaton;
    WARPLINE_HD ids::Matches operator()(Bytes frame, std::uint32_t tag) const {
      auto const offset = offset_of(tag);
      if (group_of(tag) == 0 || offset >= frame.size) return {};
      return automaton.scan({frame.data + offset, frame.size - offset});
    }
  };
  Kernel kernel(Device& device) const {
    if (!rules_->tables) return {};
    return {rules_->tables->automaton().on(device)};
  }

  /// The place of the innermost payload, for the kernel.
  Verdict prepare(Packet& packet) noexcept {
    auto const packets = decoder_->decode(packet.bytes(), arrival_of(packet).link_type);
    auto const& inner = packets.back();
    bool const search = inner.payload_size > 0 && rules_->tables != nullptr;
    packet.tag = search ? tag_of(1, inner.payload) : 0;
    return forward();
  }

  void cpu(std::span<Packet> packets, ids::Matches* results) noexcept {
    Bytes payloads[Batch::kCapacity];
    for (std::size_t i = 0; i < packets.size(); ++i) {
      results[i] = {};
      payloads[i] = {};
      auto const frame = packets[i].bytes();
      auto const offset = offset_of(packets[i].tag);
      if (group_of(packets[i].tag) != 0 && offset < frame.size)
        payloads[i] = {frame.data + offset, frame.size - offset};
    }
    if (matcher_) matcher_->scan({payloads, packets.size()}, results);
  }

  Verdict finish(Packet& packet, ids::Matches const& matches) noexcept {
    auto const arrival = arrival_of(packet);
    auto const time_ns = arrival.time_ns ? *arrival.time_ns : wall_clock_ns();
    from_capture_ = arrival.number != 0;
    ids::Detector::Candidates candidates;
    if (group_of(packet.tag) != 0) candidates = {offset_of(packet.tag), &matches};
    auto const verdict = detector_->process(
        packet.bytes(), {time_ns, arrival.number, arrival.link_type}, candidates);
    if (from_capture_) detector_->expire(time_ns, 1);
    publish();
    using Kind = ids::FrameVerdict::Kind;
    if (verdict.kind == Kind::kDrop) return drop<"rule_drop">();
    if (verdict.kind == Kind::kReject) return drop<"rule_reject">();
    return forward();
  }

  std::vector<Metric> metrics() const override {
    return {{"alerts", "Alerts of rules", "alerts", alerts_.get()},
            {"alerts_over_limit", "Alerts above the maximum of a packet", "alerts",
             alert_overflow_.get()},
            {"inspections", "Inspections of stream bytes", "inspections", inspections_.get()}};
  }

  std::string explanation() const override { return rules_ ? render(rules_->report) : ""; }

  void start() override { tick_.start_periodic(kTick); }
  void stop() noexcept override {
    if (!detector_) return;
    detector_->finish();
    write_stats();
    output_->finish();
    publish();
  }

 private:
  static constexpr unsigned kOffsetBits = 16;
  WARPLINE_HD static std::uint32_t tag_of(std::uint32_t group, std::uint32_t offset) {
    return group << kOffsetBits | offset;
  }
  WARPLINE_HD static std::uint32_t group_of(std::uint32_t tag) { return tag >> kOffsetBits; }
  WARPLINE_HD static std::uint32_t offset_of(std::uint32_t tag) {
    return tag & ((1u << kOffsetBits) - 1);
  }

  void read(Args& args) {
    files_.rules = words_of(args.required<std::string>("RULES"));
    for (auto& file : files_.rules) file = args.resolve(file);
    files_.variables = args.path_or_empty("VARS");
    files_.classification = args.path_or_empty("CLASSIFICATION");
    files_.references = args.path_or_empty("REFERENCE");
    files_.strict = args.keyword("STRICT", false);
    output_options_.eve = args.keyword<std::string>("EVE", {});
    auto const types = args.keyword<std::string>("EVE_TYPES", {});
    output_options_.fast = args.keyword<std::string>("FAST", {});
    try {
      if (!types.empty()) ids::read_event_types(types, output_options_);
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
    options_.max_alerts = args.keyword<std::uint32_t>("MAX_ALERTS", options_.max_alerts);
    if (options_.flows == 0) throw args.error("expected at least 1 flow", "FLOWS");
  }

  std::shared_ptr<ids::LoadedRules const> load(Args& args) {
    std::ostringstream key;
    for (auto const& file : files_.rules) key << file << '\n';
    key << files_.variables << '\n' << files_.classification << '\n' << files_.references;
    key << files_.strict << args.element_name();
    try {
      held_ = args.context().shared.get<std::shared_ptr<ids::LoadedRules const>>(key.str(), [&] {
        return std::make_shared<std::shared_ptr<ids::LoadedRules const>>(
            ids::load_rules(files_, output_options_.fields));
      });
    } catch (ConfigError const& error) {
      if (!error.diagnostics().empty()) throw;
      throw args.error(error.what(), "RULES");
    }
    auto const& report = (*held_)->report;
    if (report.skipped + report.refused > 0 || !report.warnings.empty())
      args.context().notice(args.element_name() + ": " + render(report));
    return *held_;
  }

  void check_output(Args& args) {
    for (auto const& [path, name] : {std::pair{output_options_.eve, "EVE"},
                                     std::pair{output_options_.fast, "FAST"}}) {
      if (path.empty()) continue;
      try {
        note_file_use(args.context(),
                      {path, args.class_name() + " " + name, FileUse::Kind::kAppend});
        ids::AppendFile::check(path);
      } catch (ConfigError const& error) {
        throw args.error(error.what(), name);
      }
    }
  }

  Arrival arrival_of(Packet const& packet) const {
    return buffers_ != nullptr ? buffers_->arrival(packet) : Arrival{};
  }

  void look_at_time() noexcept {
    if (detector_ && !from_capture_) detector_->expire(wall_clock_ns(), 4096);
  }

  void publish() noexcept {
    auto const& counters = detector_->counters();
    alerts_.add(counters.alerts - alerts_.get());
    alert_overflow_.add(counters.alert_overflow - alert_overflow_.get());
    inspections_.add(counters.inspections - inspections_.get());
  }

  void write_stats() noexcept {
    auto const& counters = detector_->counters();
    auto const& tcp = detector_->tcp_counters();
    ids::StatValue const values[] = {{"decoder.icmp", counters.icmp},
                                     {"decoder.pkts", counters.packets},
                                     {"decoder.tcp", counters.tcp},
                                     {"decoder.udp", counters.udp},
                                     {"detect.alert", counters.alerts},
                                     {"detect.alert_queue_overflow", counters.alert_overflow},
                                     {"detect.alerts_suppressed", counters.suppressed},
                                     {"tcp.memory_full", tcp.memory_full},
                                     {"tcp.overlap", tcp.overlaps},
                                     {"tcp.reassembly_gap", tcp.gaps},
                                     {"tcp.rst", tcp.rst},
                                     {"tcp.sessions", tcp.sessions},
                                     {"tcp.syn", tcp.syn},
                                     {"tcp.synack", tcp.syn_ack}};
    output_->stats(detector_->now_ns(), values);
  }

  BufferPool const* buffers_;  // knows when a packet was captured
  ids::RuleFiles files_;
  ids::OutputOptions output_options_;
  ids::DetectorOptions options_;
  std::shared_ptr<std::shared_ptr<ids::LoadedRules const>> held_;  // in the store, for other workers
  std::shared_ptr<ids::LoadedRules const> rules_;
  std::shared_ptr<ids::SharedState> state_;
  std::unique_ptr<ids::EventOutput> output_;
  std::unique_ptr<ids::CpuMatcher> matcher_;
  std::unique_ptr<ids::FrameDecoder> decoder_;
  std::unique_ptr<ids::Detector> detector_;
  Timer tick_;
  bool from_capture_ = false;
  Counter alerts_, alert_overflow_, inspections_;
};
WARPLINE_ELEMENT(IDS);

}  // namespace warpline
