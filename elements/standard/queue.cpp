// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>

#include "core/element/polled_element.hpp"

namespace warpline {

/// Holds packets until the worker's next turn, in order, and merges small batches.
///
///     FromInput -> Queue(CAPACITY 1024) -> ToOutput;
///
/// The only element that can be part of a cycle.
///
/// Ports: 1 in, 1 out.
/// Arguments: CAPACITY: maximum number of packets (1 to 65535, default 4096), in at most 256
/// batches.
/// Drops: queue_full (the packets that came last).
class Queue final : public PolledElement {
 public:
  explicit Queue(Args& args) : capacity_(args.optional<std::uint16_t>("CAPACITY", 4096)) {
    if (capacity_ == 0) throw args.error("CAPACITY is 0; expected 1 to 65535", "CAPACITY");
  }
  std::size_t held() const noexcept override { return held_; }

  LinkTypeSet link_types() const override { return LinkTypeSet::all(); }
  void process(BatchPtr batch, unsigned, Outputs& out) noexcept override {
    auto const space = capacity_ - held_;
    if (batch->size() > space) {
      out.drop(batch->packets().subspan(space), detail::drop_reason<"queue_full">);
      batch->resize(static_cast<unsigned>(space));
    }
    if (batch->empty() || joined(*batch)) return;
    if (end_ - begin_ == kSlots)
      return out.drop(std::move(batch), detail::drop_reason<"queue_full">);
    held_ += batch->size();
    slot(end_++) = std::move(batch);
  }

  unsigned poll(Outputs& out) noexcept override {
    auto const count = std::min(end_ - begin_, kPerTurn);
    std::size_t packets = 0;
    // The last one emitted is served first.
    for (auto i = begin_ + count; i-- > begin_;) {
      packets += slot(i)->size();
      out.emit(std::move(slot(i)));
    }
    begin_ += count;
    held_ -= packets;
    return static_cast<unsigned>(packets);
  }

  void drop_held(Outputs& out, DropReason reason) noexcept override {
    for (; begin_ < end_; ++begin_) out.drop(std::move(slot(begin_)), reason);
    held_ = 0;
  }

 private:
  static constexpr std::size_t kSlots = 256, kPerTurn = 32;

  BatchPtr& slot(std::size_t index) { return slots_[index % kSlots]; }

  /// True if the packets were added to the previous batch, which keeps its earlier time of receipt.
  bool joined(Batch const& batch) noexcept {
    if (begin_ == end_) return false;
    auto& last = *slot(end_ - 1);
    if (last.device != batch.device || last.size() + batch.size() > Batch::kCapacity) return false;
    for (auto const& packet : batch.packets()) last.add(packet);
    held_ += batch.size();
    return true;
  }

  std::size_t capacity_;
  std::size_t held_ = 0;
  std::size_t begin_ = 0, end_ = 0;
  std::array<BatchPtr, kSlots> slots_;
};
WARPLINE_ELEMENT(Queue);

}  // namespace warpline
