// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "core/element/args.hpp"
#include "core/element/metric.hpp"
#include "core/element/outputs.hpp"
#include "core/packet/packet.hpp"
#include "elements/ids/frame_verdict.hpp"
#include "elements/ids/matches.hpp"
#include "elements/ids/prefilter/group_automata.hpp"
#include "elements/ids/scan_tag.hpp"

namespace warpline {
class Device;
}

namespace warpline::ids {

/// The part of an element `IDS` that runs on the CPU: its arguments, its rules, and the flows and
/// output files of one worker. Constructor: control thread; `automata` and `metrics`: any thread;
/// the rest: the worker's.
class Inspector {
 public:
  /// Reads the arguments and loads the rules. Throws `ConfigError`.
  explicit Inspector(Args& args);
  ~Inspector();

  /// The patterns for kernels on `device`. Throws `ConfigError` if it has no memory for them.
  GroupAutomata automata(Device& device) const;
  /// The `ScanTag` of a packet: which patterns to search for, and where the innermost payload begins.
  std::uint32_t tag_of(Packet const& packet);
  /// Searches the payloads that the tags name. `results`: one for each packet.
  void search(std::span<Packet const> packets, Matches* results) noexcept;
  /// Matches the rules on a packet. `matches`: the result of the search for it.
  FrameVerdict inspect(Packet const& packet, Matches const& matches);
  /// Sends the answers to packets of `batch` that reject rules matched.
  void send_rejects(Batch const& batch, Outputs& out) noexcept;
  /// Ends flows that timed out, unless packets come from a capture, and publishes the metrics. To be
  /// called about every 100 ms.
  void tick();
  /// Continues the flows, counters, limits and files of `old`, before the first packet. Flows that
  /// cannot be continued, because FLOWS or STREAM_MEMORY differ, end; a notice reports that.
  void take_over(Inspector& old);
  /// Ends all flows, and waits until the writer has written all events; nothing if another
  /// inspector has taken over. May block.
  void finish();

  std::vector<Metric> metrics() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace warpline::ids
