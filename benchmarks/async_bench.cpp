// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <benchmark/benchmark.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "core/engine/async_lane.hpp"

/// The cost of one device operation for the worker that starts and completes it, without the
/// device's own time: the lane below is as fast as memory.
namespace warpline {
namespace {

class BenchLane final : public Lane {
 public:
  Ticket submit(Work const&) noexcept override { return ++submitted_; }
  void arm(void (*)(void*), void*) noexcept override {}
  void finish() { fence_.completed.store(submitted_, std::memory_order_release); }

 private:
  Ticket submitted_ = 0;
};

struct Rig {
  Rig() {
    auto owned = std::make_unique<BenchLane>();
    device = owned.get();
    lane = std::make_unique<AsyncLane>(context, std::move(owned), AsyncLane::Drive::kPolled);
  }
  asio::io_context context{1};
  BenchLane* device;
  std::unique_ptr<AsyncLane> lane;
};

/// `range(0)` operations started, then all completed by one poll, as a worker does it: inside a
/// handler of the context, so that completions run inline.
void callback(benchmark::State& state) {
  Rig rig;
  auto const depth = state.range(0);
  std::int64_t completed = 0;
  asio::post(rig.context, [&] {
    for (auto _ : state) {
      for (auto i = depth; i > 0; --i)
        rig.lane->async_execute(Work{}, [&completed](error_code) { ++completed; });
      rig.device->finish();
      rig.lane->poll();
    }
  });
  rig.context.run();
  if (completed != state.iterations() * depth) state.SkipWithError("operations are missing");
  state.SetItemsProcessed(completed);
}

void coroutine(benchmark::State& state) {
  Rig rig;
  std::int64_t completed = 0;
  bool stop = false;
  asio::co_spawn(
      rig.context,
      [&]() -> asio::awaitable<void> {
        while (!stop) {
          co_await rig.lane->async_execute(Work{}, asio::use_awaitable);
          ++completed;
        }
      },
      asio::detached);
  rig.context.poll();
  asio::post(rig.context, [&] {
    for (auto _ : state) {
      rig.device->finish();
      rig.lane->poll();
    }
    stop = true;
    rig.device->finish();
    rig.lane->poll();
  });
  rig.context.restart();
  rig.context.run();
  if (completed != state.iterations() + 1) state.SkipWithError("operations are missing");
  state.SetItemsProcessed(completed);
}

/// The worker's idle look at a lane with nothing to complete.
void poll_in_vain(benchmark::State& state) {
  Rig rig;
  asio::post(rig.context, [&] {
    rig.lane->async_execute(Work{}, [](error_code) {});
    for (auto _ : state) benchmark::DoNotOptimize(rig.lane->poll());
    rig.device->finish();
    rig.lane->poll();
  });
  rig.context.run();
}

BENCHMARK(callback)->ArgName("in_flight")->Arg(1)->Arg(4)->Arg(64);
BENCHMARK(coroutine);
BENCHMARK(poll_in_vain);

}  // namespace
}  // namespace warpline
