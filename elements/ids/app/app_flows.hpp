// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <memory_resource>
#include <vector>

#include "elements/ids/app/app_memory.hpp"
#include "elements/ids/app/app_session.hpp"
#include "elements/ids/flow/flow.hpp"
#include "elements/ids/stream/block_pool.hpp"
#include "elements/ids/stream/tcp_session.hpp"

namespace warpline::ids {

/// Counts of one worker.
struct AppCounters {
  std::array<std::uint64_t, kAppProtocols> flows{}, transactions{};  ///< by `AppProtocol`
  std::uint64_t dns_over_udp = 0;                                    ///< among `flows`
  std::uint64_t failed_parsers = 0;
  std::uint64_t gaps = 0;           ///< in streams that a parser reads
  std::uint64_t out_of_memory = 0;  ///< sessions that ended early, but for those of HTTP
};

/// The application protocols of a worker's flows: finds the protocol of each by its first bytes, and
/// gives the rest to the protocol's parser. Sessions of ended flows serve new ones: none is allocated
/// once as many exist as are in use at a time. One thread.
class AppFlows {
 public:
  /// Bytes of a direction by which the protocol is found.
  static constexpr std::uint32_t kMaxProbe = 2048;
  /// Makes a session; null for a protocol without a parser.
  using Factory = std::function<std::unique_ptr<AppSession>(AppProtocol, bool over_tcp)>;

  /// `memory`: of all sessions. Those of HTTP count theirs themselves.
  AppFlows(std::uint32_t flows, Factory factory, AppMemory& memory);

  /// Reads the bytes of a stream up to the offset `end` that were not read before. `closed`: none
  /// come after these. Returns false if these bytes show the protocol, but those of the other direction
  /// came first: none was read, and the caller adds those, then these again.
  bool add_stream(std::uint32_t index, Flow& flow, bool to_server, StreamHalf const& half,
                  std::uint32_t end, bool closed, BlockPool const& pool);
  /// Reads the payload of a UDP packet. Returns its direction: if the first one shows that the flow's
  /// ends are the other way round, they are exchanged.
  bool add_datagram(std::uint32_t index, Flow& flow, bool to_server, Bytes payload);

  /// The parser of a flow; null if it has none.
  AppSession* session(std::uint32_t index) const {
    auto const slot = flows_[index].slot;
    return slot == kNone ? nullptr : slots_[slot].session.get();
  }
  /// True if a parser has read bytes of this direction since the last call.
  bool take_changed(std::uint32_t index, bool to_server);
  /// True if `take_changed` would be.
  bool is_changed(std::uint32_t index, bool to_server) const {
    return (flows_[index].changed & bit(to_server)) != 0;
  }
  /// True for the first packet of this direction after the flow's protocol is known.
  bool take_detected(std::uint32_t index, bool to_server);
  /// True if the parser has found that the rest of the connection is encrypted.
  bool is_encrypted(std::uint32_t index) const { return flows_[index].encrypted; }
  /// End of the stream's bytes that the parser has read.
  std::uint32_t read_up_to(std::uint32_t index, bool to_server) const {
    return flows_[index].read[to_server ? 0 : 1];
  }
  /// True if the parser expects another protocol after its transactions.
  bool renews(std::uint32_t index) const { return flows_[index].renews; }
  /// Finds the protocol of the bytes that follow. Ends the session.
  void renew(std::uint32_t index);
  /// A flow begins or ends.
  void clear(std::uint32_t index);

  /// Takes the flows, sessions and counters of `old`, of the same number of flows, in exchange for its
  /// own. `same_sessions`: its factory makes the same ones; otherwise those that no flow uses are made
  /// again before their next use.
  void take_over(AppFlows& old, bool same_sessions);
  /// Continues the counters of `old` alone.
  void take_counters(AppFlows const& old) { counters_ = old.counters_; }

  AppCounters& counters() { return counters_; }
  AppCounters const& counters() const { return counters_; }
  static std::size_t bytes(std::uint32_t flows) { return flows * sizeof(Entry); }

 private:
  static constexpr std::uint32_t kNone = ~0u;
  /// Bits of directions: 1 from the client, 2 from the server.
  using Directions = std::uint8_t;
  static constexpr Directions bit(bool to_server) { return to_server ? 1 : 2; }
  static constexpr Directions kBoth = 3;
  struct Entry {
    std::uint32_t slot = kNone;     // in `slots_`
    std::uint32_t read[2]{};        // end of the bytes that were read, by direction
    Directions stopped = 0;         // nothing more is read of it, or it shows no protocol
    Directions changed = 0;         // for `take_changed`
    Directions announced = 0;       // for `take_detected`
    bool started : 1 = false;       // bytes were probed
    bool client_first : 1 = false;  // the first ones were the client's
    bool known : 1 = false;         // the protocol, or that it is none
    bool renews : 1 = false;        // another protocol follows in the same connection
    bool encrypted : 1 = false;     // for `is_encrypted`
  };
  struct Slot {
    std::unique_ptr<AppSession> session;  // null: made when it is needed
    std::uint32_t kind;
    std::uint32_t factory = 0;  // that made it: its number
    std::size_t memory = 0;     // that was counted
  };

  bool find_protocol(Entry& entry, Flow& flow, bool to_server, Bytes bytes, bool at_end);
  void open(Entry& entry, AppProtocol protocol, bool over_tcp);
  void close(Entry& entry);
  void add(Entry& entry, bool to_server, Bytes bytes);
  bool count_memory(Slot& slot);
  void react(Entry& entry, AppSession::Status status);

  Factory factory_;
  std::uint32_t factory_number_ = 0;
  AppMemory* memory_;  // not null
  std::pmr::vector<Entry> flows_;
  std::vector<Slot> slots_;
  std::array<std::vector<std::uint32_t>, 2 * kAppProtocols> free_;  // by `Slot::kind`
  AppCounters counters_;
  std::array<std::uint8_t, kMaxProbe> probe_{};
};

}  // namespace warpline::ids
