// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "core/engine/offloader.hpp"

#include "core/base/clock.hpp"
#include "core/engine/async_lane.hpp"

namespace warpline {
namespace {

/// A first-in first-out queue over an array allocated once.
template <class T>
class Fifo {
 public:
  explicit Fifo(std::size_t capacity) : items_(capacity) {}
  bool empty() const { return begin_ == end_; }
  void push(T item) { items_[end_++ % items_.size()] = std::move(item); }
  T pop() { return std::move(items_[begin_++ % items_.size()]); }
  T const& operator[](std::size_t index) const { return items_[(begin_ + index) % items_.size()]; }
  std::size_t size() const { return end_ - begin_; }

 private:
  std::vector<T> items_;
  std::size_t begin_ = 0, end_ = 0;
};

struct Waiting {
  BatchPtr batch;
  std::uint64_t ticket = 0;
};

}  // namespace

struct Offloader::Task {
  Stream* stream = nullptr;
  std::vector<Waiting> batches;
  std::vector<WorkItem> items;
  std::uint64_t packets = 0, bytes = 0, opened = 0, submitted = 0;

  bool holds(Batch const& batch, Lane::Room const& room) const {
    return packets + batch.size() <= room.packets &&
           bytes + batch.bytes() + 16 * (packets + batch.size()) <= room.bytes;
  }
};

/// One segment on one device.
struct Offloader::Stream {
  Exit* exit = nullptr;
  DeviceIndex device = kOwnCore;
  DeviceCounters* counters = nullptr;
  KernelChain chain;
  Lane::Room room;
  std::vector<std::unique_ptr<Task>> tasks;
  std::vector<Task*> free;
  Task* open = nullptr;
  Fifo<Waiting> queued;             // batches that found no free task
  std::unique_ptr<AsyncLane> lane;  // goes first, and waits for the device: it reads the tasks

  explicit Stream(std::size_t capacity) : queued(capacity) {}
};

/// Where batches leave a segment, in order where that is wanted.
struct Offloader::Exit {
  enum class State : std::uint8_t {
    kAway,
    kDone,
    kIntact,  // its device has failed, but has not touched it
    kLost,    // its device has failed half-way
    kStuck,   // its device has not said that it is over
  };
  struct Slot {
    BatchPtr batch;
    State state = State::kAway;
  };
  Segment* segment = nullptr;
  std::vector<Slot> slots;          // ordered: a slot for each batch inside, by ticket
  Fifo<Slot> done;                  // unordered: as they come
  std::uint64_t next_in = 0;        // ticket of the next batch that comes
  std::uint64_t next_out = 0;       // ticket of the next batch to leave
  Rebinding* rebindings = nullptr;  // to be done once nothing is inside, in order
  Fifo<BatchPtr> deferred;          // that came after them
  bool stuck = false;               // a task was given up: its device may read tables for ever

