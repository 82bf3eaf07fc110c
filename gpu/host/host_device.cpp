// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "gpu/host/host_device.hpp"

#include <pthread.h>

#include <algorithm>

#include "core/clock.hpp"

namespace warpline::host {
namespace {

constexpr std::size_t kDepth = 256;  // works in flight on a lane; submit waits beyond
constexpr unsigned kSpins = 20'000;  // about 100 us of looking for work before a helper sleeps

void run(Work const& work) noexcept {
  for (unsigned k = 0; k < work.chain->count; ++k) {
    auto const& call = work.chain->calls[k];
    for (std::uint32_t i = 0; i < work.count; ++i) {
      auto const& item = work.items[i];
      call.host(call.kernel, item.packets, item.count, item.results);
    }
  }
}

}  // namespace

/// A single-producer single-consumer ring of works between the owner and its helper.
class HostLane final : public Lane {
 public:
  explicit HostLane(HostDevice::Helper* helper);
  ~HostLane() override;

  Ticket submit(Work const& work) noexcept override;
  void arm(void (*wake)(void*), void* context) noexcept override;

  /// Runs what has been submitted; true where there was any. Helper's thread only.
  bool serve() noexcept {
    auto const end = submitted_.load(std::memory_order_acquire);
    auto const begin = frontier_.reached.load(std::memory_order_relaxed);
    for (Ticket ticket = begin + 1; ticket <= end; ++ticket) {
      run(ring_[ticket % kDepth]);
      reach(ticket);
    }
    return end != begin;
  }
  bool pending() const noexcept {
    return submitted_.load(std::memory_order_seq_cst) !=
           frontier_.reached.load(std::memory_order_relaxed);
  }

 private:
  void reach(Ticket ticket) noexcept {
    frontier_.reached.store(ticket, std::memory_order_seq_cst);
    if (armed_.load(std::memory_order_seq_cst)) call_wake();
  }
  void call_wake() noexcept {
    if (armed_.exchange(false, std::memory_order_acq_rel)) wake_(wake_context_);
  }

  HostDevice::Helper* helper_;
  std::vector<Work> ring_;
  alignas(64) std::atomic<Ticket> submitted_{0};
  alignas(64) std::atomic<bool> armed_{false};
  void (*wake_)(void*) = nullptr;
  void* wake_context_ = nullptr;
};

struct HostDevice::Helper {
  std::mutex mutex;
  std::condition_variable wake;
  std::vector<HostLane*> lanes;  // guarded by mutex
  bool changed = false;          // guarded by mutex
  bool stop = false;             // guarded by mutex
  std::atomic<bool> asleep{false};
  std::thread thread;

  void loop(int core) {
    if (core >= 0) {
      cpu_set_t set;
      CPU_ZERO(&set);
      CPU_SET(static_cast<unsigned>(core), &set);
      pthread_setaffinity_np(pthread_self(), sizeof set, &set);
    }
    std::unique_lock lock(mutex);
    while (!stop) {
      changed = false;
      auto const mine = lanes;
      lock.unlock();
      serve(mine);
      lock.lock();
      asleep.store(true, std::memory_order_seq_cst);
      auto const work = [&] {
        return std::any_of(lanes.begin(), lanes.end(), [](auto* lane) { return lane->pending(); });
      };
      wake.wait(lock, [&] { return stop || changed || work(); });
      asleep.store(false, std::memory_order_relaxed);
    }
  }

  /// Until there was nothing to do for a while or the set of lanes changes.
  void serve(std::vector<HostLane*> const& mine) {
    unsigned idle = 0;
    for (unsigned round = 1; idle < kSpins; ++round) {
      bool worked = false;
      for (auto* lane : mine) worked |= lane->serve();
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
    apply(lanes);
    changed = true;
    wake.notify_one();
  }
};

HostLane::HostLane(HostDevice::Helper* helper) : helper_(helper), ring_(kDepth) {
  if (helper_ != nullptr) helper_->change([this](auto& lanes) { lanes.push_back(this); });
}

HostLane::~HostLane() {
  while (pending()) std::this_thread::yield();
  if (armed_.load()) call_wake();  // the last arm is answered, so that its context can be freed
  if (helper_ == nullptr) return;
  helper_->change([this](auto& lanes) { std::erase(lanes, this); });
  // The helper may still walk its copy of the lanes: wait until it has taken the change.
  auto const walking = [this] {
    std::scoped_lock const lock(helper_->mutex);
    return helper_->changed && !helper_->asleep.load();
  };
  while (walking()) std::this_thread::yield();
}

Ticket HostLane::submit(Work const& work) noexcept {
  auto const ticket = submitted_.load(std::memory_order_relaxed) + 1;
  if (helper_ == nullptr) {
    run(work);
    submitted_.store(ticket, std::memory_order_relaxed);
    reach(ticket);
    return ticket;
  }
  while (ticket - frontier_.reached.load(std::memory_order_acquire) >= kDepth) relax();
  ring_[ticket % kDepth] = work;
  submitted_.store(ticket, std::memory_order_seq_cst);
  if (helper_->asleep.load(std::memory_order_seq_cst)) helper_->notify();
  return ticket;
}

void HostLane::arm(void (*wake)(void*), void* context) noexcept {
  if (armed_.load(std::memory_order_acquire))
    return;  // the call that was asked for is still to come
  wake_ = wake;
  wake_context_ = context;
  auto const before = frontier_.reached.load(std::memory_order_acquire);
  armed_.store(true, std::memory_order_seq_cst);
  // Nothing outstanding, or it moved just now: answer at once rather than never.
  if (frontier_.reached.load(std::memory_order_seq_cst) != before || !pending()) call_wake();
}

HostDevice::HostDevice(std::vector<int> cores, std::string name)
    : Device(std::move(name), Kind::kHost) {
  for (auto const core : cores) {
    helpers_.push_back(std::make_unique<Helper>());
    auto* helper = helpers_.back().get();
    helper->thread = std::thread([helper, core] { helper->loop(core); });
  }
}

HostDevice::~HostDevice() {
  for (auto const& helper : helpers_) {
    {
      std::scoped_lock const lock(helper->mutex);
      helper->stop = true;
      helper->wake.notify_one();
    }
    helper->thread.join();
  }
}

std::string HostDevice::description() const {
  if (helpers_.empty()) return "kernel bodies inline on the worker's core";
  return "kernel bodies on " + std::to_string(helpers_.size()) + " helper thread" +
         (helpers_.size() == 1 ? "" : "s") + " of this machine";
}

std::unique_ptr<Lane> HostDevice::open_lane() {
  auto* helper = helpers_.empty() ? nullptr : helpers_[next_helper_++ % helpers_.size()].get();
  return std::make_unique<HostLane>(helper);
}

}  // namespace warpline::host
