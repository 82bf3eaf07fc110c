// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory_resource>
#include <optional>
#include <vector>

#include "elements/ids/decode/decoded_packet.hpp"
#include "elements/ids/stream/byte_chain.hpp"
#include "elements/ids/stream/host_policies.hpp"
#include "elements/ids/stream/segment_queue.hpp"

namespace warpline::ids {

/// Reassembles IPv4 (RFC 791) and IPv6 datagrams (RFC 8200 section 4.5) from their fragments.
/// Overlaps are resolved by the policy of the destination. For IPv6 too, although RFC 5722 lets a
/// host drop such datagrams: an older host does not. Allocates nothing after construction. One
/// thread.
///
/// A fragment all of whose bytes lose against earlier ones, or that has none, changes nothing. If
/// several fragments claim to be the last, the datagram ends where the farthest byte is.
class Defragmenter {
 public:
  static constexpr std::uint32_t kTimeoutMs = 60'000;  ///< since the last fragment of a datagram

  /// What became of fragments and datagrams.
  struct Counters {
    std::uint64_t fragments = 0;      ///< given to `add`
    std::uint64_t reassembled = 0;    ///< datagrams
    std::uint64_t timed_out = 0;      ///< datagrams with a hole
    std::uint64_t evicted = 0;        ///< datagrams that made place for others
    std::uint64_t out_of_memory = 0;  ///< fragments that were lost although others were evicted
    std::uint64_t overlaps = 0;       ///< fragments
    std::uint64_t too_large = 0;      ///< fragments that end after byte 65,535 of the datagram
    std::uint64_t refused = 0;        ///< fragments, by `SegmentQueue::kMaxSteps`
    std::uint64_t empty = 0;          ///< fragments without data

    /// Fragments for which there was no place.
    std::uint64_t lost() const { return out_of_memory + refused; }
  };

  /// A whole IP datagram, after what precedes it in the frame of its first fragment.
  struct Datagram {
    Bytes frame;
    std::uint32_t network = 0;  ///< offset of the IP header

    Bytes bytes() const { return frame.after(network); }
  };

  /// `memory`: bytes for fragments. `datagrams`: max at a time. `seed`: of the hash.
  Defragmenter(std::size_t memory, std::uint32_t datagrams, HostPolicies policies,
               std::uint64_t seed);

  /// Bytes of memory that an object with these arguments has.
  static std::size_t bytes(std::size_t memory, std::uint32_t datagrams);

  /// Adds a packet that is a fragment, at a time of the capture's clock. Returns the datagram if
  /// that is complete now; valid until the next call. Lengths and fragment fields are those of a
  /// datagram that was never cut. It may be a fragment itself, of a datagram around it; `add` takes
  /// it from where it is.
  std::optional<Datagram> add(DecodedPacket const& packet, std::uint32_t now_ms);

  /// Frees the datagrams whose time has come, at most `max`.
  void expire(std::uint32_t now_ms, unsigned max);
  void clear();
  /// Takes the incomplete datagrams of `old`, of the same size, in exchange for its own, and its
  /// counters. The policies of hosts stay, but for those datagrams.
  void take_over(Defragmenter& old) noexcept;
  /// Continues the counters of `old` alone.
  void take_counters(Defragmenter const& old) noexcept { counters_ = old.counters_; }

  Counters const& counters() const { return counters_; }
  std::uint32_t datagrams() const { return size_; }  ///< incomplete ones
  std::uint32_t blocks_in_use() const { return pool_.in_use(); }

 private:
  static constexpr std::uint32_t kNone = ~0u;
  static constexpr std::uint32_t kMaxLink = 512;  // of bytes before a datagram; more are left out

  struct Key {
    std::array<std::uint64_t, 4> addresses{};
    std::uint32_t identification = 0;
    std::uint16_t vlan[2]{};
    std::uint8_t protocol = 0, version = 0;
    friend bool operator==(Key const&, Key const&) = default;
  };
  struct Entry {
    Key key;
    std::uint32_t next = kNone;  // of the same bucket, or free
    std::uint32_t older = kNone, newer = kNone;
    std::uint32_t last_seen_ms = 0;
    std::uint32_t end = 0;          // of the data so far
    std::uint32_t network = 0;      // bytes in `headers` before the IP header
    std::uint32_t next_header = 0;  // offset in `headers` of the field with the protocol
    OverlapPolicy policy{};
    bool has_last = false;
    std::uint8_t protocol = 0;  // after the headers
    ByteChain headers;          // of the first fragment
    SegmentQueue data;
  };

  static Key key_of(DecodedPacket const& packet);
  std::size_t bucket_of(Key const& key) const;
  std::uint32_t find(Key const& key) const;
  std::uint32_t create(Key const& key, DecodedPacket const& packet);
  void remove(std::uint32_t index);
  bool is_over(std::uint32_t index, std::uint32_t now_ms) const;
  void push_newest(std::uint32_t index);
  void unlink_age(std::uint32_t index);
  bool evict_other_than(std::uint32_t index);
  bool keep_headers(Entry& entry, DecodedPacket const& packet);
  std::optional<Datagram> assemble(Entry& entry);

  HostPolicies policies_;
  std::uint64_t seed_;
  BlockPool pool_;
  std::pmr::vector<Entry> entries_;
  std::pmr::vector<std::uint32_t> buckets_;  // a power of two
  std::vector<std::uint8_t> buffer_;
  std::uint32_t free_ = kNone, oldest_ = kNone, newest_ = kNone, size_ = 0;
  Counters counters_;
};

}  // namespace warpline::ids
