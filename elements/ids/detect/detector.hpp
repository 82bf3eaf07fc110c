// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <memory_resource>
#include <optional>
#include <vector>

#include "core/packet/buffer_pool.hpp"
#include "elements/ids/app/app_flows.hpp"
#include "elements/ids/app/http_session.hpp"
#include "elements/ids/app/tls_certificate.hpp"
#include "elements/ids/decode/checksums.hpp"
#include "elements/ids/decode/defragmenter.hpp"
#include "elements/ids/decode/frame_decoder.hpp"
#include "elements/ids/detect/address_rules.hpp"
#include "elements/ids/detect/events.hpp"
#include "elements/ids/detect/quick_check.hpp"
#include "elements/ids/detect/rule_match.hpp"
#include "elements/ids/detect/transaction_rules.hpp"
#include "elements/ids/flow/flow_table.hpp"
#include "elements/ids/frame_verdict.hpp"
#include "elements/ids/prefilter/fast_pattern.hpp"
#include "elements/ids/prefilter/group_matcher.hpp"
#include "elements/ids/stream/tcp_tracker.hpp"

namespace warpline::ids {

/// Settings of a detector; the arguments of the element `IDS` have the same names.
struct DetectorOptions {
  bool ips = false;  ///< drop and reject act, and stream bytes are inspected as they arrive
  bool tunnels = true;
  std::uint32_t flows = 65536;
  std::size_t stream_memory = 64 << 20;
  std::size_t defrag_memory = 32 << 20;
  std::uint32_t datagrams = 4096;  ///< incomplete ones at a time
  ChecksumPolicy checksums = ChecksumPolicy::kAuto;
  HostPolicies hosts{};
  std::uint32_t max_alerts = 15;
  LimitPolicy on_limit = LimitPolicy::kIgnore;
  TcpTracker::Options tcp{};
  HttpOptions http{};
  FlowTimeouts timeouts{};
  /// The detector gets these tables by `Detector::take_over`, and makes none of its own.
  bool inherits_flows = false, inherits_fragments = false;
};

/// Counts of one worker.
struct DetectorCounters {
  std::uint64_t packets = 0, fragments = 0, tcp = 0, udp = 0, icmp = 0;
  std::uint64_t alerts = 0, alert_overflow = 0, suppressed = 0;
  std::uint64_t inspections = 0;  ///< of streams
  std::uint64_t searches = 0;     ///< of payloads that were not searched before, or otherwise
  /// By `Limit`: packets for which memory was full, and what ON_LIMIT did with them.
  std::array<std::uint64_t, kLimits> limits{}, limit_drops{}, limit_passes{};
  std::uint64_t wrong_checksums = 0;  ///< packets that rules did not see
};

/// The rules, flows and streams of one worker. Finds the alerts of frames in the order of their
/// arrival. Allocates nothing per packet once its buffers have grown. One thread.
class Detector {
 public:
  /// New bytes of a stream after which rules inspect it, and bytes before these that they see again.
  static constexpr std::uint32_t kChunk = 2560, kBefore = 2560;
  static constexpr std::uint32_t kMaxView = 65536;  ///< max new bytes of one inspection
  /// Bytes that the alerts at the end of a flow have as payload.
  static constexpr std::uint32_t kMaxEndPayload = 2 * kMaxView + kBefore;

  /// `searches`: those of the rules, by number minus 1. `seed`: a secret. `databases`: of the rules'
  /// patterns for applications; if empty, the detector compiles its own.
  Detector(std::shared_ptr<RuleSet const> rules, std::span<CpuMatching const> searches,
           SharedState& shared, DetectorOptions const& options, DetectorEvents& events,
           std::uint64_t seed, AppDatabases const& databases = {});

  /// The search for the payload of the innermost packet of a frame that `process` will get later; 0:
  /// none. A guess if the packet's flow is not known yet: `process` searches again if it was wrong.
  std::uint16_t search_of(DecodedPacket const& packet) const;

