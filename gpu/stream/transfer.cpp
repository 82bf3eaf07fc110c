// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstring>

#include "gpu/stream/staged_copy.hpp"
#include "gpu/stream/stream_device.hpp"
#include "gpu/stream/stream_lane.hpp"

/// The three forms of transfer to kernels and back.
namespace warpline::stream {

Status StreamLane::enqueue(PendingTask& task, TaskMemory& memory, StreamHandle* stream) noexcept {
  switch (resources_->transfer()) {
    case Transfer::kDirect:
      return direct(task, memory, stream);
    case Transfer::kStaged:
      return staged(task, memory, stream);
    case Transfer::kGather:
      return gather(task, memory, stream);
  }
  return kOk;
}

namespace {

/// In batches: an array for each kernel, with room for the packets of a full batch.
ResultBegins begins_in_batch(KernelChain const& chain) {
  ResultBegins begins{};
  for (unsigned k = 0; k < chain.count; ++k)
    begins[k] = std::size_t{chain.result_begins[k]} * WorkItem::kMaxPackets;
  return begins;
}

/// In copies: an array for each kernel with the results of all packets, at a multiple of 64 bytes.
ResultBegins begins_in_copy(KernelChain const& chain, std::size_t packets) {
  ResultBegins begins{};
  std::size_t end = 0;
  for (unsigned k = 0; k < chain.count; ++k) {
    auto const size = packets * chain.result_bytes(k);
    begins[k] = size > 0 ? (end + 63) / 64 * 64 : end;
    end = begins[k] + size;
  }
  begins[KernelChain::kMax] = end;
  return begins;
}

}  // namespace

/// `items` has room for as many lists of `count` items as there are kernels: a kernel whose results
/// begin at another place than those of the kernel before gets its own list.
Status StreamLane::launch(KernelChain const& chain, ResultBegins const& begins, WorkItem* items,
                          std::uint32_t count, std::uint32_t max_packets,
                          StreamHandle* stream) noexcept {
  auto status = kOk;
  std::size_t begin = 0;
  for (unsigned k = 0; k < chain.count && status == kOk; ++k) {
    if (chain.result_bytes(k) > 0 && begins[k] != begin) {
      std::copy_n(items, count, items + count);
      items += count;
      for (std::uint32_t i = 0; i < count; ++i) items[i].results += begins[k] - begin;
      begin = begins[k];
    }
    status = driver_.launch(stream, chain.calls[k], items, count, max_packets);
  }
  return status;
}

Status StreamLane::direct(PendingTask& task, TaskMemory& memory, StreamHandle* stream) noexcept {
  auto const& work = task.work;
  std::uint32_t max_packets = 0;
  for (std::uint32_t i = 0; i < work.count; ++i) {
    memory.items[i] = work.items[i];
    max_packets = std::max(max_packets, work.items[i].count);
  }
  return launch(*work.chain, begins_in_batch(*work.chain), memory.items, work.count, max_packets,
                stream);
}

Status StreamLane::staged(PendingTask& task, TaskMemory& memory, StreamHandle* stream) noexcept {
  auto const& work = task.work;
  auto const& touched_bytes = work.chain->touched_bytes;
  auto const begin = resources_->layout().bytes;
  auto* const descriptors = reinterpret_cast<PacketHead*>(memory.host);
  std::uint32_t packets = 0;
  std::uint32_t offset = 0;
  for (std::uint32_t i = 0; i < work.count; ++i)
    for (std::uint32_t k = 0; k < work.items[i].count; ++k) {
      auto const& packet = work.items[i].head(k);
      auto const copied = copied_bytes(packet, touched_bytes);
      if (copied > 0)
        std::memcpy(memory.host + begin + offset, packet.data + touched_bytes.from, copied);
      descriptors[packets++] = copied_descriptor(
          packet, reinterpret_cast<std::uint8_t*>(memory.device + begin), offset, touched_bytes);
      offset += stride(copied);
    }
  task.results = begin + (offset + 63u) / 64u * 64u;
  *memory.copies = WorkItem::of(reinterpret_cast<PacketHead*>(memory.device), packets,
                                memory.device + task.results);

  auto const begins = begins_in_copy(*work.chain, packets);
  // The descriptors are at the beginning even if no bytes are copied.
  auto status = driver_.copy_in(stream, memory.device, memory.host, begin + offset);
  if (status == kOk) status = launch(*work.chain, begins, memory.copies, 1, packets, stream);
  if (status != kOk) return status;
  auto const out = touched_bytes.edits() ? begin : task.results;
  auto const end =
      touched_bytes.result_bytes > 0 ? task.results + begins[KernelChain::kMax] : begin + offset;
  return end > out ? driver_.copy_out(stream, memory.host + out, memory.device + out, end - out)
                   : kOk;
}

Status StreamLane::gather(PendingTask& task, TaskMemory& memory, StreamHandle* stream) noexcept {
  auto const& work = task.work;
  auto const& layout = resources_->layout();
  auto& staged_copy = memory.staged_copy;
  staged_copy = {};
  for (std::uint32_t i = 0; i < work.count; ++i) {
    memory.items[i] = work.items[i];
    staged_copy.packets += work.items[i].count;
  }
  staged_copy.items = memory.items;
  staged_copy.count = work.count;
  staged_copy.descriptors = reinterpret_cast<PacketHead*>(memory.device);
  staged_copy.bytes = reinterpret_cast<std::uint8_t*>(memory.device + layout.bytes);
  staged_copy.offsets = reinterpret_cast<std::uint32_t*>(memory.device + layout.offsets);
  staged_copy.scratch = memory.device + layout.scratch;
  staged_copy.touched_bytes = work.chain->touched_bytes;
  // Only the device knows where the bytes of this task end: results begin after the largest task.
  task.results = layout.bytes + (resources_->room().bytes + 63) / 64 * 64;
  *memory.copies =
      WorkItem::of(staged_copy.descriptors, staged_copy.packets, memory.device + task.results);

  auto const begins = begins_in_copy(*work.chain, staged_copy.packets);
  auto status = driver_.gather(stream, staged_copy);
  if (status == kOk)
    status = launch(*work.chain, begins, memory.copies, 1, staged_copy.packets, stream);
  if (status == kOk && staged_copy.touched_bytes.edits())
    status = driver_.scatter(stream, staged_copy);
  if (status == kOk && staged_copy.touched_bytes.result_bytes > 0)
    status = driver_.copy_out(stream, memory.host + task.results, memory.device + task.results,
                              begins[KernelChain::kMax]);
  return status;
}

/// Copies results and bytes back to the packets, and updates the fence.
void StreamLane::retire(Ticket up_to) noexcept {
  for (auto ticket = completed() + 1; ticket <= up_to; ++ticket) {
    auto const transfer = resources_->transfer();
    auto const& [work, submitted, results, broken] = task(ticket);
    auto const& memory = resources_->memory(ticket);
    if (transfer != Transfer::kDirect) {
      auto const& chain = *work.chain;
      auto const& touched_bytes = chain.touched_bytes;
      std::size_t packets = 0;
      for (std::uint32_t i = 0; i < work.count; ++i) packets += work.items[i].count;
      auto const from = begins_in_copy(chain, packets), to = begins_in_batch(chain);
      std::size_t before = 0;
      auto const* bytes = memory.host + resources_->layout().bytes;
      for (std::uint32_t i = 0; i < work.count; ++i) {
        auto const& item = work.items[i];
        for (unsigned k = 0; k < chain.count; ++k)
          if (auto const size = std::size_t{chain.result_bytes(k)}; size > 0)
            std::memcpy(item.results + to[k], memory.host + results + from[k] + before * size,
                        item.count * size);
        before += item.count;
        if (transfer == Transfer::kGather || !touched_bytes.edits()) continue;
        for (std::uint32_t k = 0; k < item.count; ++k) {
          auto const& packet = item.head(k);
          auto const written = written_bytes(packet, touched_bytes);
          if (written > 0)
            std::memcpy(packet.data + touched_bytes.write_from,
                        bytes + (touched_bytes.write_from - touched_bytes.from), written);
          bytes += stride(copied_bytes(packet, touched_bytes));
        }
      }
    }
    fence_.completed.store(ticket, std::memory_order_release);
  }
}

}  // namespace warpline::stream
