// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "tests/support/frame.hpp"

#include <stdexcept>

#include "core/base/hex.hpp"

namespace warpline::test {
namespace {

void put16(Frame& frame, std::size_t value) {
  frame.push_back(static_cast<std::uint8_t>(value >> 8));
  frame.push_back(static_cast<std::uint8_t>(value));
}
void put32(Frame& frame, std::uint32_t value) {
  put16(frame, value >> 16);
  put16(frame, value & 0xffff);
}
template <class Bytes>
void put(Frame& frame, Bytes const& bytes) {
  frame.insert(frame.end(), bytes.begin(), bytes.end());
}
void set16(Frame& frame, std::size_t offset, std::uint16_t value) {
  frame[offset] = static_cast<std::uint8_t>(value >> 8);
  frame[offset + 1] = static_cast<std::uint8_t>(value);
}

constexpr std::uint8_t kTcp = 6, kUdp = 17, kExperimental = 253;

}  // namespace

std::uint16_t plain_checksum(Frame const& bytes) {
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i)
    sum += i % 2 == 0 ? std::uint64_t{bytes[i]} * 256 : bytes[i];
  while (sum > 0xffff) sum = sum % 0x10000 + sum / 0x10000;
  return static_cast<std::uint16_t>(0xffff - sum);
}

FrameBuilder& FrameBuilder::ether(std::array<std::uint8_t, 6> destination,
                                  std::array<std::uint8_t, 6> source) {
  destination_ = destination;
  source_ = source;
  return *this;
}
FrameBuilder& FrameBuilder::type(std::uint16_t type) {
  type_ = type;
  return *this;
}
FrameBuilder& FrameBuilder::vlan(std::uint16_t id) {
  vlans_.push_back(id);
  return *this;
}
FrameBuilder& FrameBuilder::ipv4(Ipv4 fields) {
  ipv4_ = std::move(fields);
  return *this;
}
FrameBuilder& FrameBuilder::ipv6(Ipv6 fields) {
  ipv6_ = fields;
  return *this;
}
FrameBuilder& FrameBuilder::udp(std::uint16_t source, std::uint16_t destination,
                                bool right_checksum) {
  transport_ = Transport{kUdp, source, destination, 0, right_checksum};
  return *this;
}
FrameBuilder& FrameBuilder::tcp(std::uint16_t source, std::uint16_t destination, std::uint8_t flags,
                                bool right_checksum) {
  transport_ = Transport{kTcp, source, destination, flags, right_checksum};
  return *this;
}
FrameBuilder& FrameBuilder::payload(std::string_view text) {
  return payload(Frame(text.begin(), text.end()));
}
FrameBuilder& FrameBuilder::payload(Frame bytes) {
  payload_ = std::move(bytes);
  return *this;
}
FrameBuilder& FrameBuilder::pad_to(std::size_t length) {
  least_ = length;
  return *this;
}

std::uint8_t FrameBuilder::protocol(std::optional<std::uint8_t> given) const {
  if (given) return *given;
  return transport_ ? transport_->protocol : kExperimental;
}

Frame FrameBuilder::transport() const {
  if (!transport_) return payload_;
  Frame segment;
  put16(segment, transport_->source);
  put16(segment, transport_->destination);
  std::size_t checksum_at = 6;
  if (transport_->protocol == kUdp) {
    put16(segment, 8 + payload_.size());
    put16(segment, 0);
  } else {
    put32(segment, 1);
    put32(segment, 2);
    segment.push_back(5 << 4);
    segment.push_back(transport_->flags);
    put16(segment, 1024);
    put32(segment, 0);
    checksum_at = 16;
  }
  put(segment, payload_);
  Frame pseudo;  // RFC 9293 section 3.1 and RFC 8200 section 8.1
  if (ipv4_) {
    put32(pseudo, ipv4_->source);
    put32(pseudo, ipv4_->destination);
  } else if (ipv6_) {
    put(pseudo, ipv6_->source);
    put(pseudo, ipv6_->destination);
  }
  put16(pseudo, transport_->protocol);
  put16(pseudo, segment.size());
  put(pseudo, segment);
  auto checksum = plain_checksum(pseudo);
  if (transport_->protocol == kUdp && checksum == 0) checksum = 0xffff;
  if (!transport_->right_checksum) checksum = static_cast<std::uint16_t>(checksum ^ 0x5a5a);
  set16(segment, checksum_at, checksum);
  return segment;
}

Frame FrameBuilder::build() const {
  auto const inner = transport();
  Frame frame;
  put(frame, destination_);
  put(frame, source_);
  for (auto const id : vlans_) {
    put16(frame, 0x8100);
    put16(frame, id);
  }
  std::uint16_t const known = ipv4_ ? 0x0800 : ipv6_ ? 0x86dd : 0x88b5;
  put16(frame, type_.value_or(known));
  if (ipv4_) {
    auto const header_size = 20 + ipv4_->options.size();
    Frame header;
    header.push_back(
        ipv4_->version_ihl.value_or(static_cast<std::uint8_t>(0x40 + header_size / 4)));
    header.push_back(ipv4_->tos);
    put16(header,
          ipv4_->total_length.value_or(static_cast<std::uint16_t>(header_size + inner.size())));
    put16(header, ipv4_->id);
    put16(header, ipv4_->fragment);
    header.push_back(ipv4_->ttl);
    header.push_back(protocol(ipv4_->protocol));
    put16(header, 0);
    put32(header, ipv4_->source);
    put32(header, ipv4_->destination);
    put(header, ipv4_->options);
    auto const checksum = plain_checksum(header);
    set16(header, 10,
          ipv4_->right_checksum ? checksum : static_cast<std::uint16_t>(checksum ^ 0x1000));
    put(frame, header);
  } else if (ipv6_) {
    put32(frame, std::uint32_t{ipv6_->version} << 28);
    put16(frame, ipv6_->payload_length.value_or(static_cast<std::uint16_t>(inner.size())));
    frame.push_back(protocol(ipv6_->next_header));
    frame.push_back(ipv6_->hop_limit);
    put(frame, ipv6_->source);
    put(frame, ipv6_->destination);
  }
  put(frame, inner);
  if (frame.size() < least_) frame.resize(least_);
  return frame;
}

Frame from_hex(std::string_view hex) {
  Frame bytes;
  int high = -1;
  for (auto const character : hex) {
    if (character == ' ' || character == '\n') continue;
    auto const digit = hex_value(character);
    if (digit < 0) throw std::invalid_argument("no hex digit");
    if (high < 0) {
      high = digit;
    } else {
      bytes.push_back(static_cast<std::uint8_t>(high * 16 + digit));
      high = -1;
    }
  }
  if (high >= 0) throw std::invalid_argument("an odd number of hex digits");
  return bytes;
}

}  // namespace warpline::test
