// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ids/reject/reject_queue.hpp"

#include <cstring>

#include "core/base/clock.hpp"
#include "core/packet/annotations.hpp"

namespace warpline::ids {

RejectQueue::RejectQueue(std::uint32_t icmp_rate, std::uint32_t icmp_burst)
    : icmp_allowed_(icmp_rate, icmp_burst), bytes_(kBytes) {
  entries_.reserve(std::size_t{2} * Batch::kCapacity);
}

void RejectQueue::add(Packet const& packet, RejectedPacket const& rejected,
                      Action action) noexcept {
  if (action != Action::kRejectDestination) add(packet, rejected, RejectSide::kSource);
  if (action != Action::kReject) add(packet, rejected, RejectSide::kDestination);
}

void RejectQueue::add(Packet const& packet, RejectedPacket const& rejected,
                      RejectSide side) noexcept {
  if (!may_be_rejected(rejected) ||
      (!is_answered_by_reset(rejected) && !icmp_allowed_.take(cycles())))
    return withheld_.add(1);
  auto const size = write_rejection(rejected, side, {bytes_.data() + used_, kBytes - used_});
  if (size == 0 || entries_.size() == entries_.capacity()) return failed_.add(1);
  entries_.push_back({packet, side, used_, size});
  used_ += size;
}

void RejectQueue::emit(Batch const& batch, Outputs& out) noexcept {
  if (entries_.empty()) [[likely]]
    return;
  BatchPtr batches[2];  // by output
  for (auto const& entry : entries_) {
    unsigned const port = entry.side == RejectSide::kSource ? 1 : 0;
    if (port >= out.ports())
      withheld_.add(1);
    else if (make(entry, batches[port], out))
      sent_.add(1);
    else
      failed_.add(1);
  }
  for (unsigned port = 0; port < 2; ++port) {
    if (!batches[port] || batches[port]->empty()) continue;
    batches[port]->received = batch.received;
    out.count_created(*batches[port]);
    out.emit(std::move(batches[port]), port);
  }
  entries_.clear();
  used_ = 0;
}

/// Adds the frame to `batch`; false if there is no memory for it. A batch of packets has at most as
/// many of one side as another batch holds.
bool RejectQueue::make(Entry const& entry, BatchPtr& batch, Outputs& out) noexcept {
  if (!batch) batch = out.batches().allocate();
  if (!batch || batch->full()) return false;
  std::span const created(batch->slots() + batch->size(), 1);
  if (!out.buffers().allocate(created)) return false;
  auto& packet = created[0];
  if (packet.tailroom < entry.size) {
    out.buffers().release(created);
    return false;
  }
  packet.append(entry.size);
  std::memcpy(packet.data, bytes_.data() + entry.begin, entry.size);
  copy_annotations(entry.packet, packet);
  packet.tag = 0;  // nothing is searched
  packet.in_port = entry.packet.in_port;
  packet.out_port = entry.side == RejectSide::kSource ? packet.in_port : entry.packet.out_port;
  parse<Annotation::kTransport>(packet);
  batch->resize(batch->size() + 1);
  return true;
}

void RejectQueue::take_over(RejectQueue const& old) noexcept {
  icmp_allowed_.take_over(old.icmp_allowed_);
  sent_.add(old.sent_.get());
  withheld_.add(old.withheld_.get());
  failed_.add(old.failed_.get());
}

std::vector<Metric> RejectQueue::metrics() const {
  return {
      {"rejects_sent", "TCP resets and ICMP messages sent by reject rules", "packets", sent_.get()},
      {"rejects_withheld",
       "Answers of reject rules not sent: not allowed, over ICMP_RATE or no output", "packets",
       withheld_.get()},
      {"rejects_failed", "Answers of reject rules not sent: no free buffer", "packets",
       failed_.get()}};
}

}  // namespace warpline::ids
