// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>

#include "core/element/context.hpp"
#include "elements/ids/alert/event_writer.hpp"
#include "elements/ids/alert/fast_log.hpp"
#include "elements/ids/detect/events.hpp"
#include "elements/ids/rules/loaded_rules.hpp"

namespace warpline::ids {

/// What is written to EVE, and where.
struct OutputOptions {
  std::string eve, fast;  ///< files; empty: none
  bool alerts = true, drops = true, flows = false, stats = true;
  bool http = false, dns = false, tls = false;
  EveOptions fields{};
};

/// Reads the argument EVE_TYPES: the kinds of events, and fields of alerts. Throws `ConfigError`.
void read_event_types(std::span<std::string const> words, OutputOptions& options);

/// Writes the events of one worker's detector to EVE and fast.log. The worker's thread, except `open`
/// and the constructor.
class EventOutput final : public DetectorEvents {
 public:
  /// A queue to the file at `path`; null if `path` is empty. `unit`: what a line is, for messages.
  /// Throws `ConfigError` if the file cannot be opened. Control thread.
  static std::unique_ptr<LineQueue> open(std::string const& path, std::string const& unit,
                                         BuildContext& context, std::string const& owner);

  /// `eve`, `fast`: queues to the files; null: none.
  EventOutput(OutputOptions const& options, std::shared_ptr<LoadedRules const> rules,
              std::unique_ptr<LineQueue> eve, std::unique_ptr<LineQueue> fast);

  void alert(PacketContext const& context, RuleAlert const& alert) override;
  void drop(PacketContext const& context, std::optional<std::uint32_t> rule) override;
  void drop_at_limit(PacketContext const& context, Limit limit) override;
  void transaction(PacketContext const& context, TransactionId const& transaction) override;
  void flow_ended(Flow const& flow, FlowEvent::Reason reason, std::uint64_t end_ns,
                  std::uint64_t now_ns) override;
  /// `values`: as `EventWriter::stats` takes them.
  void stats(std::uint64_t time_ns, std::span<StatValue const> values);
  /// `LineQueue::set_waits` for both files.
  void set_waits(bool waits) noexcept;
  /// Continues the queues of `old` to the same files, so that their lines stay in order. `old` must
  /// write nothing more to these. Never waits.
  void take_over(EventOutput& old);
  /// Waits until the files have all lines.
  void finish() noexcept;

 private:
  PacketVerdict verdict_of(std::uint32_t rule, bool blocked) const;

  OutputOptions options_;
  std::shared_ptr<LoadedRules const> rules_;
  std::unique_ptr<LineQueue> eve_queue_, fast_queue_;
  std::optional<EventWriter> eve_;
  std::optional<FastLog> fast_;
};

}  // namespace warpline::ids
