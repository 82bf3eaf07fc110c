// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ids/inspector.hpp"

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "core/base/clock.hpp"
#include "core/base/text.hpp"
#include "core/element/context.hpp"
#include "core/packet/batch.hpp"
#include "elements/ids/decode/plain_tcp.hpp"
#include "elements/ids/ids_service.hpp"
#include "elements/ids/inspector_options.hpp"
#include "elements/ids/inspector_report.hpp"
#include "elements/ids/reject/reject_queue.hpp"

namespace warpline::ids {

namespace {

/// The options of the detectors that run, by element and worker: one that takes over from another
/// needs no tables of its own. A single object of the `SharedStore`; control thread only.
struct RunningDetectors {
  std::map<std::pair<std::string, unsigned>, std::weak_ptr<DetectorOptions const>> options;
};

}  // namespace

struct Inspector::State {
  explicit State(Args& args)
      : buffers_(args.context().buffers),
        options_(read_inspector_options(args)),
        rules_(load_shared_rules(options_, args)) {
    if (options_.detector.ips) rejects_.emplace(options_.icmp_rate, options_.icmp_burst);
    if (args.context().dry_run)
      describe(args);
    else
      start(args);
  }

  void describe(Args& args) const {
    IdsService::of(args.context().shared)->set(args.element_name(), needs());
    check_output_files(options_.output, args);
  }
  void start(Args& args);
  std::unique_ptr<LineQueue> open(std::string const& path, char const* unit, char const* argument,
                                  Args& args);
  MemoryNeeds needs() const;
  void end_flows_of(State& old);
  void inherit_tables(Args& args);
  void publish() noexcept {
    metrics_.publish(*detector_, first_worker_ ? shared_.get() : nullptr,
                     matcher_ ? matcher_->search_cycles() : 0);
  }
  Arrival arrival_of(Packet const& packet) const {
    return buffers_ != nullptr ? buffers_->arrival(packet) : Arrival{};
  }

  BufferPool const* buffers_;  // knows when a packet was captured
  InspectorOptions options_;
  std::shared_ptr<LoadedRules const> rules_;
  std::optional<RejectQueue> rejects_;  // with MODE ips
  InspectorMetrics metrics_;
  bool from_capture_ = false;
  bool first_worker_ = false;
  bool taken_over_ = false;                         // another one continues
  std::function<void(std::string const&)> notice_;  // to the user
  std::shared_ptr<DetectorOptions const> running_;  // for `RunningDetectors`

