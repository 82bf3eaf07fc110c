// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstdint>
#include <limits>
#include <memory>
#include <vector>

#include "core/element/context.hpp"
#include "tests/support/frame.hpp"

namespace warpline::test {

/// What a test and the ends of its pipelines, `StreamSource` and `StreamSink`, share.
struct Traffic {
  static constexpr auto kUnlimited = std::numeric_limits<std::uint64_t>::max();

  Frame frame;                                      ///< of all packets
  std::atomic<std::uint64_t> allowed{kUnlimited};   ///< packets that the source may send
  std::atomic<std::uint64_t> sent{0}, received{0};  ///< the source sends eight at a time
  std::atomic<bool> over{false};                    ///< the source ends when it may send no more
  std::atomic<bool> blocked{false};                 ///< for elements of a test that hold packets
  std::atomic<bool> keeps_sequences{false};
  std::vector<std::uint32_t> sequences{};  ///< of the ESP headers that came out, if kept
};

inline std::shared_ptr<Traffic> traffic_of(SharedStore& store) { return store.single<Traffic>(); }

}  // namespace warpline::test