  /// Continues with the flows, streams, fragments, flowbits, counters and clock of `old`, before the
  /// first packet. `old` may have other rules: what its rules have found in streams is searched
  /// again, and flows that it has not passed or dropped are inspected. `old` keeps the flows if FLOWS
  /// or STREAM_MEMORY differ, and fragments if the sizes of their tables do; it then has to end them.
  void take_over(Detector& old);
  /// Whether `take_over` of a detector with these options takes the flows; and the fragments.
  static bool keeps_flows(DetectorOptions const& old, DetectorOptions const& options);
  static bool keeps_fragments(DetectorOptions const& old, DetectorOptions const& options);

  /// The result of an earlier search.
  struct Candidates {
    std::uint16_t search = 0;  ///< its number
    std::uint32_t offset = 0;  ///< of the first byte that was searched, in the frame
    Matches const* matches = nullptr;
  };
  /// Inspects a frame. `arrival` must have a time.
  FrameVerdict process(Bytes frame, Arrival const& arrival, Candidates const& candidates);

  /// A packet that a rule rejects.
  struct Rejection {
    DecodedPacket packet{};       ///< in the frame, or the datagram that the frame completes
    std::uint32_t link_size = 0;  ///< bytes of the frame before its outermost IP header
    Action action = Action::kReject;
  };
  /// The one of the last frame, if its verdict was `kReject`; valid until the next frame.
  Rejection const& rejection() const { return rejection_; }

  /// Ends flows that timed out, among `count` places of the table.
  void expire(std::uint64_t now_ns, std::uint32_t count);
  /// Ends all flows at the end of a capture or of a run, or because no other detector can continue
  /// them.
  void finish(FlowEvent::Reason reason = FlowEvent::Reason::kShutdown);

  /// The time of the latest packet, in nanoseconds since 1970.
  std::uint64_t now_ns() const { return last_ns_; }
  DetectorCounters const& counters() const { return counters_; }
  TcpCounters const& tcp_counters() const { return tcp_.counters(); }
  Defragmenter::Counters const& defragmenter_counters() const { return defragmenter_.counters(); }
  FlowTable const& flows() const { return flows_; }
  AppCounters const& app_counters() const { return apps_.counters(); }
  /// Sessions of applications that ended early because HTTP_MEMORY was full.
  std::uint64_t http_out_of_memory() const {
    return http_->out_of_memory() + apps_.counters().out_of_memory;
  }
  /// Processor cycles of searches in streams and payloads, and in buffers of applications.
  std::uint64_t stream_search_cycles() const { return matcher_.search_cycles(); }
  std::uint64_t buffer_search_cycles() const { return transaction_rules_.search_cycles(); }
  BlockPool const& stream_pool() const { return pool_; }
  BufferProgram::Evaluation const& evaluation() const { return rule_matcher_.evaluation(); }

 private:
  struct Work;
  static constexpr unsigned kMaxDatagrams = 2;  // one within the other
  static constexpr unsigned kMaxGaps = 64;      // that one packet lets rules skip
  // At the end of a flow: gaps after which the receiver has acknowledged nothing.
  static constexpr unsigned kMaxEndGaps = 4096;
  static constexpr std::uint32_t kJunction = SelectedPattern::kMaxBytes - 1;

