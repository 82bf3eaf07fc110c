// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "core/base/clock.hpp"
#include "core/element/context.hpp"
#include "core/element/file_uses.hpp"
#include "core/element/metrics.hpp"
#include "core/element/offload.hpp"
#include "core/element/shared.hpp"
#include "core/element/timer.hpp"
#include "core/net/layers.hpp"
#include "elements/ids/cpu_matcher.hpp"
#include "elements/ids/eve.hpp"
#include "elements/ids/scan_kernel.hpp"
#include "elements/ids/tables.hpp"
#include "gpu/launch.cuh"

namespace warpline {
/// Searches the payload of each packet for byte patterns and counts an alert for each that occurs.
///
///     FromInput -> IDSMatch(PATTERNS rules/web.patterns, EVE alerts.json) -> ToOutput;
///
/// The payload is what follows the TCP, UDP or ICMP header; packets are searched one by one,
/// without reassembly. Cut or contradictory headers are counted; such a packet has no payload. See
/// docs/ids_match.md.
///
/// Ports: 1 in, 1 out.
/// Arguments: PATTERNS: the file with the patterns. SYNTHETIC: number of generated patterns instead
/// of a file, for benchmarks. EVE: file to which alerts are appended as EVE JSON lines, relative to
/// the current folder; packets of a capture keep its times and numbers. DROP: drop packets with an
/// alert instead of passing them on (default false).
/// Drops: `matched` (with DROP true).
/// Reads: the whole packet. Returns: up to 15 pattern ids.
class IDSMatch final : public OffloadElement<IDSMatch> {
 public:
  using Reads = Payload<0>;
  using Writes = Result<ids::Matches>;
  static constexpr bool kFinishMayWait = true;  // it counts and drops

  explicit IDSMatch(Args& args)
      : buffers_(args.context().buffers),
        shared_(tables(args)),
        bound_(std::make_unique<Bound>(shared_->current(), args.context().dry_run)),
        write_alerts_(args, *this, [this](Outputs&) { eve_->write_due(wall_clock_ns()); }) {
    auto const eve = args.keyword<std::string>("EVE", {});
    drop_ = args.keyword<bool>("DROP", false);
    if (!eve.empty()) open(eve, args);
  }

  using Kernel = ids::ScanKernel<ids::ByHeaders, ids::OneAutomaton>;
  Kernel kernel(Device& device) const { return {{bound_->tables->automaton().on(device)}}; }

  SharedTable const* shared_table() const noexcept override { return shared_.get(); }
  std::unique_ptr<Binding> make_binding(DeviceSet& devices) const override {
    auto bound = std::make_unique<Bound>(shared_->current(), false);
    if (eve_) bound->tails = ids::EveAlerts::tails_of(bound->tables->set(), action());
    for (std::size_t i = 1; i < devices.size(); ++i) bound->tables->automaton().on(devices[i]);
    return bound;
  }
  void exchange(std::unique_ptr<Binding>& binding) noexcept {
    auto before = std::move(bound_);
    bound_.reset(static_cast<Bound*>(binding.release()));
    if (eve_) eve_->exchange(bound_->tails);
    before->tails.swap(bound_->tails);
    binding = std::move(before);
  }

  /// By Hyperscan, or by the automaton with several payloads at a time: the one that was faster
  /// when the patterns were loaded or, if that depends on the traffic, the one that is faster now.
  void cpu(std::span<Packet> packets, ids::Matches* results) noexcept {
    Bytes payloads[Batch::kCapacity];
    for (std::size_t i = 0; i < packets.size(); ++i) {
      auto const layers = walk_layers(packets[i].bytes());
      results[i] = {};
      if (layers.malformed) results[i].flags = ids::Matches::kMalformed;
      payloads[i] = layers.payload;
    }
    bound_->matcher.scan({payloads, packets.size()}, results);
  }

  Verdict finish(Packet& packet, ids::Matches const& matches) noexcept {
    if ((matches.count | matches.flags) == 0) return forward();
    return report(packet, matches);
  }

