// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace warpline::ids::testing {

inline constexpr std::uint8_t kFin = 1, kSyn = 2, kRst = 4, kPush = 8, kAck = 16, kUrgent = 32;

/// A TCP segment. Offsets count the bytes of a direction from the first one after the SYN.
struct Segment {
  bool to_server = true;
  std::uint8_t flags = kAck;
  std::int64_t offset = 0;  ///< of the first byte; -1 for a SYN
  std::int64_t acked = 0;   ///< of the other direction
  std::string data{};
  std::string options{};  ///< of TCP, a multiple of 4 bytes
  std::uint16_t window = 65535;
  std::uint16_t urgent = 0;
  std::uint8_t ttl = 64;
  bool wrong_checksum = false;
};

/// A piece of a datagram's data.
struct Fragment {
  std::uint32_t offset = 0;  ///< bytes
  bool more = true;
  std::string data{};
  std::uint16_t id = 7;
  bool wrong_checksum = false;  ///< of the IPv4 header
};

/// IPv4 or IPv6 from 10.0.0.1 to 10.0.0.2, or 2001:db8::1 to ::2, or back.
struct Network {
  bool ipv6 = false;
  std::uint32_t client_start = 1000, server_start = 5000;  ///< sequence numbers of the first bytes
  std::uint16_t client_port = 40000, server_port = 80;
};

/// The frames of a conversation, with right checksums: what a test sends, in order.
class Traffic {
 public:
  explicit Traffic(Network network = {}) : network_(network) {}

  /// SYN, SYN and ACK, ACK.
  Traffic& handshake();
  /// The next bytes of a direction, which acknowledge all of the other one.
  Traffic& send(bool to_server, std::string const& data);
  /// Both ends close.
  Traffic& close();
  /// Any segment; the next one of `send` follows as if this had not been there.
  Traffic& segment(Segment const& segment);
  /// `data` belongs to the stream, but is not sent by this.
  Traffic& skip(bool to_server, std::size_t bytes);
  /// A datagram of its own.
  Traffic& datagram(std::string const& datagram);
  /// A fragment of a datagram to the server, of `protocol`.
  Traffic& fragment(int protocol, Fragment const& fragment);
  /// Lets time pass.
  Traffic& wait(unsigned seconds);
  /// Later segments are of another connection.
  Traffic& use(Network network);

  /// An IP datagram from an end to the other.
  std::string ip(bool to_server, int protocol, std::string const& data,
                 std::uint8_t ttl = 64) const;
  std::string ip_fragment(bool to_server, int protocol, Fragment const& fragment) const;
  /// The TCP header and data of a segment.
  std::string tcp(Segment const& segment) const;
  std::string udp(std::string const& data, bool with_checksum = true) const;
  std::int64_t next(bool to_server) const { return next_[to_server ? 0 : 1]; }

  struct Frame {
    std::uint64_t time_ns;
    std::string bytes;
  };
  std::vector<Frame> const& frames() const { return frames_; }
  /// The frames as a capture in the classic format of pcap.
  std::string capture() const;

 private:
  std::string addresses(bool to_server) const;

  Network network_;
  std::int64_t next_[2] = {0, 0};
  std::uint64_t time_ns_ = 1'700'000'000'000'000'000;
  std::vector<Frame> frames_;
};

}  // namespace warpline::ids::testing
