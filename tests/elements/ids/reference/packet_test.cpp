// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "tests/elements/ids/reference/packet.hpp"

#include <gtest/gtest.h>

#include "tests/elements/ids/frame_pieces.hpp"
#include "tests/elements/ids/reference/header_keywords.hpp"

namespace warpline::ids::reference {
namespace {

using namespace std::string_literals;

using test::be, test::ethernet, test::ip4, test::udp;

Packet ip6(char next, std::string const& rest) {
  return read_frame(ethernet(0x86dd) + "\x60\0\0\0"s + be(static_cast<unsigned>(rest.size())) +
                    next + "\x40"s + std::string(32, '\x20') + rest);
}

bool has_offset(std::int64_t min, std::int64_t max, Packet const& packet) {
  return header_matches(HeaderMatch{HeaderMatch::Field::kFragmentOffset, min, max, false}, packet);
}

TEST(ReferencePacket, KnowsTheFragmentHeaderOfAWholePacket) {
  auto const data = udp(1, 2, "payload");
  auto const plain = ip6(17, data), atomic = ip6(44, "\x11\0\0\0idid"s + data),
             part = ip6(44, "\x11\0\0\x11idid"s + data);
  EXPECT_FALSE(plain.has_fragment_header);
  EXPECT_FALSE(has_offset(0, 8191, plain));
  EXPECT_TRUE(atomic.has_fragment_header);
  EXPECT_FALSE(atomic.is_fragment);
  EXPECT_EQ(atomic.payload, "payload");
  EXPECT_TRUE(has_offset(0, 0, atomic));
  EXPECT_TRUE(part.is_fragment);
  EXPECT_TRUE(has_offset(16, 16, part)) << "in bytes";
  EXPECT_TRUE(has_offset(2, 2, read_frame(ethernet(0x800) + ip4(17, data, 2))));
}

}  // namespace
}  // namespace warpline::ids::reference
