// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "benchmarks/completion/rig.hpp"

#include <time.h>

#include <algorithm>

#include "core/base/clock.hpp"
#include "tests/support/allocations/allocations.hpp"

namespace warpline::bench {
namespace {

constexpr unsigned kTurns = 16;  // between two looks at the event loop, as a worker has it

double seconds(clockid_t clock) {
  timespec time{};
  clock_gettime(clock, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

}  // namespace

StampWork::StampWork(std::uint64_t busy)
    : stamp_{busy}, item_(WorkItem::of(&packet_, 1, reinterpret_cast<std::byte*>(&finished_))) {
  chain_.calls[0] = stamp_call(stamp_);
  chain_.count = 1;
  work_ = {&chain_, &item_, 1};
}

Rig::Rig(Device& device, Loop loop, unsigned lanes) : loop_(loop) {
  auto const drive = loop == Loop::kSpinning ? AsyncLane::Drive::kPolled : AsyncLane::Drive::kWoken;
  for (unsigned i = 0; i < lanes; ++i)
    lanes_.push_back(
        std::make_unique<AsyncLane>(context_, device.open_lane(Transfer::kDirect), drive));
}

Spent Rig::now() const {
  return {seconds(CLOCK_MONOTONIC), seconds(CLOCK_THREAD_CPUTIME_ID), test::allocations_here()};
}

void Rig::begin_counting() { begin_ = now(); }

Spent Rig::run() {
  if (loop_ == Loop::kSpinning) asio::post(context_, [this] { turns(); });
  begin_counting();
  context_.restart();
  context_.run();
  auto const end = now();
  return {end.wall_s - begin_.wall_s, end.cpu_s - begin_.cpu_s,
          end.allocations - begin_.allocations};
}

void Rig::turns() {
  for (unsigned turn = 0; turn < kTurns; ++turn) {
    std::size_t completed = 0;
    for (auto const& lane : lanes_) completed += lane->poll();
    if (completed == 0) relax();
  }
  bool const idle =
      std::all_of(lanes_.begin(), lanes_.end(), [](auto const& lane) { return lane->idle(); });
  if (!finished_ || !idle) asio::post(context_, [this] { turns(); });
}

}  // namespace warpline::bench
