// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "tests/support/traffic.hpp"

#include <algorithm>

namespace warpline::test {
namespace {

template <class Number>
Number draw(std::mt19937_64& random) {
  return static_cast<Number>(random());
}

/// Spoils a frame in one of several ways, or not at all.
Frame spoil(std::mt19937_64& random, Frame frame) {
  switch (random() % 12) {
    case 0:
      frame.resize(random() % (frame.size() + 1));
      break;
    case 1:
      frame.resize(std::min<std::size_t>(frame.size(), random() % 64));
      break;
    case 2:
      frame = random_bytes(random, random() % (frame.size() + 1));
      break;
    case 3:
      if (!frame.empty()) frame[random() % frame.size()] ^= draw<std::uint8_t>(random);
      break;
    default:
      break;
  }
  return frame;
}

}  // namespace

Frame random_bytes(std::mt19937_64& random, std::size_t size) {
  Frame bytes(size);
  for (auto& byte : bytes) byte = draw<std::uint8_t>(random);
  return bytes;
}

Frame udp_frame(std::mt19937_64& random, std::size_t length) {
  Ipv4 ip;
  ip.source = draw<std::uint32_t>(random);
  ip.destination = draw<std::uint32_t>(random);
  ip.id = draw<std::uint16_t>(random);
  auto frame = FrameBuilder()
                   .ipv4(ip)
                   .udp(draw<std::uint16_t>(random), draw<std::uint16_t>(random))
                   .payload(random_bytes(random, length > 42 ? length - 42 : 0))
                   .build();
  frame.resize(length);
  return frame;
}

std::vector<Frame> mixed_traffic(std::uint64_t seed, std::size_t count, std::size_t longest) {
  std::mt19937_64 random(seed);
  std::vector<Frame> frames;
  while (frames.size() < count) {
    FrameBuilder builder;
    if (random() % 16 == 0) builder.ether(kBroadcast);
    for (auto tags = random() % 16 == 0 ? 1 + random() % 3 : 0; tags > 0; --tags)
      builder.vlan(draw<std::uint16_t>(random));
    if (random() % 4 != 0) {
      Ipv4 ip;
      ip.source = draw<std::uint32_t>(random);
      ip.destination = draw<std::uint32_t>(random);
      ip.id = draw<std::uint16_t>(random);
      ip.ttl = random() % 8 == 0 ? random() % 2 : draw<std::uint8_t>(random);
      ip.right_checksum = random() % 16 != 0;
      if (random() % 8 == 0) ip.options = random_bytes(random, 4 * (random() % 11));
      if (random() % 16 == 0) ip.fragment = draw<std::uint16_t>(random);
      if (random() % 16 == 0) ip.total_length = draw<std::uint16_t>(random);
      if (random() % 16 == 0) ip.version_ihl = draw<std::uint8_t>(random);
      builder.ipv4(ip);
    } else {
      Ipv6 ip;
      std::generate(ip.source.begin(), ip.source.end(), [&] { return draw<std::uint8_t>(random); });
      ip.hop_limit = random() % 8 == 0 ? random() % 2 : draw<std::uint8_t>(random);
      if (random() % 16 == 0) ip.payload_length = draw<std::uint16_t>(random);
      if (random() % 16 == 0) ip.version = random() % 16;
      builder.ipv6(ip);
    }
    auto const from = draw<std::uint16_t>(random), to = draw<std::uint16_t>(random);
    if (random() % 2 == 0)
      builder.udp(from, to, random() % 16 != 0);
    else
      builder.tcp(from, to, draw<std::uint8_t>(random), random() % 16 != 0);
    auto const size = random() % 3 == 0 ? random() % longest : random() % 64;
    auto frame = builder.payload(random_bytes(random, size)).pad_to(60).build();
    if (frame.size() > longest) frame.resize(longest);
    frames.push_back(spoil(random, std::move(frame)));
  }
  return frames;
}

}  // namespace warpline::test
