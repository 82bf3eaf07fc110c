// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace warpline::test {

/// How often the calling thread has asked for memory so far, by whatever function. Only in programs
/// that are made of allocations.cpp, too: it puts itself in front of the C library's functions.
std::uint64_t allocations_here() noexcept;
/// How many of these came from `new`, as those of C++ do, and not from a library in C.
std::uint64_t news_here() noexcept;

}  // namespace warpline::test