  explicit Exit(std::size_t capacity) : slots(capacity), done(capacity), deferred(capacity) {}
  void put(Waiting&& waiting, State state, bool ordered) {
    Slot slot{std::move(waiting.batch), state};
    if (ordered)
      at(waiting.ticket) = std::move(slot);
    else
      done.push(std::move(slot));
  }
  Slot& at(std::uint64_t ticket) { return slots[ticket % slots.size()]; }
  bool empty() const { return next_in == next_out; }
};

Offloader::Offloader(asio::io_context& context, Graph& graph, DeviceSet& devices,
                     OffloadOptions options, std::size_t capacity)
    : graph_(graph),
      devices_(devices),
      options_(options),
      limits_(devices.size()),
      present_(devices.size()) {
  auto const deadline = static_cast<std::uint64_t>(
      std::chrono::duration<double>(options.deadline).count() * cycles_per_second());
  for (std::size_t d = 0; d < devices.size(); ++d) {
    counters_.push_back(std::make_unique<DeviceCounters>());
    limits_[d] = {options.task_packets, options.task_bytes, deadline};
  }
  for (auto const& segment : graph.segments()) {
    auto exit = std::make_unique<Exit>(capacity);
    exit->segment = segment.get();
    for (std::size_t d = 0; d < devices.size(); ++d) {
      auto stream = std::make_unique<Stream>(capacity);
      stream->exit = exit.get();
      stream->device = static_cast<DeviceIndex>(d);
      stream->counters = counters_[d].get();
      if (d == kOwnCore) {
        streams_.push_back(std::move(stream));
        continue;
      }
      auto const transfer = devices[d].transfer(segment->extent);
      stream->lane = std::make_unique<AsyncLane>(context, devices[d].open_lane(transfer),
                                                 AsyncLane::Drive::kPolled);
      stream->room = stream->lane->lane().room();
      stream->chain.extent = segment->extent;
      for (auto* node : segment->nodes)
        stream->chain.calls[stream->chain.count++] = node->element->offload()->call(devices[d]);
      for (unsigned t = 0; t < options.tasks_in_flight; ++t) {
        auto task = std::make_unique<Task>();
        task->stream = stream.get();
        task->batches.reserve(Work::kMostItems);
        task->items.reserve(Work::kMostItems);
        stream->free.push_back(task.get());
        stream->tasks.push_back(std::move(task));
      }
      streams_.push_back(std::move(stream));
    }
    exits_.push_back(std::move(exit));
  }
}

Offloader::~Offloader() = default;

Offloader::Stream& Offloader::stream(Segment const& segment, DeviceIndex device) noexcept {
  return *streams_[segment.index * devices_.size() + device];
}

bool Offloader::take(Segment& segment, BatchPtr& batch) noexcept {
  auto& exit = *exits_[segment.index];
  auto const device = batch->device;
  if (device != kOwnCore) {
    auto const ticket = exit.next_in++;
    ++batches_inside_;
    packets_inside_ += batch->size();
    auto const begin = cycles();
    present_[device].waiting += batch->size();
    add(stream(segment, device), std::move(batch), ticket);
    counters_[device]->worker_cycles.add(cycles() - begin);
    return true;
  }
  auto& own = *counters_[kOwnCore];
  own.batches.add(1);
  own.packets.add(batch->size());
  own.done_tasks.add(1);
  own.done_packets.add(batch->size());
  own.done_bytes.add(batch->bytes());
  if (exit.empty()) return false;
  // The balancer has turned away from the devices: what they were gathering goes now.
  for (std::size_t d = 1; d < devices_.size(); ++d)
    send(stream(segment, static_cast<DeviceIndex>(d)));
  if (!options_.ordered) return false;
  for (auto* node : segment.nodes) {
    auto* offload = node->element->offload();
    if (node != segment.nodes.front()) {
      Outputs out(graph_, *node);
      offload->prepare(*batch, out);
    }
    auto const begin = cycles();
    offload->run_here(*batch);
    ran_here(cycles() - begin);
  }
  ++batches_inside_;
  packets_inside_ += batch->size();
  exit.at(exit.next_in++) = {std::move(batch), Exit::State::kDone};
  return true;
}

void Offloader::rebind(Rebinding& rebinding) noexcept {
  auto& exit = *exits_[rebinding.segment->index];
  auto** last = &exit.rebindings;
  while (*last != nullptr) last = &(*last)->next;
  *last = &rebinding;
  exit.segment->waits = true;
  finish_rebinding(exit);
}

void Offloader::wait(Segment& segment, BatchPtr batch) noexcept {
  ++batches_inside_;
  packets_inside_ += batch->size();
  exits_[segment.index]->deferred.push(std::move(batch));
}

void Offloader::finish_rebinding(Exit& exit) noexcept {
  if (!exit.empty()) return;
  while (exit.rebindings != nullptr) {
    auto& rebinding = *std::exchange(exit.rebindings, exit.rebindings->next);
    rebinding.element->bind(rebinding.binding);
    rebinding.keep = exit.stuck;
    rebinding.done.store(true, std::memory_order_release);
  }
  exit.segment->waits = false;
  while (!exit.deferred.empty()) {
    auto batch = exit.deferred.pop();
    --batches_inside_;
    packets_inside_ -= batch->size();
    graph_.enter(*exit.segment, std::move(batch));
  }
}

void Offloader::ran_here(std::uint64_t cycles) noexcept {
  counters_[kOwnCore]->worker_cycles.add(cycles);
}

DeviceLoad Offloader::load(DeviceIndex device) const noexcept {
  auto const& counted = *counters_[device];
  auto const& present = present_[device];
  DeviceLoad load;
  load.packets = counted.done_packets.get();
  load.bytes = counted.done_bytes.get();
  load.tasks = counted.done_tasks.get();
  load.worker_cycles = counted.worker_cycles.get();
  load.busy_cycles =
      counted.busy_cycles.get() + (present.in_flight > 0 ? cycles() - present.busy_since : 0);
  load.task_cycles = counted.tasks_cycles.get();
  return load;
}

void Offloader::add(Stream& stream, BatchPtr batch, std::uint64_t ticket) noexcept {
  if (stream.open != nullptr && !stream.open->holds(*batch, stream.room)) send(stream);
  if (stream.open == nullptr) {
    if (stream.free.empty()) return stream.queued.push({std::move(batch), ticket});
    stream.open = stream.free.back();
    stream.free.pop_back();
    stream.open->opened = cycles();
  }
  auto& task = *stream.open;
  task.bytes += batch->bytes();
  task.packets += batch->size();
  task.items.push_back(WorkItem::of(batch->slots(), batch->size(), batch->results()));
  task.batches.push_back({std::move(batch), ticket});
  auto const& limit = limits_[stream.device];
  if (task.packets >= limit.packets || task.bytes >= limit.bytes ||
      task.batches.size() == Work::kMostItems)
    send(stream);
}

void Offloader::send(Stream& stream) noexcept {
  if (stream.open == nullptr) return;
  auto& task = *std::exchange(stream.open, nullptr);
  auto& present = present_[stream.device];
  present.waiting -= static_cast<unsigned>(task.packets);
  if (!usable(stream.device)) {
    for (auto& each : task.batches)
      stream.exit->put(std::move(each), Exit::State::kIntact, options_.ordered);
    return recycle(task);
  }
  task.submitted = cycles();
  if (present.in_flight++ == 0) present.busy_since = task.submitted;
  stream.counters->tasks.add(1);
  stream.counters->batches.add(task.batches.size());
  stream.counters->packets.add(task.packets);
  Work const work{&stream.chain, task.items.data(), static_cast<std::uint32_t>(task.items.size())};
  stream.lane->async_execute(work, [this, &task](error_code error) { completed(task, error); });
}

void Offloader::completed(Task& task, error_code error) noexcept {
  auto& stream = *task.stream;
  auto const now = cycles();
  auto& counted = *stream.counters;
  auto& present = present_[stream.device];
  counted.task_cycles.record(now - task.submitted);
  counted.tasks_cycles.add(now - task.submitted);
  if (--present.in_flight == 0) counted.busy_cycles.add(now - present.busy_since);
  auto state = Exit::State::kDone;
  if (error) {
    if (usable(stream.device)) report(stream, error);
    counted.failed.add(1);
    stream.exit->stuck |= error == make_error_code(DeviceError::kTimedOut);
    // Without `direct` the kernels have worked on copies; of what `gather` has written back nobody
    // knows how much.
    auto const transfer = stream.lane->lane().transfer();
    bool const touched = stream.chain.extent.edits() && transfer != Transfer::kStaged;
    bool const stuck = error == make_error_code(DeviceError::kTimedOut) &&
                       (touched || transfer == Transfer::kDirect);
    state = stuck ? Exit::State::kStuck : touched ? Exit::State::kLost : Exit::State::kIntact;
  } else {
    counted.done_tasks.add(1);
    counted.done_packets.add(task.packets);
    counted.done_bytes.add(task.bytes);
  }
  for (auto& each : task.batches) stream.exit->put(std::move(each), state, options_.ordered);
  recycle(task);
  refill(stream);
  counted.worker_cycles.add(cycles() - now);
}

void Offloader::report(Stream const& stream, error_code error) noexcept {
  auto text = "device '" + devices_[stream.device].name() + "' has failed: " + error.message();
  if (auto const failure = stream.lane->lane().failure(); !failure.empty())
    text += " (" + failure + ")";
  options_.notice(text + "; its work goes on on the worker's own core");
}

void Offloader::recycle(Task& task) noexcept {
  task.batches.clear();
  task.items.clear();
  task.packets = task.bytes = 0;
  task.stream->free.push_back(&task);
}

void Offloader::refill(Stream& stream) noexcept {
  while (!stream.queued.empty() && (stream.open != nullptr || !stream.free.empty())) {
    auto next = stream.queued.pop();
    add(stream, std::move(next.batch), next.ticket);
  }
}

unsigned Offloader::release(Exit& exit) noexcept {
  static DropReason const device_failed = DropReason::named("device_failed");
  unsigned released = 0;
  auto const leave = [&](Exit::Slot slot) {
    ++exit.next_out;
    --batches_inside_;
    packets_inside_ -= slot.batch->size();
    ++released;
    if (slot.state == Exit::State::kStuck)
      return graph_.quarantine(*exit.segment, std::move(slot.batch), device_failed);
    if (slot.state == Exit::State::kLost) {
      Outputs out(graph_, *exit.segment->nodes.front());
      return out.drop(std::move(slot.batch), device_failed);
    }
    if (slot.state == Exit::State::kIntact) {
      counters_[slot.batch->device]->rerun.add(slot.batch->size());
      for (auto* node : exit.segment->nodes) node->element->offload()->run_here(*slot.batch);
    }
    graph_.resume(*exit.segment, std::move(slot.batch));
  };
  if (options_.ordered)
    while (!exit.empty() && exit.at(exit.next_out).state != Exit::State::kAway)
      leave(std::exchange(exit.at(exit.next_out), Exit::Slot{}));
  else
    while (!exit.done.empty()) leave(exit.done.pop());
  return released;
}

unsigned Offloader::poll() noexcept {
  if (batches_inside_ == 0) return 0;
  for (auto const& stream : streams_)
    if (stream->lane && !stream->lane->idle()) stream->lane->poll();
  auto const now = cycles();
  for (auto const& stream : streams_)
    if (stream->open != nullptr && (stream->exit->segment->waits ||
                                    now - stream->open->opened >= limits_[stream->device].deadline))
      send(*stream);
  unsigned released = 0;
  for (auto const& exit : exits_) {
    released += release(*exit);
    if (exit->rebindings != nullptr) finish_rebinding(*exit);
  }
  return released;
}

void Offloader::flush() noexcept {
  for (auto const& stream : streams_) send(*stream);
}

void Offloader::arm(void (*wake)(void*), void* context) noexcept {
  for (auto const& stream : streams_)
    if (stream->lane && !stream->lane->idle()) stream->lane->arm(wake, context);
}

}  // namespace warpline
