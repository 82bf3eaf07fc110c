// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <random>

#include "tests/support/frame.hpp"

namespace warpline::test {

/// `size` random bytes.
Frame random_bytes(std::mt19937_64& random, std::size_t size);

/// A correct frame of `length` bytes (at least 42 to hold UDP over IPv4; shorter ones are cut)
/// between random addresses and ports, with random payload.
Frame udp_frame(std::mt19937_64& random, std::size_t length);

/// All kinds of frames that a port may receive: UDP and TCP over IPv4 and IPv6, options, fragments,
/// VLANs, padding, broadcasts, expired TTLs, wrong checksums and lengths, cut frames, empty ones
/// and garbage. The same for the same seed; frames have at most `longest` bytes.
std::vector<Frame> mixed_traffic(std::uint64_t seed, std::size_t count, std::size_t longest = 1514);

}  // namespace warpline::test
