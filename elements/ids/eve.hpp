// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/net/layers.hpp"
#include "core/packet/packet.hpp"
#include "elements/ids/line_file.hpp"
#include "elements/ids/pattern.hpp"

namespace warpline::ids {

/// A number that is the same for both directions of a flow (addresses, ports, protocol), below 2^51
/// so that JSON readers with doubles keep it exact; 0 for a frame that is not IP.
std::uint64_t flow_id(Bytes frame, Layers const& layers);

/// Writes alerts as lines of Suricata's EVE JSON (`event_type` "alert").
///
/// Fields, in this order: timestamp (UTC), flow_id, pcap_cnt (if there is one), event_type, src_ip,
/// src_port, dest_ip, dest_port, proto, alert {action, gid, signature_id, rev, signature, category,
/// severity}. Ports only with TCP, UDP and SCTP outside fragments; addresses and proto only with
/// IP. A pattern without a message has its sid as signature. One thread at a time; allocates
/// nothing after the start.
class EveAlerts {
 public:
  enum class Action : std::uint8_t { kAllowed, kBlocked };

  /// The end of a pattern's line, from "alert" on, by pattern.
  using Tails = std::vector<std::string>;
  static Tails tails_of(PatternSet const& set, Action action);

  EveAlerts(std::shared_ptr<AppendFile> file, PatternSet const& set, Action action);

  /// Continues with another set of patterns; exchanges the tails.
  void exchange(Tails& tails) noexcept { tails_.swap(tails); }

  /// Writes the alerts of one packet. `time_ns`: since 1970, UTC; `packet_number`: from 1, 0 if
  /// there is none.
  void add(Bytes frame, Layers const& layers, std::span<PatternId const> ids, std::uint64_t time_ns,
           std::uint64_t packet_number = 0) noexcept;

  /// Writes if 64 KiB or more wait, or if the oldest line has waited for a second. To be called
  /// every few milliseconds.
  void write_due(std::uint64_t time_ns) noexcept;

  /// At the end: writes the waiting lines; lines that cannot be written are lost.
  void finish() noexcept { file_.finish(); }

  LineFile const& lines() const { return file_; }

 private:
  LineFile file_;
  Tails tails_;
  std::uint64_t flushed_ns_ = 0;
};

}  // namespace warpline::ids
