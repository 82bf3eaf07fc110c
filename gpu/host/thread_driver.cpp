// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "gpu/host/thread_driver.hpp"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "core/base/clock.hpp"
#include "core/base/thread.hpp"

namespace warpline::host {
namespace {

constexpr std::size_t kDepth = 1024;  // commands in a stream; enqueue waits beyond
constexpr unsigned kSpins = 20'000;   // about 100 us of looking for work before a helper sleeps

}  // namespace
}  // namespace warpline::host

namespace warpline::stream {

/// A single-producer single-consumer ring of commands between a lane's owner and its helper.
struct StreamHandle {
  explicit StreamHandle(host::ThreadDriver::Helper* runner)
      : helper(runner), ring(runner != nullptr ? host::kDepth : 0) {}

  bool over() const noexcept {
    return submitted.load(std::memory_order_seq_cst) == done.load(std::memory_order_acquire);
  }
  /// Runs all commands that are enqueued; true if there were any. Helper's thread only.
  bool serve() noexcept {
    auto const end = submitted.load(std::memory_order_acquire);
    auto position = done.load(std::memory_order_relaxed);
    if (position == end) return false;
    while (position != end) {
      ring[position++ % host::kDepth].run();
      done.store(position, std::memory_order_release);
    }
    return true;
  }

  host::ThreadDriver::Helper* helper;
  std::vector<host::Command> ring;
  alignas(64) std::atomic<std::uint64_t> submitted{0};
  alignas(64) std::atomic<std::uint64_t> done{0};
};

}  // namespace warpline::stream

namespace warpline::host {

struct ThreadDriver::Helper {
  std::mutex mutex;
  std::condition_variable wake;
  std::vector<StreamHandle*> streams;  // guarded by mutex
  bool changed = false;                // guarded by mutex
  bool stop = false;                   // guarded by mutex
  std::atomic<bool> asleep{false};
  std::thread thread;

  void loop(int core) {
    pin_this_thread(core);
    std::unique_lock lock(mutex);
    while (!stop) {
      changed = false;
      auto const own_streams = streams;
      lock.unlock();
      serve(own_streams);
      lock.lock();
      asleep.store(true, std::memory_order_seq_cst);
      auto const work = [&] {
        return std::any_of(streams.begin(), streams.end(),
                           [](auto const* stream) { return !stream->over(); });
      };
      wake.wait(lock, [&] { return stop || changed || work(); });
      asleep.store(false, std::memory_order_relaxed);
    }
  }

  /// Runs commands until none came for a while or the set of streams changes.
  void serve(std::vector<StreamHandle*> const& own_streams) {
    unsigned idle = 0;
    for (unsigned round = 1; idle < kSpins; ++round) {
      bool worked = false;
      for (auto* stream : own_streams) worked |= stream->serve();
      idle = worked ? 0 : idle + 1;
      if ((round & 255u) == 0) {
        std::scoped_lock const lock(mutex);
        if (changed || stop) return;
      }
      if (!worked) relax();
    }
  }

  void notify() {
    std::scoped_lock const lock(mutex);
    wake.notify_one();
  }

  template <class Change>
  void change(Change&& apply) {
    std::scoped_lock const lock(mutex);
    apply(streams);
    changed = true;
    wake.notify_one();
  }
};

ThreadDriver::ThreadDriver(std::vector<int> const& cores) {
  for (auto const core : cores) {
    helpers_.push_back(std::make_unique<Helper>());
    auto* helper = helpers_.back().get();
    helper->thread = std::thread([helper, core] { helper->loop(core); });
  }
}

ThreadDriver::~ThreadDriver() {
  for (auto const& helper : helpers_) {
    {
      std::scoped_lock const lock(helper->mutex);
      helper->stop = true;
      helper->wake.notify_one();
    }
    helper->thread.join();
  }
}

stream::Status ThreadDriver::create(StreamHandle*& stream) {
  auto* const helper =
      helpers_.empty() ? nullptr : helpers_[next_helper_++ % helpers_.size()].get();
  stream = new StreamHandle(helper);
  if (helper != nullptr) helper->change([stream](auto& streams) { streams.push_back(stream); });
  return stream::kOk;
}

void ThreadDriver::destroy(StreamHandle* stream) noexcept {
  auto* const helper = stream->helper;
  if (helper != nullptr) {
    while (!stream->over()) std::this_thread::yield();
    helper->change([stream](auto& streams) { std::erase(streams, stream); });
    // The helper may still use its copy of the list of streams: wait until it has seen the change.
    auto const walking = [helper] {
      std::scoped_lock const lock(helper->mutex);
      return helper->changed && !helper->asleep.load();
    };
    while (walking()) std::this_thread::yield();
  }
  delete stream;
}

stream::Status ThreadDriver::enqueue(StreamHandle* stream, Command const& command) noexcept {
  if (stream->helper == nullptr) {
    command.run();
    return stream::kOk;
  }
  auto const position = stream->submitted.load(std::memory_order_relaxed);
  while (position - stream->done.load(std::memory_order_acquire) >= kDepth) relax();
  stream->ring[position % kDepth] = command;
  stream->submitted.store(position + 1, std::memory_order_seq_cst);
  if (stream->helper->asleep.load(std::memory_order_seq_cst)) stream->helper->notify();
  return stream::kOk;
}

stream::Status ThreadDriver::query(StreamHandle* stream) noexcept {
  return stream->helper == nullptr || stream->over() ? stream::kOk : stream::kNotReady;
}

}  // namespace warpline::host
