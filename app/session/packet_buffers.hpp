// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "io/dpdk/dpdk_pool.hpp"
#include "io/spec/port_spec.hpp"

namespace warpline::app {

struct SessionOptions;

/// The packet buffers of `threads` workers and IO workers. Unless `--buffer-size` limits frames,
/// there are large buffers for the frames of captures that need them, at most 32 MiB.
PoolOptions packet_buffers(SessionOptions const& options, std::size_t threads);

/// Of the frames that the ports read from files, once they have been inspected; 0 without any.
std::uint32_t longest_frame(std::span<PortSpec const> specs);

/// The numbers, sizes and memory of buffers, as a line for `plan`.
std::string describe(PoolOptions const& buffers);

}  // namespace warpline::app
