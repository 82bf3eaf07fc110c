// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "core/engine/worker.hpp"

#include <pthread.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <utility>

#include "core/base/clock.hpp"
#include "core/base/thread.hpp"

namespace warpline {
namespace {

// The event loop costs 600 ns a round, most of it in epoll_wait (Zen 5, November 2026). A worker with
// packets makes at least `kTurns` turns and goes on until `kRoundSeconds` have passed; an idle one
// makes `kTurns`.
constexpr unsigned kTurns = 16;
constexpr double kRoundSeconds = 50e-6;
constexpr unsigned kSpins = 1000;  // idle turns before a worker thinks of sleeping
constexpr std::chrono::microseconds kNap{50};

}  // namespace

struct Worker::EventLoop {
  struct Watch {
    int file;
    asio::posix::stream_descriptor descriptor;
    bool waiting = false;
  };

  asio::io_context context{1};         // one thread runs it
  asio::steady_timer asleep{context};  // waits as long as the worker sleeps
  std::vector<std::unique_ptr<Watch>> watches;
};

Worker::Worker(WorkerOptions options, BufferPool& buffers, std::pmr::memory_resource* memory)
    : options_(std::move(options)),
      reader_(*options_.readers),
      buffers_(buffers),
      loop_(std::make_unique<EventLoop>()),
      batches_(options_.batches, memory) {
  reader_.offline();
}

Worker::~Worker() {
  stop();
  join();
}

void Worker::adopt(std::unique_ptr<Graph> graph, DeviceSet& devices) {
  running_ = instantiate(std::move(graph), devices);
  graph_ = running_.graph.get();
  offloader_ = running_.offloader.get();
}

GraphInstance Worker::instantiate(std::unique_ptr<Graph> graph, DeviceSet& devices) {
  graph->attach(buffers_, batches_, counters_);
  auto offloader = std::make_unique<Offloader>(loop_->context, *graph, devices, options_.offload,
                                               options_.batches, offloader_.load());
  graph->attach(offloader.get());
  return {std::move(graph), std::move(offloader)};
}

void Worker::replace(GraphReplacement& replacement) {
  post([this, &replacement] {
    if (draining_) return;
    replacement_ = &replacement;
    begin_to_drain();
    loop_->asleep.cancel();
  });
}

void Worker::start() {
  thread_ = std::thread([this] { thread(); });
}

void Worker::join() {
  if (thread_.joinable()) thread_.join();
}

void Worker::post(std::function<void()> task) { asio::post(loop_->context, std::move(task)); }

void Worker::thread() {
  pin_this_thread(options_.core);
  pthread_setname_np(pthread_self(), ("worker-" + std::to_string(options_.index)).c_str());
  options_.on_thread_start();
  reader_.online();
  running_.graph->start();
  awake_.store(true, std::memory_order_release);
  asio::post(loop_->context, [this] { turns(); });
  loop_->context.run();
  loop_->watches.clear();
  running_.graph->stop();
  reader_.offline();
  options_.on_thread_end();
  done_.store(true, std::memory_order_release);
}

// The turns are a handler that posts itself: completions dispatched from inside run inline, and
// between two such handlers the event loop serves all others. Without the elements, a turn takes 126
// instructions, 2 a packet (benchmarks/instructions, two bursts of 32, g++ 12, November 2026).
void Worker::turns() {
  auto const round_end = cycles() + static_cast<std::uint64_t>(cycles_per_second() * kRoundSeconds);
  auto& graph = *running_.graph;
  auto& offloader = *running_.offloader;
  do {
    for (unsigned turn = 0; turn < kTurns; ++turn) {
      auto work = graph.poll(!draining_);
      if (!offloader.idle()) work += offloader.poll();
      reader_.quiescent();
      counters_.turns.add(1);
      if (draining_ && !keep_draining(work > 0)) return;
      if (work > 0) {
        if (idle_turns_ > 0) counters_.idle.busy(cycles());
        idle_turns_ = 0;
      } else {
        if (idle_turns_++ == 0) counters_.idle.idle(cycles());
        counters_.idle_turns.add(1);
        relax();
      }
    }
  } while (idle_turns_ == 0 && !draining_ && cycles() < round_end);
  if (auto const now = cycles(); graph.next_timer() <= now) graph.run_timers(now);
  if (!draining_ && (stopping_.load(std::memory_order_acquire) || graph.sources_finished()))
    begin_to_drain();
  if (draining_ || idle_turns_ < kSpins || !sleep())
    asio::post(loop_->context, [this] { turns(); });
}

bool Worker::keep_draining(bool worked) {
  auto& offloader = *running_.offloader;
  offloader.flush();
  bool const late = cycles() > drain_until_;
  bool const drained = !worked && offloader.idle() && running_.graph->drained();
  if (replacement_ == nullptr) {
    if (drained || late) end();
    return !drained && !late;
  }
  // A device gives its batches back in any case: when it is done, or when its task times out.
  if (!drained && !(late && offloader.idle())) return true;
  take_replacement();
  asio::post(loop_->context, [this] { turns(); });
  return false;
}

void Worker::take_replacement() {
  static DropReason const reload = DropReason::named("reload");
  auto& replacement = *std::exchange(replacement_, nullptr);
  auto& old = *running_.graph;
  old.drop_held(reload);
  running_.offloader->retire();
  std::swap(running_, replacement.instance);
  // First, so that an old element ends only the state that nobody goes on with.
  running_.graph->take_over(old);
  old.stop();
  graph_.store(running_.graph.get(), std::memory_order_release);
  offloader_.store(running_.offloader.get(), std::memory_order_release);
  draining_ = false;
  running_.graph->start();
  replacement.done.store(true, std::memory_order_release);
}

void Worker::begin_to_drain() {
  draining_ = true;
  running_.graph->drain();
  auto const seconds = std::chrono::duration<double>(options_.drain_deadline).count();
  drain_until_ = cycles() + static_cast<std::uint64_t>(cycles_per_second() * seconds);
}

void Worker::end() {
  awake_.store(false, std::memory_order_release);
  loop_->context.stop();
}

// If every source of work can wake the worker, the turns stop until one does. If something has to
// be polled, the worker only naps. It first arms the sources and then checks them once more: work
// that came in between is found, later work wakes the worker.
bool Worker::sleep() {
  auto& offloader = *running_.offloader;
  if (!running_.graph->arm(*this)) {
    if (!options_.nap || !offloader.idle()) return false;
    awake_.store(false, std::memory_order_release);
    reader_.offline();
    std::this_thread::sleep_for(kNap);
    reader_.online();
    awake_.store(true, std::memory_order_release);
    return false;
  }
  offloader.flush();
  offloader.arm([](void* self) { static_cast<Worker*>(self)->wake(); }, this);
  if (running_.graph->poll(true) + offloader.poll() > 0) return false;
  awake_.store(false, std::memory_order_release);
  reader_.offline();
  loop_->asleep.expires_after(sleep_time());
  loop_->asleep.async_wait([this](error_code) {
    reader_.online();
    awake_.store(true, std::memory_order_release);
    turns();
  });
  return true;
}

std::chrono::nanoseconds Worker::sleep_time() const noexcept {
  auto const due = running_.graph->next_timer();
  auto const now = cycles();
  if (due <= now) return {};
  std::chrono::duration<double> const left(static_cast<double>(due - now) / cycles_per_second());
  std::chrono::nanoseconds const longest = options_.longest_sleep;
  return left < longest ? std::chrono::duration_cast<std::chrono::nanoseconds>(left) : longest;
}

void Worker::wake() noexcept {
  asio::post(loop_->context, [this] { loop_->asleep.cancel(); });
}

bool Worker::watch(int file) noexcept try {
  auto& watches = loop_->watches;
  auto entry = std::find_if(watches.begin(), watches.end(),
                            [&](auto const& watch) { return watch->file == file; });
  if (entry == watches.end()) {
    auto watch = std::make_unique<EventLoop::Watch>(
        EventLoop::Watch{file, asio::posix::stream_descriptor(loop_->context)});
    auto const duplicate = ::dup(file);
    error_code error;
    watch->descriptor.assign(duplicate, error);
    if (error) {
      if (duplicate >= 0) ::close(duplicate);
      return false;
    }
    entry = watches.insert(watches.end(), std::move(watch));
  }
  auto& watch = **entry;
  if (watch.waiting) return true;
  watch.waiting = true;
  watch.descriptor.async_wait(watch.descriptor.wait_read, [this, &watch](error_code) {
    watch.waiting = false;
    loop_->asleep.cancel();
  });
  return true;
} catch (std::exception const&) {
  return false;
}

std::size_t Worker::left_inside() const noexcept {
  return running_.graph->held() + running_.offloader->packets_inside();
}

}  // namespace warpline
