// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <memory_resource>
#include <vector>

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
  std::uint64_t gaps = 0;  ///< in streams that a parser reads
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

  AppFlows(std::uint32_t flows, Factory factory);

  /// Reads the bytes of a stream up to the offset `end` that were not read before. `closed`: none
  /// come after these.
  void add_stream(std::uint32_t index, Flow& flow, bool to_server, StreamHalf const& half,
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
  /// A flow begins or ends.
  void clear(std::uint32_t index);

  AppCounters& counters() { return counters_; }
  AppCounters const& counters() const { return counters_; }
  static std::size_t bytes(std::uint32_t flows) { return flows * sizeof(Entry); }

 private:
  static constexpr std::uint32_t kNone = ~0u;
  struct Entry {
    std::uint32_t slot = kNone;  // in `slots_`
    std::uint32_t read[2]{};     // end of the bytes that were read, by direction
    bool stopped[2]{};           // nothing more is read of it, or its protocol is not known
    bool changed[2]{};
    bool started = false, client_first = false;  // the client sent the first bytes
  };
  struct Slot {
    std::unique_ptr<AppSession> session;
    std::uint32_t kind;
  };

  bool find_protocol(Entry& entry, Flow& flow, bool to_server, Bytes bytes, bool at_end);
  void open(Entry& entry, AppProtocol protocol, bool over_tcp);
  void add(Entry& entry, bool to_server, Bytes bytes);
  void react(Entry& entry, AppSession::Status status);

  Factory factory_;
  std::pmr::vector<Entry> flows_;
  std::vector<Slot> slots_;
  std::array<std::vector<std::uint32_t>, 2 * kAppProtocols> free_;  // by `Slot::kind`
  AppCounters counters_;
  std::array<std::uint8_t, kMaxProbe> probe_{};
};

}  // namespace warpline::ids
