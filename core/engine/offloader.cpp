// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "core/engine/offloader.hpp"

#include "core/base/clock.hpp"
#include "core/engine/async_lane.hpp"

namespace warpline {

static_assert(WorkItem::kMaxPackets == Batch::kCapacity);

/// State of one segment, for all its devices.
struct Offloader::SegmentState {
  SegmentState(Segment& its_segment, std::size_t capacity, bool ordered)
      : segment(its_segment), batches(capacity, ordered), deferred(capacity) {}

  Segment& segment;
  ReorderBuffer batches;
  Rebinding* rebindings = nullptr;  // to be done once nothing is inside, in order
  Fifo<BatchPtr> deferred;          // batches that came after a rebinding
  bool timed_out = false;           // a task was given up: its device may read tables forever
};

/// One segment on one device.
struct Offloader::SegmentLane {
  SegmentState& state;
  DeviceIndex device;
  DeviceMonitor& monitor;
  KernelChain chain;
  TaskBuilder tasks;
  // Destroyed first: the destructor waits for the device, which reads the tasks.
  std::unique_ptr<AsyncLane> lane;
};

Offloader::Offloader(asio::io_context& context, Graph& graph, DeviceSet& devices,
                     OffloadOptions options, std::size_t capacity, Offloader const* previous)
    : graph_(graph), devices_(devices), options_(options), limits_(devices.size()) {
  auto const deadline = static_cast<std::uint64_t>(
      std::chrono::duration<double>(options.deadline).count() * cycles_per_second());
  for (std::size_t d = 0; d < devices.size(); ++d) {
    monitors_.push_back(previous != nullptr ? previous->monitors_[d]
                                            : std::make_shared<DeviceMonitor>());
    limits_[d] = {options.task_packets, options.task_bytes, deadline};
  }
  for (auto const& segment : graph.segments()) {
    segments_.push_back(std::make_unique<SegmentState>(*segment, capacity, options.ordered));
    for (std::size_t d = 0; d < devices.size(); ++d) {
      if (d == kCpuDevice) {
        lanes_.push_back(nullptr);
        continue;
      }
      auto lane = std::make_unique<AsyncLane>(
          context, devices[d].open_lane(devices[d].transfer(segment->touched_bytes)),
          AsyncLane::Drive::kPolled);
      KernelChain chain;
      chain.touched_bytes = segment->touched_bytes;
      for (auto* node : segment->nodes) {
        chain.result_begins[chain.count] = node->result_offset / Batch::kCapacity;
        chain.calls[chain.count++] = node->element->offload()->call(devices[d]);
      }
      TaskBuilder tasks(options.tasks_in_flight, lane->lane().room(), capacity);
      lanes_.push_back(std::make_unique<SegmentLane>(
          SegmentLane{*segments_.back(), static_cast<DeviceIndex>(d), *monitors_[d], chain,
                      std::move(tasks), std::move(lane)}));
    }
  }
}

Offloader::~Offloader() = default;

void Offloader::count_in(Batch const& batch) noexcept {
  ++batches_inside_;
  packets_inside_ += batch.size();
}

void Offloader::count_out(Batch const& batch) noexcept {
  --batches_inside_;
  packets_inside_ -= batch.size();
}

bool Offloader::submit(Segment& segment, BatchPtr& batch) noexcept {
  auto& state = *segments_[segment.index];
  auto& monitor = *monitors_[batch->device];
  if (batch->device != kCpuDevice) {
    auto& lane = this->lane(segment, batch->device);
    auto const begin = cycles();
    count_in(*batch);
    monitor.gathered(batch->size());
    lane.tasks.add({std::move(batch), state.batches.enter()});
    submit_full(lane);
    monitor.spent(cycles() - begin);
    return true;
  }
  monitor.ran(*batch);
  if (state.batches.empty()) return false;
  // The balancer has turned away from the devices: submit what was gathered for them.
  for (std::size_t d = 1; d < devices_.size(); ++d) {
    auto& lane = this->lane(segment, static_cast<DeviceIndex>(d));
    submit_task(lane, lane.tasks.take_open());
  }
  if (!options_.ordered) return false;
  auto const begin = cycles();
  segment.nodes.front()->element->offload()->run_cpu(*batch);
  monitor.spent(cycles() - begin);
  count_in(*batch);
  auto const ticket = state.batches.enter();
  state.batches.finish(ticket, std::move(batch), Outcome::kDone);
  return true;
}

void Offloader::rebind(Rebinding& rebinding) noexcept {
  auto& state = *segments_[rebinding.segment->index];
  auto** last = &state.rebindings;
  while (*last != nullptr) last = &(*last)->next;
  *last = &rebinding;
  state.segment.waits = true;
  finish_rebinding(state);
}

void Offloader::defer(Segment& segment, BatchPtr batch) noexcept {
  count_in(*batch);
  segments_[segment.index]->deferred.push(std::move(batch));
}

void Offloader::finish_rebinding(SegmentState& state) noexcept {
  if (!state.batches.empty()) return;
  while (state.rebindings != nullptr) {
    auto& rebinding = *std::exchange(state.rebindings, state.rebindings->next);
    rebinding.element->bind(rebinding.binding);
    rebinding.keep = state.timed_out;
    rebinding.done.store(true, std::memory_order_release);
  }
  state.segment.waits = false;
  while (!state.deferred.empty()) {
    auto batch = state.deferred.pop();
    count_out(*batch);
    graph_.enter(state.segment, std::move(batch));
  }
}

void Offloader::ran_on_cpu(std::uint64_t cycles) noexcept { monitors_[kCpuDevice]->spent(cycles); }

DeviceLoad Offloader::load(DeviceIndex device) const noexcept {
  return monitors_[device]->load(cycles());
}

void Offloader::submit_full(SegmentLane& lane) noexcept {
  while (auto* task = lane.tasks.take_full(limits_[lane.device])) submit_task(lane, task);
}

void Offloader::submit_task(SegmentLane& lane, Task* task) noexcept {
  if (task == nullptr) return;
  lane.monitor.taken(*task);
  if (!lane.monitor.usable()) return return_batches(lane, *task, Outcome::kUntouched);
  lane.monitor.submitted(*task, cycles());
  Work const work{&lane.chain, task->items.data(), static_cast<std::uint32_t>(task->items.size())};
  lane.lane->async_execute(
      work, [this, &lane, task](error_code error) { completed(lane, *task, error); });
}

void Offloader::completed(SegmentLane& lane, Task& task, error_code error) noexcept {
  auto const now = cycles();
  if (error && lane.monitor.usable()) report(lane, error);
  lane.monitor.completed(task, error, now);
  lane.state.timed_out |= error == make_error_code(DeviceError::kTimedOut);
  return_batches(lane, task,
                 outcome_of(error, lane.chain.touched_bytes.edits(), lane.lane->lane().transfer()));
  submit_full(lane);
  lane.monitor.spent(cycles() - now);
}

void Offloader::report(SegmentLane const& lane, error_code error) noexcept {
  auto text = "device '" + devices_[lane.device].name() + "' has failed: " + error.message();
  if (auto const failure = lane.lane->lane().failure(); !failure.empty())
    text += " (" + failure + ")";
  options_.notice(text + "; its work continues on the CPU");
}

void Offloader::return_batches(SegmentLane& lane, Task& task, Outcome outcome) noexcept {
  for (auto& [batch, ticket] : task.batches)
    lane.state.batches.finish(ticket, std::move(batch), outcome);
  lane.tasks.recycle(task);
}

void Offloader::leave(SegmentState& state, ReorderBuffer::Entry entry) noexcept {
  static DropReason const device_failed = DropReason::named("device_failed");
  auto& [batch, outcome] = entry;
  count_out(*batch);
  if (outcome == Outcome::kInUse)
    return graph_.quarantine(state.segment, std::move(batch), device_failed);
  if (outcome == Outcome::kModified) {
    Outputs out(graph_, *state.segment.nodes.front());
    return out.drop(std::move(batch), device_failed);
  }
  if (outcome == Outcome::kUntouched) {
    monitors_[batch->device]->reran(batch->size());
    batch->device = kCpuDevice;
    state.segment.nodes.front()->element->offload()->run_cpu(*batch);
  }
  // On the CPU only the first kernel has run; the batch meets the others when it goes on.
  auto const kernels = batch->device == kCpuDevice ? 1 : state.segment.nodes.size();
  graph_.resume(state.segment, std::move(batch), kernels);
}

unsigned Offloader::release(SegmentState& state) noexcept {
  unsigned released = 0;
  for (; state.batches.ready(); ++released) leave(state, state.batches.leave());
  return released;
}

unsigned Offloader::poll() noexcept {
  if (batches_inside_ == 0) return 0;
  for (auto const& lane : lanes_)
    if (lane && !lane->lane->idle()) lane->lane->poll();
  auto const now = cycles();
  for (auto const& lane : lanes_)
    if (lane && lane->tasks.has_open() &&
        (lane->state.segment.waits || lane->tasks.overdue(now, limits_[lane->device].deadline)))
      submit_task(*lane, lane->tasks.take_open());
  unsigned released = 0;
  for (auto const& state : segments_) {
    released += release(*state);
    if (state->rebindings != nullptr) finish_rebinding(*state);
  }
  return released;
}

void Offloader::flush() noexcept {
  for (auto const& lane : lanes_)
    if (lane) submit_task(*lane, lane->tasks.take_open());
}

void Offloader::retire() noexcept {
  for (auto const& lane : lanes_)
    if (lane) lane->lane->retire();
}

void Offloader::arm(void (*wake)(void*), void* context) noexcept {
  for (auto const& lane : lanes_)
    if (lane && !lane->lane->idle()) lane->lane->arm(wake, context);
}

}  // namespace warpline
