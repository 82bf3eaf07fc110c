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
#include "elements/ids/scan_tag.hpp"

namespace warpline::ids {

class AhoCorasick;

/// The part of an element `IDS` that runs on the CPU: its arguments, its rules, and the flows and
/// files of one worker. Constructor: control thread; `automaton`: any; the rest: the worker's.
class Inspector {
 public:
  /// Reads the arguments and loads the rules. Throws `ConfigError`.
  explicit Inspector(Args& args);
  ~Inspector();

  /// The patterns for devices; null if the rules have none.
  AhoCorasick const* automaton() const;
  /// The group of patterns for a packet and where its innermost payload begins: a `ScanTag`.
  std::uint32_t tag_of(Packet const& packet);
  /// Searches payloads by their tags.
  void search(std::span<Packet const> packets, Matches* results) noexcept;
  /// Looks at a packet with what the search has found.
  FrameVerdict inspect(Packet const& packet, Matches const& matches);
  /// Sends the answers of `reject` about packets of `batch` that were looked at.
  void send_rejects(Batch const& batch, Outputs& out) noexcept;
  /// Ends flows whose time has come, with packets that come from no capture.
  void tick();
  /// Ends all flows, and waits until the files have all events.
  void finish();

  std::vector<Metric> metrics() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace warpline::ids
