// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "core/worker.hpp"

#include <pthread.h>

#include "core/clock.hpp"

namespace warpline {
namespace {

constexpr unsigned kTurnsPerPoll =
    16;                            // an empty io_context::poll costs about 200 ns with a reactor
constexpr unsigned kSpins = 1000;  // idle turns before a worker thinks of sleeping

}  // namespace

Worker::Worker(WorkerOptions options, BufferPool& buffers, std::pmr::memory_resource* memory)
    : options_(std::move(options)), buffers_(buffers), batches_(options_.batches, memory) {}

Worker::~Worker() {
  stop();
  join();
}

void Worker::adopt(std::unique_ptr<Graph> graph, DeviceSet& devices) {
  graph_ = std::move(graph);
  graph_->attach(buffers_, batches_, counters_);
  offloader_ =
      std::make_unique<Offloader>(context_, *graph_, devices, options_.offload, options_.batches);
  graph_->attach(offloader_.get());
}

void Worker::start() {
  thread_ = std::thread([this] { thread(); });
}

void Worker::join() {
  if (thread_.joinable()) thread_.join();
}

void Worker::thread() {
  if (options_.core >= 0) {
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(static_cast<unsigned>(options_.core), &set);
    pthread_setaffinity_np(pthread_self(), sizeof set, &set);
  }
  pthread_setname_np(pthread_self(), ("worker-" + std::to_string(options_.index)).c_str());
  options_.on_thread_start();
  graph_->start();
  // The loop is itself a handler, so that completions dispatched from inside it run inline.
  asio::post(context_, [this] { loop(); });
  context_.run_one();
  graph_->stop();
  options_.on_thread_end();
  done_.store(true, std::memory_order_release);
}

void Worker::loop() {
  awake_.store(true, std::memory_order_release);
  unsigned idle_turns = 0;
  std::uint64_t drain_until = 0;
  for (unsigned turn = 1;; ++turn) {
    bool const draining = drain_until != 0;
    auto const work = graph_->poll(!draining) + offloader_->poll();
    counters_.turns.add(1);
    if (turn % kTurnsPerPoll == 0) {
      context_.poll();
      if (!draining && (stopping_.load(std::memory_order_acquire) || graph_->sources_finished()))
        drain_until =
            cycles() + static_cast<std::uint64_t>(
                           cycles_per_second() *
                           std::chrono::duration<double>(options_.drain_deadline).count());
    }
    if (draining) {
      offloader_->flush();
      if (work == 0 && offloader_->idle() && graph_->held() == 0) break;
      if (cycles() > drain_until) break;
    }
    if (work > 0) {
      if (idle_turns > 0) counters_.idle.busy(cycles());
      idle_turns = 0;
    } else {
      if (idle_turns == 0) counters_.idle.idle(cycles());
      counters_.idle_turns.add(1);
      idle(++idle_turns);
    }
  }
  awake_.store(false, std::memory_order_release);
}

void Worker::idle(unsigned idle_turns) {
  if (idle_turns < kSpins || !options_.nap || !offloader_->idle()) return relax();
  awake_.store(false, std::memory_order_release);
  std::this_thread::sleep_for(std::chrono::microseconds(50));
  context_.poll();
  awake_.store(true, std::memory_order_release);
}

std::size_t Worker::left_inside() const noexcept {
  return graph_->held() + offloader_->packets_inside();
}

}  // namespace warpline