  std::uint32_t milliseconds(std::uint64_t time_ns);
  std::uint64_t time_of(std::uint32_t past_ms) const;
  void inspect_packets(std::span<DecodedPacket const> packets, Candidates const& candidates,
                       unsigned datagrams, Work& work);
  bool has_wrong_checksum(DecodedPacket const& packet);
  OverlapPolicy policy_of(DecodedPacket const& packet) const;
  void inspect_packet(DecodedPacket const& packet, Candidates const& candidates, Work& work);
  void reach_limit(Limit limit, std::uint32_t index, Work& work);
  void find_flow(DecodedPacket const& packet, MatchInput& input, Work& work);
  void follow_tcp(MatchInput& input, TcpTracker::Outcome& outcome);
  void inspect_gaps(MatchInput const& input, Work& work);
  void add_due_bytes(MatchInput& input, bool closed, Work& work);
  bool take_view(StreamHalf& half, std::uint16_t number, std::uint32_t end, StreamView& view);
  void add_payload(DecodedPacket const& packet, Candidates const& candidates,
                   TcpTracker::Outcome const& outcome, MatchInput& input);
  void keep_candidates(StreamHalf& half);
  void pass_encrypted(StreamHalf& half, std::uint32_t end);
  void inspect_before_encryption(MatchInput const& input, Work& work);
  bool pass_over(StreamHalf& half, RuleGroups::Id group, std::uint32_t end);
  void select_stream(StreamHalf& half, std::uint16_t number, StreamView const& view);
  void search(std::uint16_t number, Bytes bytes);
  void select(std::uint16_t number, PatternId pattern);
  RuleGroups::Id group_of(MatchInput const& input) const;
  std::uint16_t search_in(RuleGroups::Id group) const { return rules_->groups()[group].search; }
  void read_application(MatchInput& input, bool closed, Work& work);
  void read_stream(MatchInput const& input, bool to_server, bool all, bool closed);
  void select_transactions(MatchInput const& input, Work& work);
  void evaluate_transaction(TransactionRule const& selected, MatchInput& input, Work& work);
  bool payload_matches(CompiledRule const& compiled, MatchInput const& input);
  void finish_transactions(MatchInput const& input, Work& work);
  void record_all(std::uint32_t index, Work& work);
  void inspect_last_transactions(MatchInput& input, Work& work);
  void record(AppSession& session, std::uint64_t number, Work& work);
  bool must_look(std::uint32_t rule, MatchInput const& input) const;
  void evaluate(MatchInput& input, Work& work);
  void apply_match(std::uint32_t index, RuleMatch match, MatchInput& input, Work& work);
  void end_flow(std::uint32_t index, Flow& flow);
  void renew(std::uint32_t index, Flow& flow);
  void inspect_rest(std::uint32_t index, Flow& flow, bool to_server);

  std::shared_ptr<RuleSet const> rules_;
  GroupMatcher matcher_;
  std::vector<bool> looks_at_streams_;  // groups with such a rule without a pattern
  std::vector<QuickCheck> checks_;      // by rule
  SharedState& shared_;
  DetectorOptions options_;
  DetectorEvents& events_;
  std::uint16_t generation_ = 1;  // of the rules; 0 is none
  AddressRules address_rules_;
  // One for a frame, and one for each datagram within a datagram.
  std::array<FrameDecoder, kMaxDatagrams + 1> decoders_;
  Defragmenter defragmenter_;
  ChecksumValidation checksums_;
  FlowEvent::Reason ending_ = FlowEvent::Reason::kForced;  // why the table removes a flow
  FlowTable flows_;
  std::pmr::vector<TcpSession> sessions_;  // by flow
  FlowBits bits_;
  BlockPool pool_;
  TcpTracker tcp_;
  RuleMatcher rule_matcher_;
  // Sessions refer to these two.
  std::unique_ptr<HttpShared> http_;
  std::unique_ptr<tls::CertificateCache> certificates_;
  bool makes_ja3_;  // of new sessions
  AppFlows apps_;
  TransactionRules transaction_rules_;
  DetectorCounters counters_;
  Rejection rejection_;
  std::uint64_t first_ns_ = 0, last_ns_ = 0;
  bool started_ = false;

  /// Where encrypted bytes begin in the packet's flow, or a few bytes before that.
  struct Encryption {
    bool to_server = true;
    std::uint32_t begin = 0;
  } encryption_;

  std::vector<std::uint8_t> view_;         // bytes of a stream, contiguous
  std::vector<std::uint8_t> held_;         // the same, for rules of transactions
  std::vector<PatternId> found_patterns_;  // by a search
  std::vector<std::uint32_t> selected_;    // rules for a packet
  std::vector<RuleAlert> end_alerts_;      // of a flow that ends
  std::vector<std::uint8_t> end_payload_;
};

}  // namespace warpline::ids
