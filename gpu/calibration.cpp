// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "gpu/calibration.hpp"

#include <array>
#include <limits>

#include "core/base/clock.hpp"
#include "core/base/error.hpp"
#include "core/packet/batch.hpp"
#include "gpu/calibration_kernels.hpp"

namespace warpline {
namespace {

constexpr std::array<unsigned, 2> kSizes{64, 1408};
constexpr double kSeconds = 1e-3;
constexpr int kWindows = 3;            // the best counts: others may use the machine
constexpr std::size_t kStride = 2048;  // of packets, as in a pool of buffers

/// Packets in pinned memory, in batches, enough for all tasks in flight.
class Packets {
 public:
  Packets(stream::StreamDevice& device, unsigned size) : driver_(device.driver()) {
    auto const& options = device.options();
    auto const max_packets = std::max<std::size_t>(
        1, std::min<std::uint64_t>(options.task_packets, options.task_bytes / size));
    per_task_ = static_cast<std::uint32_t>(
        std::min<std::size_t>(max_packets, Work::kMaxItems * Batch::kCapacity));
    auto const count = std::size_t{per_task_} * options.depth;
    auto const total_bytes = count * (kStride + sizeof(Packet) + Batch::kResultBytes);
    if (driver_.allocate_pinned(memory_, total_bytes) != stream::kOk)
      throw ConfigError("device '" + device.name() + "' has no " +
                        std::to_string(total_bytes >> 20) +
                        " MiB of pinned memory for its calibration");
    auto* const bytes = static_cast<std::uint8_t*>(memory_);
    auto* const packets = reinterpret_cast<Packet*>(bytes + count * kStride);
    auto* const results = reinterpret_cast<std::byte*>(packets + count);
    for (std::size_t i = 0; i < count; ++i) {
      packets[i] = {};
      packets[i].data = bytes + i * kStride + 128;
      packets[i].length = static_cast<std::uint16_t>(size);
    }
    for (unsigned task = 0; task < options.depth; ++task) {
      auto& items = tasks_.emplace_back();
      for (std::size_t i = 0; i < per_task_; i += Batch::kCapacity) {
        auto const first = task * std::size_t{per_task_} + i;
        items.push_back(WorkItem::of(
            packets + first,
            static_cast<std::uint32_t>(std::min<std::size_t>(Batch::kCapacity, per_task_ - i)),
            results + first * Batch::kResultBytes));
      }
    }
  }
  ~Packets() { driver_.release_pinned(memory_); }
  Packets(Packets const&) = delete;
  Packets& operator=(Packets const&) = delete;

  Work work(KernelChain const& chain, Ticket ticket) const {
    auto const& items = tasks_[ticket % tasks_.size()];
    return {&chain, items.data(), static_cast<std::uint32_t>(items.size())};
  }
  std::uint32_t per_task() const { return per_task_; }

 private:
  stream::Driver& driver_;
  void* memory_ = nullptr;
  std::uint32_t per_task_ = 0;
  std::vector<std::vector<WorkItem>> tasks_;
};

/// Packets/s over about `kSeconds`, after one round of tasks that is not counted.
double measure(Lane& lane, Packets const& packets, KernelChain const& chain, unsigned depth) {
  auto const drain = [&](Ticket up_to) {
    while (lane.fence().completed.load(std::memory_order_acquire) < up_to) lane.advance();
  };
  auto last = lane.fence().completed.load(std::memory_order_acquire);
  for (unsigned i = 0; i < depth; ++i) last = lane.submit(packets.work(chain, last));
  drain(last);
  auto const first = last;
  auto const begin = cycles();
  auto const until = begin + static_cast<std::uint64_t>(kSeconds * cycles_per_second());
  while (cycles() < until) {
    // Each piece of packets belongs to the task before until that is over.
    if (last >= depth) drain(last - depth + 1);
    last = lane.submit(packets.work(chain, last));
  }
  drain(last);
  auto const seconds = static_cast<double>(cycles() - begin) / cycles_per_second();
  if (lane.fence().first_failed.load() != CompletionFence::kNever) return 0;
  return static_cast<double>((last - first) * packets.per_task()) / seconds;
}

}  // namespace

std::vector<Calibration> calibrate(stream::StreamDevice& device) {
  std::vector<Calibration> results;
  for (bool const edits : {false, true}) {
    KernelChain chain;
    chain.calls[0] = edits ? flip_bytes_call() : sum_bytes_call();
    chain.count = 1;
    chain.touched_bytes = {0, TouchedBytes::kEnd, edits ? 0 : TouchedBytes::kEnd,
                           edits ? TouchedBytes::kEnd : 0, edits ? 0u : 4u};
    auto min_time = std::numeric_limits<double>::infinity();
    for (auto const transfer : kTransfers) {
      auto const lane = device.open_lane(transfer);
      double time = 0;
      for (auto const size : kSizes) {
        Packets const packets(device, size);
        double rate = 0;
        for (int i = 0; i < kWindows; ++i)
          rate = std::max(rate, measure(*lane, packets, chain, device.options().depth));
        results.push_back({transfer, edits, size, rate});
        time += 1 / rate;
      }
      if (time < min_time) {
        min_time = time;
        device.prefer(edits, transfer);
      }
    }
  }
  return results;
}

}  // namespace warpline
