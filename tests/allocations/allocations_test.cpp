// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "tests/support/allocations/allocations.hpp"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cstdlib>
#include <functional>

#include "core/engine/async_lane.hpp"
#include "gpu/host/host_device.hpp"

/// Once it is warm, work on a device costs its worker no memory from the heap.
namespace warpline {
namespace {

constexpr unsigned kWarmUp = 100;
constexpr unsigned kTasks = 1000;

/// A packet whose kernel counts how often it was run.
class Counted {
 public:
  Counted() : item_(WorkItem::of(&packet_, 1, results_)) {
    chain_.calls[0].host = [](void const*, WorkItem const& item) noexcept { ++item.head(0).tag; };
    chain_.count = 1;
    packet_.data = bytes_;
    packet_.length = sizeof bytes_;
    chain_.touched_bytes = {0, TouchedBytes::kEnd, 0, TouchedBytes::kEnd, 0};
  }
  Work work() const { return {&chain_, &item_, 1}; }

 private:
  std::uint8_t bytes_[64] = {};
  std::byte results_[32] = {};
  Packet packet_{};
  WorkItem item_;
  KernelChain chain_;
};

using Mode = std::tuple<Transfer, stream::Completion>;

class Allocations : public testing::TestWithParam<Mode> {
 protected:
  Allocations() {
    auto const& [transfer, completion] = GetParam();
    stream::Options options;
    options.completion = completion;
    device_ = std::make_unique<host::HostDevice>(std::vector<int>{}, "host", options);
    lane_ = std::make_unique<AsyncLane>(context_, device_->open_lane(transfer),
                                        AsyncLane::Drive::kPolled);
  }
  /// `task` is called again and again by a handler that posts itself, as a worker's turns do;
  /// between two of its calls the context serves all others.
  std::uint64_t allocations_of(std::function<void()> task) {
    struct Turns {
      asio::io_context& context;
      std::function<void()> task;
      unsigned done = 0;
      std::uint64_t before = 0, counted = 0;
      void turn() {
        if (done == kWarmUp) before = test::allocations_here();
        task();
        if (++done < kWarmUp + kTasks)
          asio::post(context, [this] { turn(); });
        else
          counted = test::allocations_here() - before;
      }
    } turns{context_, std::move(task)};
    asio::post(context_, [&] { turns.turn(); });
    context_.run();
    return turns.counted;
  }

  asio::io_context context_{1};
  Counted counted_;
  std::unique_ptr<host::HostDevice> device_;
  std::unique_ptr<AsyncLane> lane_;
};

TEST(AllocationCounter, SeesEveryWayToGetMemory) {
  auto const counted = [](auto get) {
    auto const before = test::allocations_here();
    void* volatile memory = get();
    auto const count = test::allocations_here() - before;
    std::free(memory);
    return count;
  };
  EXPECT_EQ(counted([] { return std::malloc(10); }), 1u);
  EXPECT_EQ(counted([] { return std::calloc(10, 10); }), 1u);
  EXPECT_EQ(counted([] { return std::aligned_alloc(64, 64); }), 1u);
  auto const before = test::allocations_here();
  auto const text = std::make_unique<std::string>(100, 'x');
  EXPECT_EQ(test::allocations_here() - before, 2u);
}

TEST_P(Allocations, NoneForAHandler) {
  unsigned completed = 0;
  EXPECT_EQ(allocations_of([&] {
              lane_->async_execute(counted_.work(), [&](error_code error) { completed += !error; });
              lane_->poll();
            }),
            0u);
  EXPECT_EQ(completed, kWarmUp + kTasks);
}

TEST_P(Allocations, NoneForSeveralInFlight) {
  constexpr unsigned kInFlight = 4;
  unsigned completed = 0;
  EXPECT_EQ(allocations_of([&] {
              for (unsigned i = 0; i < kInFlight; ++i)
                lane_->async_execute(counted_.work(),
                                     [&](error_code error) { completed += !error; });
              lane_->poll();
            }),
            0u);
  EXPECT_EQ(completed, kInFlight * (kWarmUp + kTasks));
}

TEST_P(Allocations, NoneWhereTheTaskIsOverBeforeTheWait) {
  unsigned completed = 0;
  EXPECT_EQ(allocations_of([&] {
              auto const ticket = lane_->lane().submit(counted_.work());
              lane_->lane().advance();
              ASSERT_TRUE(lane_->completed(ticket));
              lane_->async_wait(ticket, [&](error_code error) { completed += !error; });
            }),
            0u);
  EXPECT_EQ(completed, kWarmUp + kTasks);
}

TEST_P(Allocations, NoneWhereTheDeviceWakesTheLoop) {
  AsyncLane woken(context_, device_->open_lane(std::get<0>(GetParam())), AsyncLane::Drive::kWoken);
  unsigned completed = 0;
  EXPECT_EQ(allocations_of([&] {
              woken.async_execute(counted_.work(), [&](error_code error) { completed += !error; });
            }),
            0u);
  EXPECT_EQ(completed, kWarmUp + kTasks);
}

TEST_P(Allocations, NoneForACoroutineThatWaits) {
  unsigned completed = 0;
  bool stop = false;
  asio::co_spawn(
      context_,
      [&]() -> asio::awaitable<void> {
        while (!stop) {
          co_await lane_->async_execute(counted_.work(), asio::use_awaitable);
          ++completed;
        }
      },
      asio::detached);
  asio::post(context_, [&] {
    for (unsigned i = 0; i < kWarmUp; ++i) lane_->poll();
    auto const before = test::allocations_here();
    for (unsigned i = 0; i < kTasks; ++i) lane_->poll();
    EXPECT_EQ(test::allocations_here() - before, 0u);
    stop = true;
    lane_->poll();
  });
  context_.run();
  EXPECT_EQ(completed, kWarmUp + kTasks + 1);
}

std::string name_of_mode(testing::TestParamInfo<Mode> const& info) {
  auto const& [transfer, completion] = info.param;
  return std::string(name_of(transfer)) + "_" + std::string(name_of(completion));
}
INSTANTIATE_TEST_SUITE_P(Modes, Allocations,
                         testing::Combine(testing::ValuesIn(kTransfers),
                                          testing::ValuesIn(stream::kCompletions)),
                         name_of_mode);

}  // namespace
}  // namespace warpline