  // Null in a dry run.
  std::shared_ptr<SharedState> shared_;
  std::unique_ptr<EventOutput> output_;
  std::unique_ptr<GroupMatcher> matcher_;  // null if the rules have no patterns
  std::unique_ptr<FrameDecoder> decoder_;
  std::unique_ptr<Detector> detector_;
};

MemoryNeeds Inspector::State::needs() const {
  MemoryNeeds needs;
  needs.flows = options_.detector.flows;
  needs.detector = memory_of(options_.detector, rules_->set);
  needs.shared = rules_->bytes + SharedState(0).bytes();
  for (auto const* const file : {&options_.output.eve, &options_.output.fast})
    if (!file->empty()) needs.events += LineQueue::kBytes;
  if (!rules_->tables) return needs;
  HyperscanScratch scratch;
  for (std::uint16_t search = 1; search <= rules_->tables->size(); ++search)
    scratch.fit(*(*rules_->tables)[search].database());
  constexpr std::size_t kMatchers = 2;  // for batches, and for bytes that the detector searches
  needs.search = kMatchers * scratch.bytes();
  needs.device = rules_->tables->row_bytes();
  return needs;
}

std::unique_ptr<LineQueue> Inspector::State::open(std::string const& path, char const* unit,
                                                  char const* argument, Args& args) {
  try {
    return EventOutput::open(path, unit, args.context(), args.element_name());
  } catch (ConfigError const& error) {
    throw args.error(error.what(), argument);
  }
}

void Inspector::State::start(Args& args) {
  auto& context = args.context();
  auto eve = open(options_.output.eve, "event", "EVE", args);
  auto fast = open(options_.output.fast, "alert", "FAST", args);
  output_ = std::make_unique<EventOutput>(options_.output, rules_, std::move(eve), std::move(fast));
  shared_ = context.shared.get<SharedState>(
      "ids:" + args.element_name(), [&] { return std::make_shared<SharedState>(context.seed); });
  std::span<CpuMatching const> searches;
  if (rules_->tables) searches = rules_->tables->cpu_matching();
  if (!searches.empty()) matcher_ = std::make_unique<GroupMatcher>(searches);
  decoder_ = std::make_unique<FrameDecoder>(options_.detector.tunnels);
  first_worker_ = context.worker == 0;
  inherit_tables(args);
  notice_ = [notice = context.notice, name = args.element_name()](std::string const& text) {
    notice(name + ": " + text);
  };
  detector_ = std::make_unique<Detector>(std::shared_ptr<RuleSet const>(rules_, &rules_->set),
                                         searches, *shared_, options_.detector, *output_,
                                         args.seed(), rules_->app_databases);
}

void Inspector::State::inherit_tables(Args& args) {
  auto& context = args.context();
  auto const all = context.shared.single<RunningDetectors>();
  auto& running = all->options[{args.element_name(), context.worker}];
  auto& options = options_.detector;
  if (auto const before = running.lock(); before && context.replaces) {
    options.inherits_flows = Detector::keeps_flows(*before, options);
    options.inherits_fragments = Detector::keeps_fragments(*before, options);
  }
  running = running_ = std::make_shared<DetectorOptions const>(options);
}

void Inspector::State::end_flows_of(State& old) {
  auto const& before = old.options_.detector;
  auto const& now = options_.detector;
  if (!Detector::keeps_flows(before, now)) {
    notice_("FLOWS or STREAM_MEMORY has changed (" + with_commas(before.flows) + " flows, " +
            with_commas(before.stream_memory) + " bytes before): the flows end");
    old.output_->set_waits(true);
    old.detector_->finish(FlowEvent::Reason::kForced);
  }
  if (!Detector::keeps_fragments(before, now))
    notice_("DEFRAG_MEMORY has changed (" + with_commas(before.defrag_memory) +
            " bytes before): incomplete datagrams are lost");
}

Inspector::Inspector(Args& args) : state_(std::make_unique<State>(args)) {}

Inspector::~Inspector() = default;

GroupAutomata Inspector::automata(Device& device) const {
  return state_->rules_->tables ? state_->rules_->tables->on(device) : GroupAutomata{};
}

std::uint32_t Inspector::tag_of(Packet const& packet) {
  if (!state_->rules_->tables) return 0;
  auto const link = state_->arrival_of(packet).link_type;
  auto const tag = [&](DecodedPacket const& inner) -> std::uint32_t {
    if (inner.payload_size == 0) return 0;
    auto const search = state_->detector_->search_of(inner);
    return search == 0 ? 0 : ScanTag::of(search, inner.payload).word();
  };
  if (link == LinkType::kEthernet)
    if (auto const plain = plain_tcp_packet(packet.bytes())) return tag(*plain);
  return tag(state_->decoder_->decode(packet.bytes(), link).back());
}

void Inspector::search(std::span<Packet const> packets, Matches* results) noexcept {
  static_assert(Batch::kCapacity <= GroupMatcher::kMaxPayloads);
  Bytes payloads[Batch::kCapacity];
  std::uint16_t searches[Batch::kCapacity];
  for (std::size_t i = 0; i < packets.size(); ++i) {
    results[i] = {};
    ScanTag const tag(packets[i].tag);
    auto const frame = packets[i].bytes();
    bool const searched = tag.search() != 0 && tag.offset() < frame.size;
    payloads[i] = searched ? tag.payload(frame) : Bytes{};
    searches[i] = static_cast<std::uint16_t>(tag.search());
  }
  if (state_->matcher_) state_->matcher_->scan({payloads, packets.size()}, searches, results);
}

FrameVerdict Inspector::inspect(Packet const& packet, Matches const& matches) {
  auto& state = *state_;
  auto arrival = state.arrival_of(packet);
  if (!arrival.time_ns) arrival.time_ns = wall_clock_ns();
  if (bool const from_capture = arrival.number != 0; from_capture != state.from_capture_) {
    state.from_capture_ = from_capture;
    state.output_->set_waits(from_capture);
  }
  ScanTag const tag(packet.tag);
  Detector::Candidates candidates;
  if (tag.search() != 0)
    candidates = {static_cast<std::uint16_t>(tag.search()), tag.offset(), &matches};
  auto const verdict = state.detector_->process(packet.bytes(), arrival, candidates);
  if (verdict == FrameVerdict::kReject && state.rejects_) {
    auto const& [rejected, link_size, action] = state.detector_->rejection();
    bool const ethernet = arrival.link_type == LinkType::kEthernet;
    state.rejects_->add(packet, {rejected, {packet.data, ethernet ? link_size : 0}}, action);
  }
  if (state.from_capture_) state.detector_->expire(*arrival.time_ns, 1);
  return verdict;
}

void Inspector::send_rejects(Batch const& batch, Outputs& out) noexcept {
  if (state_->rejects_) state_->rejects_->emit(batch, out);
}

void Inspector::tick() {
  if (!state_->detector_) return;
  if (!state_->from_capture_) state_->detector_->expire(wall_clock_ns(), 4096);
  state_->publish();
}

/// The old rules look at flows that end, and before any line of the new ones.
void Inspector::take_over(Inspector& other) {
  auto& old = *other.state_;
  state_->from_capture_ = old.from_capture_;
  state_->end_flows_of(old);
  state_->detector_->take_over(*old.detector_);
  if (state_->matcher_ && old.matcher_)
    state_->matcher_->add_search_cycles(old.matcher_->search_cycles());
  state_->output_->take_over(*old.output_);
  state_->output_->set_waits(state_->from_capture_);
  if (state_->rejects_ && old.rejects_) state_->rejects_->take_over(*old.rejects_);
  old.taken_over_ = true;
  state_->publish();
}

void Inspector::finish() {
  if (!state_->detector_ || state_->taken_over_) return;
  state_->output_->set_waits(true);  // no packet waits for the worker any more
  state_->detector_->finish();
  write_stats(*state_->detector_, *state_->output_);
  state_->output_->finish();
  state_->publish();
}

std::vector<Metric> Inspector::metrics() const {
  auto metrics = state_->metrics_.list();
  if (state_->rejects_)
    for (auto& metric : state_->rejects_->metrics()) metrics.push_back(std::move(metric));
  return metrics;
}

}  // namespace warpline::ids
