// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <cstdint>
#include <list>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "elements/ids/rules/rule.hpp"
#include "tests/elements/ids/reference/application.hpp"
#include "tests/elements/ids/reference/connection.hpp"
#include "tests/elements/ids/reference/fragments.hpp"
#include "tests/elements/ids/reference/memory.hpp"
#include "tests/elements/ids/reference/rule_places.hpp"

/// Whole rules over whole conversations, written for clarity: every rule is looked at for every
/// packet, and state is kept in maps. It uses the parser's structures and nothing else of the engine.
namespace warpline::ids::reference {

/// An alert: of a packet, or of a flow at its end.
struct Alert {
  std::uint64_t packet = 0;  ///< number in the capture, from 1; 0: at the end of a flow
  std::string flow;          ///< `flow_text` of the packet
  std::uint32_t sid = 0;
  bool in_stream = false;
  std::optional<std::uint64_t> transaction{};  ///< of the flow, from 0
  auto operator<=>(Alert const&) const = default;
};

/// A direction of a flow, for people.
std::string flow_text(std::string const& source, std::uint32_t source_port,
                      std::string const& destination, std::uint32_t destination_port);

enum class Verdict { kPass, kDrop, kReject };

struct Frame {
  std::uint64_t time_ns = 0;
  std::string bytes;
};

struct Options {
  bool ips = false, checksums = false;
  std::string host = "windows";  ///< name in `host-os-policy` of all receivers
  std::uint32_t max_alerts = 15;
  Connection::Options tcp{};
};

class DetectorReference {
 public:
  DetectorReference(std::vector<Rule> rules, Options options);

  Verdict process(std::uint64_t time_ns, std::string const& frame);
  /// Ends all flows. Returns all alerts, sorted.
  std::vector<Alert> finish();
  /// A rule needed more steps for a buffer than the engine takes: then they may differ.
  bool above_step_limit() const { return above_step_limit_; }

 private:
  static constexpr unsigned kMaxSteps = 3000;
  static constexpr std::int64_t kChunk = 2560;

  struct Flow {
    std::uint64_t number = 0;
    bool is_tcp = false, client_is_first = false;  // first: the lower end of the key
    bool seen[2]{}, addresses_seen[2]{};           // by direction
    std::optional<Verdict> verdict{};              // kPass: rules do not look
    Connection connection{};
    Application application{};
    FlowBits bits{};
    std::uint64_t last_ms = 0;
    Packet ends{};  // addresses and ports, from the client to the server
  };
  /// What a rule looks at.
  struct Look {
    Packet const& packet;
    Flow* flow = nullptr;
    bool to_server = true, first_of_flow = false;
    bool packet_in_stream = false;
    bool with_packet = true, with_transactions = false;
    std::optional<std::uint64_t> transaction{};  ///< in which the rule matched
    std::optional<View> view{};
  };
  /// The state of one packet.
  struct Work {
    std::uint64_t number = 0;
    Verdict verdict = Verdict::kPass;
    bool passed = false;
    std::uint32_t alerts = 0;
  };
  struct Match {
    bool matches = false, in_stream = false;
  };

  void look_at_with_datagrams(Packet const& packet, int depth, Work& work);
  void look_at(Packet const& packet, Work& work);
  Flow& flow_of(Packet const& packet, Look& look);
  void evaluate(Look& look, Work& work);
  Match match(std::size_t index, Look const& look);
  void evaluate_transactions(std::size_t index, Look& look, Work& work);
  bool head_matches(std::size_t index, Look const& look);
  static void read_stream(Look const& look, bool to_server, std::int64_t end, bool closed);
  static void take_transactions(Look& look);
  bool flow_matches(Rule const& rule, Look const& look) const;
  bool matches_in_stream(Rule const& rule, View const& view);
  bool run(std::vector<BufferMatch> const& keywords, std::string const& bytes,
           std::int64_t stream_offset);
  void matched(std::size_t index, bool in_stream, Look& look, Work& work);
  void end(Flow& flow);
  static std::uint64_t timeout_ms(Flow const& flow);
  /// Since the first packet.
  std::uint64_t now_ms() const { return (now_ns_ - first_ns_) / 1'000'000; }

  std::vector<Rule> rules_;
  std::vector<Places> places_;
  Options options_;
  Fragments fragments_;
  Memory memory_;
  std::vector<std::string> keys_;  // of flows, in the order of their creation
  std::map<std::string, Flow> flows_;
  std::vector<Alert> alerts_;
  bool above_step_limit_ = false;
  std::uint64_t packets_ = 0, flow_numbers_ = 0, first_ns_ = 0, now_ns_ = 0;
};

}  // namespace warpline::ids::reference
