// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <type_traits>
#include <utility>

#include "core/element/outputs.hpp"
#include "core/packet/batch.hpp"
#include "core/packet/verdict.hpp"

namespace warpline {

namespace detail {
template <class AnyPacket, class Decide>
[[gnu::noinline]] void decide_rest(std::span<AnyPacket> packets, unsigned i, Verdict first,
                                   Verdict* verdicts, Decide& decide) {
  std::fill_n(verdicts, i, forward());
  verdicts[i] = first;
  while (++i < packets.size()) verdicts[i] = decide(packets[i], i);
}
}  // namespace detail

/// Calls `decide(packet, index)` for each packet and returns whether all verdicts are `forward()`.
/// Then `batch` has its sum of bytes; otherwise `verdicts` (`Batch::kCapacity` of them) holds the
/// verdict of each packet. The usual batch goes on whole: one comparison a packet, no store.
///
/// If `decide` takes a `Packet const&`, no packet can have changed, and the batch keeps the sum of bytes
/// that it has. Adding the lengths up costs 0.2 of 1.1 cycles a packet (`Null` in framework_bench,
/// batches of 32, Zen 5, November 2026).
template <class Decide>
[[gnu::always_inline]] inline bool all_forwarded(Batch& batch, Verdict* verdicts, Decide&& decide) {
  if constexpr (std::is_invocable_v<Decide&, Packet const&, unsigned>) {
    auto const packets = std::as_const(batch).packets();
    for (unsigned i = 0; i < packets.size(); ++i)
      if (Verdict const verdict = decide(packets[i], i); verdict != forward()) [[unlikely]] {
        detail::decide_rest(packets, i, verdict, verdicts, decide);
        return false;
      }
  } else {
    auto const packets = batch.packets();
    unsigned i = 0;
    std::uint32_t bytes = 0;
    for (auto& packet : packets) {
      Verdict const verdict = decide(packet, i++);
      bytes += packet.length;
      if (verdict != forward()) [[unlikely]] {
        detail::decide_rest(packets, static_cast<unsigned>(&packet - packets.data()), verdict,
                            verdicts, decide);
        return false;
      }
    }
    batch.set_bytes(bytes);
  }
  return true;
}

/// Passes on the packets of a batch by the verdicts of `decide(packet, index)`: the batch as a whole
/// if all are `forward()`.
template <class Decide>
[[gnu::always_inline]] inline void emit_by_verdict(BatchPtr batch, Outputs& out, Decide&& decide) {
  Verdict verdicts[Batch::kCapacity];
  if (all_forwarded(*batch, verdicts, decide)) [[likely]]
    out.emit(std::move(batch));
  else
    out.split(std::move(batch), verdicts);
}

}  // namespace warpline
