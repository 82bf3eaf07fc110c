// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "elements/ids/alert/event.hpp"
#include "elements/ids/json_writer.hpp"
#include "elements/ids/line_queue.hpp"

namespace warpline::ids {

/// Writes a worker's alerts as lines of Suricata's fast.log, with times in UTC.
///
/// ICMP has its type and code in the place of the ports. A packet without IP shows its first 32
/// bytes. One thread; allocates nothing after the constructor.
class FastLog {
 public:
  static constexpr std::size_t kMaxLineBytes = 16 * 1024;

  explicit FastLog(LineQueue& queue);
  /// Lines go to `queue` from now on.
  void write_to(LineQueue& queue) noexcept { queue_ = &queue; }

  /// `dropped`: the packet was dropped by this rule.
  void alert(PacketContext const& context, RuleOutput const& rule, bool dropped) noexcept;

 private:
  void ends(PacketContext const& context);
  void raw_packet(PacketContext const& context);

  LineQueue* queue_;
  std::unique_ptr<char[]> space_;
  JsonWriter out_;
};

}  // namespace warpline::ids
