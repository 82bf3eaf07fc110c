// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "tests/elements/ids/evasion/traffic.hpp"

#include "core/net/checksum.hpp"

namespace warpline::ids::testing {
namespace {

using namespace std::string_literals;

std::string be16(std::uint64_t value) {
  return {static_cast<char>(value >> 8), static_cast<char>(value)};
}
std::string be32(std::uint64_t value) { return be16(value >> 16) + be16(value); }
std::string le32(std::uint64_t value) {
  auto bytes = be32(value);
  return {bytes.rbegin(), bytes.rend()};
}
Bytes bytes_of(std::string const& text) {
  return {reinterpret_cast<std::uint8_t const*>(text.data()),
          static_cast<std::uint32_t>(text.size())};
}
std::string byte(std::uint64_t value) { return {static_cast<char>(value)}; }

/// The checksum of a transport header and data with the addresses (RFC 9293, RFC 8200).
std::string checksum(std::string const& addresses, int protocol, std::string const& data) {
  auto const sum = static_cast<std::uint32_t>(static_cast<std::size_t>(protocol) + data.size());
  return be16(checksum_of(checksum_sum(bytes_of(data), checksum_sum(bytes_of(addresses), sum))));
}

}  // namespace

std::string Traffic::addresses(bool to_server) const {
  auto const prefix = network_.ipv6 ? "\x20\x01\x0d\xb8"s + std::string(11, '\0') : "\x0a\0\0"s;
  auto const client = prefix + '\x01', server = prefix + '\x02';
  return to_server ? client + server : server + client;
}

std::string Traffic::ip(bool to_server, int protocol, std::string const& data,
                        std::uint8_t ttl) const {
  if (network_.ipv6)
    return "\x60\0\0\0"s + be16(data.size()) + byte(static_cast<unsigned>(protocol)) + byte(ttl) +
           addresses(to_server) + data;
  auto header = "\x45\0"s + be16(20 + data.size()) + "\0\x01\0\0"s + byte(ttl) +
                byte(static_cast<unsigned>(protocol)) + "\0\0"s + addresses(to_server);
  header.replace(10, 2, be16(checksum_of(checksum_sum(bytes_of(header)))));
  return header + data;
}

std::string Traffic::ip_fragment(bool to_server, int protocol, Fragment const& fragment) const {
  auto const place = fragment.offset + (network_.ipv6 && fragment.more ? 1 : 0);
  auto const type = byte(static_cast<unsigned>(protocol));
  if (network_.ipv6)
    return ip(to_server, 44, type + "\0"s + be16(place) + be32(fragment.id) + fragment.data);
  auto datagram = ip(to_server, protocol, fragment.data);
  datagram.replace(4, 4,
                   be16(fragment.id) + be16(fragment.offset / 8 + (fragment.more ? 0x2000 : 0)));
  datagram.replace(10, 2, "\0\0"s);
  auto const header = datagram.substr(0, 20);
  auto sum = checksum_of(checksum_sum(bytes_of(header)));
  if (fragment.wrong_checksum) sum ^= 0x1111;
  return datagram.replace(10, 2, be16(sum));
}

std::string Traffic::tcp(Segment const& segment) const {
  bool const to_server = segment.to_server;
  auto const own = to_server ? network_.client_start : network_.server_start;
  auto const peer = to_server ? network_.server_start : network_.client_start;
  auto const source = to_server ? network_.client_port : network_.server_port;
  auto const destination = to_server ? network_.server_port : network_.client_port;
  auto const acknowledgment =
      (segment.flags & kAck) != 0 ? peer + static_cast<std::uint64_t>(segment.acked) : 0;
  auto text =
      be16(source) + be16(destination) + be32(own + static_cast<std::uint64_t>(segment.offset)) +
      be32(acknowledgment) + byte((5 + segment.options.size() / 4) << 4) + byte(segment.flags) +
      be16(segment.window) + "\0\0"s + be16(segment.urgent) + segment.options + segment.data;
  auto sum = checksum(addresses(to_server), 6, text);
  if (segment.wrong_checksum) sum[0] = static_cast<char>(sum[0] ^ 0x11);
  return text.replace(16, 2, sum);
}

std::string Traffic::udp(std::string const& data, bool with_checksum) const {
  auto text = be16(network_.client_port) + be16(network_.server_port) + be16(8 + data.size()) +
              "\0\0"s + data;
  if (with_checksum) text.replace(6, 2, checksum(addresses(true), 17, text));
  return text;
}

Traffic& Traffic::datagram(std::string const& datagram) {
  time_ns_ += 1'000'000;
  bool const ipv6 = (static_cast<std::uint8_t>(datagram[0]) >> 4) == 6;
  frames_.push_back(
      {time_ns_, "\x02\0\0\0\0\x02\x02\0\0\0\0\x01"s + be16(ipv6 ? 0x86dd : 0x800) + datagram});
  return *this;
}

Traffic& Traffic::fragment(int protocol, Fragment const& fragment) {
  return datagram(ip_fragment(true, protocol, fragment));
}

Traffic& Traffic::segment(Segment const& segment) {
  return datagram(ip(segment.to_server, 6, tcp(segment), segment.ttl));
}

Traffic& Traffic::send(bool to_server, std::string const& data) {
  segment(
      {.to_server = to_server, .offset = next(to_server), .acked = next(!to_server), .data = data});
  return skip(to_server, data.size());
}

Traffic& Traffic::skip(bool to_server, std::size_t bytes) {
  next_[to_server ? 0 : 1] += static_cast<std::int64_t>(bytes);
  return *this;
}

Traffic& Traffic::handshake() {
  segment({.flags = kSyn, .offset = -1});
  segment({.to_server = false, .flags = kSyn | kAck, .offset = -1});
  return send(true, "");
}

Traffic& Traffic::close() {
  segment({.flags = kFin | kAck, .offset = next(true), .acked = next(false)});
  segment(
      {.to_server = false, .flags = kFin | kAck, .offset = next(false), .acked = next(true) + 1});
  return segment({.offset = next(true) + 1, .acked = next(false) + 1});
}

Traffic& Traffic::wait(unsigned seconds) {
  time_ns_ += std::uint64_t{seconds} * 1'000'000'000;
  return *this;
}

Traffic& Traffic::use(Network network) {
  network_ = network;
  next_[0] = next_[1] = 0;
  return *this;
}

std::string Traffic::capture() const {
  constexpr std::uint64_t kSecond = 1'000'000'000;
  auto text = le32(0xa1b2c3d4) + "\x02\0\x04\0"s + le32(0) + le32(0) + le32(262144) + le32(1);
  for (auto const& [time_ns, bytes] : frames_)
    text += le32(time_ns / kSecond) + le32(time_ns % kSecond / 1000) + le32(bytes.size()) +
            le32(bytes.size()) + bytes;
  return text;
}

}  // namespace warpline::ids::testing
