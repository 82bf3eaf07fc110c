// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "elements/ids/decode/decoded_packet.hpp"
#include "elements/ids/detect/flow_bits.hpp"
#include "elements/ids/detect/shared_state.hpp"
#include "elements/ids/flow/flow.hpp"
#include "elements/ids/rules/rule_set.hpp"
#include "elements/ids/stream/tcp_session.hpp"

namespace warpline::ids {

/// The bytes of a stream that are due, with those before them.
struct StreamView {
  Bytes bytes{};
  std::uint32_t offset = 0;    ///< of `bytes` in the stream
  std::uint32_t old_size = 0;  ///< the bytes at the beginning that rules have inspected before
};

/// What rules inspect: a packet, the stream bytes that are due with it, or both.
struct MatchInput {
  DecodedPacket const* packet = nullptr;
  Flow* flow = nullptr;
  std::uint32_t flow_index = Flow::kNone;
  TcpSession const* session = nullptr;
  StreamView const* stream = nullptr;  ///< null: none is due
  bool to_server = true;
  bool packet_in_stream = false;  ///< the payload's bytes belong to the stream
  bool no_packet = false;         ///< only the stream
  bool first_of_flow = false;
  bool encrypted = false;    ///< rules see no payload
  bool reassembled = false;  ///< the packet is a datagram of fragments
  RuleGroups::Id group = 0;
  std::uint32_t now_s = 0;
};

/// How a rule matched.
struct RuleMatch {
  bool matches = false, in_stream = false;
};

/// Evaluates single rules. One thread.
class RuleMatcher {
 public:
  RuleMatcher(RuleSet const& rules, FlowBits& bits, SharedState& shared)
      : rules_(rules), bits_(bits), shared_(shared) {}

  RuleMatch match(CompiledRule const& compiled, MatchInput const& input);
  /// True if the parts of a rule of transactions match that look at neither these nor the payload.
  bool match_packet(CompiledRule const& compiled, MatchInput const& input);
  /// True if all keywords of the payload match in `bytes`, which begin at `offset` of a stream.
  bool match_payload(CompiledRule const& compiled, Bytes bytes, std::uint32_t offset);
  /// Sets the bits of a rule that matched.
  void change_bits(CompiledRule const& compiled, MatchInput const& input);

  BufferProgram::Evaluation const& evaluation() const { return evaluation_; }
  BufferProgram::Evaluation& evaluation() { return evaluation_; }
  /// Continues the counters of `old`.
  void take_counters(RuleMatcher const& old) { evaluation_.take_counters(old.evaluation_); }

 private:
  bool head_matches(CompiledRule const& compiled, MatchInput const& input) const;
  bool bits_match(CompiledRule const& compiled, MatchInput const& input);
  bool packet_matches(CompiledRule const& compiled, MatchInput const& input);
  bool stream_matches(CompiledRule const& compiled, StreamView const& stream);
  bool run(CompiledRule const& compiled, Bytes bytes, std::uint32_t offset);

  RuleSet const& rules_;
  FlowBits& bits_;
  SharedState& shared_;
  BufferProgram::Evaluation evaluation_;
};

}  // namespace warpline::ids
