// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <cstring>

#include "core/element/element.hpp"

namespace warpline {

/// Sends every packet to all outputs: the packet to the first, a copy in a new buffer to each
/// other.
///
///     FromInput -> copies :: Tee(2); copies[0] -> ToOutput; copies[1] -> Discard;
///
/// A copy that fails counts as created and dropped.
///
/// Ports: 1 in, 1 to 64 out.
/// Arguments: N: number of outputs (1 to 64, default the number of connected ones).
/// Drops: no_batch (no batch was free for copies), no_buffer (no buffer was free for a copy),
/// copy_too_long (a packet did not fit into a buffer).
class Tee final : public Element {
 public:
  explicit Tee(Args& args) : outputs_(args.optional<std::uint32_t>("N", PortCounts::kAny)) {
    if (outputs_ != PortCounts::kAny && (outputs_ < 1 || outputs_ > 64))
      throw args.error("N is " + std::to_string(outputs_) + "; expected 1 to 64", "N");
  }
  PortCounts ports() const override { return {1, outputs_}; }
  LinkTypeSet link_types() const override { return LinkTypeSet::all(); }

  void process(BatchPtr batch, unsigned, Outputs& out) noexcept override {
    for (unsigned port = out.ports(); port-- > 1;)
      if (auto copies = copy(*batch, out)) out.emit(std::move(copies), port);
    out.emit(std::move(batch), 0);
  }

 private:
  static BatchPtr copy(Batch const& batch, Outputs& out) noexcept {
    auto copies = out.batches().allocate();
    if (!copies) {
      out.count_uncopied(batch.size(), detail::drop_reason<"no_batch">);
      return copies;
    }
    auto const count = allocate(std::span(copies->slots(), batch.size()), out.buffers());
    unsigned used = 0, without = 0, too_long = 0;
    for (auto const& packet : batch.packets()) {
      if (used == count) {
        ++without;
        continue;
      }
      auto& fresh = copies->slots()[used];
      if (!fresh.append(packet.length)) {
        ++too_long;
        continue;
      }
      std::memcpy(fresh.data, packet.data, packet.length);
      fresh.in_port = packet.in_port;
      fresh.out_port = packet.out_port;
      copy_annotations(packet, fresh);
      ++used;
    }
    out.buffers().release({copies->slots() + used, count - used});
    out.count_uncopied(without, detail::drop_reason<"no_buffer">);
    out.count_uncopied(too_long, detail::drop_reason<"copy_too_long">);
    copies->resize(used);
    copies->received = batch.received;
    copies->device = batch.device;
    out.count_created(*copies);
    return copies;
  }

  /// Allocates as many as possible, from the front; returns their number.
  static unsigned allocate(std::span<Packet> packets, BufferPool& buffers) noexcept {
    if (buffers.allocate(packets)) return static_cast<unsigned>(packets.size());
    unsigned count = 0;
    while (count < packets.size() && buffers.allocate(packets.subspan(count, 1))) ++count;
    return count;
  }

  std::uint32_t outputs_;
};
WARPLINE_ELEMENT(Tee);

}  // namespace warpline