  std::vector<Metric> metrics() const override {
    return {{"alerts", "Alerts, one for each pattern in a packet", "alerts", alerts_.get()},
            {"malformed_packets", "Packets with headers that cannot be read", "packets",
             malformed_.get()}};
  }

  void take_over(Element& old) override {
    auto const& before = dynamic_cast<IDSMatch const&>(old);
    alerts_.add(before.alerts_.get());
    malformed_.add(before.malformed_.get());
  }
  void start() override {
    if (eve_) write_alerts_.start_periodic(std::chrono::milliseconds(10));
  }
  void stop() noexcept override {
    if (eve_) eve_->finish();
  }

 private:
  /// The data for one set of patterns.
  struct Bound final : Binding {
    Bound(Generation<ids::Tables> generation, bool dry_run)
        : tables(std::move(generation)),
          matcher(dry_run ? ids::CpuMatching{{}, tables->database(), nullptr}
                          : tables->cpu_matching()) {
      all.reserve(tables->set().patterns.size());
    }
    Generation<ids::Tables> tables;
    ids::CpuMatcher matcher;
    std::vector<ids::PatternId> all;  // of a packet with more patterns than a result holds
    ids::EveAlerts::Tails tails;      // being moved to or from `eve_`
  };

  static std::shared_ptr<Shared<ids::Tables>> tables(Args& args) {
    auto& store = args.context().shared;
    auto const made_up = args.keyword<std::uint16_t>("SYNTHETIC", 0);
    if (made_up > 0) return ids::synthetic_tables(store, made_up);
    auto const path = args.path("PATTERNS");
    try {
      return ids::file_tables(store, path);
    } catch (ConfigError const& error) {
      if (!error.diagnostics().empty()) throw;
      throw args.error(error.what(), "PATTERNS");
    }
  }

  ids::EveAlerts::Action action() const {
    return drop_ ? ids::EveAlerts::Action::kBlocked : ids::EveAlerts::Action::kAllowed;
  }

  void open(std::string const& path, Args& args) {
    try {
      auto& context = args.context();
      if (context.dry_run) {
        note_file_use(context, {path, args.class_name() + " EVE", FileUse::Kind::kAppend});
        return ids::AppendFile::check(path);
      }
      auto file = ids::AppendFile::shared(context, path, "alert", args.element_name());
      eve_ = std::make_unique<ids::EveAlerts>(std::move(file), bound_->tables->set(), action());
    } catch (ConfigError const& error) {
      throw args.error(error.what(), "EVE");
    }
  }

  Verdict report(Packet const& packet, ids::Matches const& matches) noexcept {
    if ((matches.flags & ids::Matches::kMalformed) != 0) malformed_.add(1);
    if (matches.count == 0) return forward();
    if (!matches.overflow() && !eve_) {
      alerts_.add(matches.count);
    } else {
      report_all(packet, matches);
    }
    return drop_ ? drop<"matched">() : forward();
  }

  void report_all(Packet const& packet, ids::Matches const& matches) noexcept {
    std::span<ids::PatternId const> found(matches.ids, matches.overflow() ? 0u : matches.count);
    auto const layers = walk_layers(packet.bytes());
    if (matches.overflow()) {
      bound_->matcher.scan_all(layers.payload, bound_->all);
      found = bound_->all;
    }
    alerts_.add(found.size());
    if (!eve_) return;
    auto const arrival = buffers_ != nullptr ? buffers_->arrival(packet) : Arrival{};
    auto const time = arrival.time_ns ? *arrival.time_ns : wall_clock_ns();
    eve_->add(packet.bytes(), layers, found, time, arrival.number);
  }

  BufferPool const* buffers_;  // knows when a packet was captured
  std::shared_ptr<Shared<ids::Tables>> shared_;
  std::unique_ptr<Bound> bound_;
  std::unique_ptr<ids::EveAlerts> eve_;
  Timer write_alerts_;
  bool drop_ = false;
  Counter alerts_, malformed_;
};
WARPLINE_ELEMENT(IDSMatch);

}  // namespace warpline
