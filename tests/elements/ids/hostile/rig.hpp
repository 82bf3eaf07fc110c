// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/packet/batch.hpp"
#include "elements/ids/detect/detector.hpp"
#include "elements/ids/detect/detector_memory.hpp"
#include "tests/elements/ids/hostile/frames.hpp"

namespace warpline::ids::testing {

/// A detector that gets hostile traffic, and what that costs.
class HostileRig : public DetectorEvents {
 public:
  HostileRig(std::string rules, DetectorOptions options);

  /// Looks at a frame. `milliseconds`: since the frame before.
  FrameVerdict send(Bytes frame, std::uint64_t milliseconds = 0);
  /// SYN, SYN with ACK, ACK; the windows have a scale of 14. The next numbers are 1 and 1.
  void handshake(Frames::Ends const& ends);
  /// A connection after its handshake, with the next sequence numbers of both ends.
  struct Connection {
    Frames::Ends client{};
    std::uint32_t from_client = 1, from_server = 1;
  };
  /// Sends bytes in segments of `size` bytes; the other end acknowledges each, or only the last.
  void say(Connection& connection, bool to_server, std::string_view text, std::size_t size = 1400,
           bool acknowledges_each = true);
  /// Ends all flows, and prints the costs so far with the name of the test.
  void finish();

  Frames& frames() { return frames_; }
  Detector const& detector() const { return *detector_; }
  std::uint64_t alerts() const { return alerts_; }
  std::uint64_t records() const { return records_; }
  double longest_turn_ms() const { return static_cast<double>(longest_turn_ns_) / 1e6; }
  std::uint64_t drops() const { return drops_; }
  std::uint64_t limit_drops() const { return limit_drops_; }
  std::uint64_t evicted_states() const { return shared_.evicted(); }
  LimitPolicy last_policy() const { return last_policy_; }
  FlowState last_state() const { return last_state_; }
  std::uint64_t sent() const { return sent_; }

  void alert(PacketContext const&, RuleAlert const&) override { ++alerts_; }
  void drop(PacketContext const&, std::optional<std::uint32_t>) override { ++drops_; }
  void drop_at_limit(PacketContext const&, Limit) override { ++limit_drops_; }
  void transaction(PacketContext const&, TransactionId const& transaction) override;
  void flow_ended(Flow const& flow, FlowEvent::Reason, std::uint64_t, std::uint64_t) override {
    last_policy_ = flow.limit_policy;
    last_state_ = flow.state;
  }

 private:
  std::shared_ptr<RuleSet const> set_;
  SharedState shared_{3};
  std::unique_ptr<Detector> detector_;
  Frames frames_;
  std::uint64_t time_ns_ = 1'000'000'000, sent_ = 0, alerts_ = 0, drops_ = 0, limit_drops_ = 0;
  std::uint64_t records_ = 0;
  std::vector<char> line_ = std::vector<char>(64 * 1024);
  std::uint64_t turn_begin_ns_ = 0, longest_turn_ns_ = 0, all_ns_ = 0;
  LimitPolicy last_policy_ = LimitPolicy::kIgnore;
  FlowState last_state_ = FlowState::kNew;
};

/// Resident memory of this process, in bytes.
std::size_t resident_bytes();

/// `full` if `$WARPLINE_HOSTILE` is `full`, else `reduced`.
std::uint64_t scaled(std::uint64_t full, std::uint64_t reduced);

/// False where the allocator of a sanitizer needs more memory than the program.
constexpr bool counts_memory() {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  return false;
#else
  return true;
#endif
}

}  // namespace warpline::ids::testing
