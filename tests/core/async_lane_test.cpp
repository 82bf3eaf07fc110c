// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "core/engine/async_lane.hpp"

#include <gtest/gtest.h>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/bind_allocator.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>
#include <thread>

#include "tests/core/manual_lane.hpp"

namespace warpline {
namespace {

using namespace std::chrono_literals;

class AsyncLaneTest : public ::testing::Test {
 protected:
  asio::io_context context;
  test::ManualLane* manual = nullptr;
  std::unique_ptr<AsyncLane> lane;

  void SetUp() override { open(AsyncLane::Drive::kPolled); }
  void open(AsyncLane::Drive drive) {
    auto owned = std::make_unique<test::ManualLane>();
    manual = owned.get();
    lane = std::make_unique<AsyncLane>(context, std::move(owned), drive);
  }
  /// Runs the context with a poll of the lane inside, as a worker's loop does.
  void turn() {
    asio::post(context, [this] { lane->poll(); });
    context.restart();
    context.poll();
  }
};

TEST_F(AsyncLaneTest, CompletesWhenTheTicketIsCompleteAndNotBefore) {
  int calls = 0;
  lane->async_execute(Work{}, [&](error_code error) {
    EXPECT_FALSE(error);
    ++calls;
  });
  turn();
  EXPECT_EQ(calls, 0);
  manual->complete(1);
  turn();
  EXPECT_EQ(calls, 1);
  turn();
  EXPECT_EQ(calls, 1);
}

TEST_F(AsyncLaneTest, CompletesInTicketOrderWhateverTheOrderOfWaiting) {
  std::vector<int> order;
  for (int ticket : {3, 1, 2})
    lane->async_wait(static_cast<Ticket>(ticket),
                     [&, ticket](error_code) { order.push_back(ticket); });
  manual->complete(3);
  turn();
  EXPECT_EQ(order, (std::vector{1, 2, 3}));
}

TEST_F(AsyncLaneTest, NeverCompletesInsideTheInitiatingCallEvenIfAlreadyReached) {
  manual->complete(5);
  bool called = false;
  asio::post(context, [&] {
    lane->async_wait(5, [&](error_code) { called = true; });
    EXPECT_FALSE(called);
  });
  context.poll();
  EXPECT_TRUE(called);
}

TEST_F(AsyncLaneTest, ReportsTheDevicesErrorFromTheFirstFailedTicketOn) {
  std::vector<error_code> errors(3);
  for (unsigned i = 0; i < 3; ++i)
    lane->async_execute(Work{}, [&, i](error_code error) { errors[i] = error; });
  manual->fail_from(2, DeviceError::kLost);
  manual->complete(3);
  turn();
  EXPECT_FALSE(errors[0]);
  EXPECT_EQ(std::error_code(errors[1]), make_error_code(DeviceError::kLost));
  EXPECT_EQ(errors[2].message(), "the device was lost");
}

TEST_F(AsyncLaneTest, WorksAsACoroutine) {
  int step = 0;
  asio::co_spawn(
      context,
      [&]() -> asio::awaitable<void> {
        step = 1;
        co_await lane->async_execute(Work{}, asio::use_awaitable);
        step = 2;
        co_await lane->async_wait(2, asio::use_awaitable);
        step = 3;
      },
      asio::detached);
  turn();
  EXPECT_EQ(step, 1);
  manual->complete(1);
  turn();
  EXPECT_EQ(step, 2);
  manual->complete(2);
  turn();
  EXPECT_EQ(step, 3);
}

TEST_F(AsyncLaneTest, WorksWithAFutureAndThrowsItsError) {
  open(AsyncLane::Drive::kWoken);
  auto good = lane->async_execute(Work{}, asio::use_future);
  auto bad = lane->async_execute(Work{}, asio::use_future);
  std::thread device([&] {
    manual->fail_from(2, DeviceError::kLaunchFailed);
    manual->complete(2);
  });
  context.run();
  device.join();
  EXPECT_NO_THROW(good.get());
  EXPECT_THROW(bad.get(), boost::system::system_error);
}

TEST_F(AsyncLaneTest, AWokenLaneKeepsTheContextRunningUntilItsWorkIsDone) {
  open(AsyncLane::Drive::kWoken);
  int done = 0;
  for (int i = 0; i < 3; ++i) lane->async_execute(Work{}, [&](error_code) { ++done; });
  std::thread device([&] {
    for (Ticket ticket = 1; ticket <= 3; ++ticket) {
      std::this_thread::sleep_for(2ms);
      while (!manual->armed()) std::this_thread::yield();
      manual->complete(ticket);
    }
  });
  context.run();
  device.join();
  EXPECT_EQ(done, 3);
}

TEST_F(AsyncLaneTest, CancellationEndsTheWaitingOnceAndNotInsideTheCancel) {
  asio::cancellation_signal signal;
  std::vector<error_code> errors;
  lane->async_execute(Work{}, asio::bind_cancellation_slot(signal.slot(), [&](error_code error) {
                        errors.push_back(error);
                      }));
  signal.emit(asio::cancellation_type::terminal);
  EXPECT_TRUE(errors.empty());
  turn();
  ASSERT_EQ(errors.size(), 1u);
  EXPECT_EQ(errors[0], asio::error::operation_aborted);
  manual->complete(1);
  turn();
  EXPECT_EQ(errors.size(), 1u);
}

TEST_F(AsyncLaneTest, ATimerCanBoundTheWaitInACoroutine) {
  using namespace asio::experimental::awaitable_operators;
  open(AsyncLane::Drive::kWoken);
  std::size_t winner = 9;
  asio::co_spawn(
      context,
      [&]() -> asio::awaitable<void> {
        asio::steady_timer timer(context, 1ms);
        auto const result = co_await (lane->async_wait(1, asio::use_awaitable) ||
                                      timer.async_wait(asio::use_awaitable));
        winner = result.index();
      },
      asio::detached);
  context.run_for(2s);
  EXPECT_EQ(winner, 1u);
}

TEST_F(AsyncLaneTest, RunsTheHandlerOnItsAssociatedExecutor) {
  asio::thread_pool pool(1);
  std::thread::id ran;
  lane->async_execute(Work{}, asio::bind_executor(pool.get_executor(), [&](error_code) {
                        ran = std::this_thread::get_id();
                      }));
  manual->complete(1);
  turn();
  pool.join();
  EXPECT_NE(ran, std::thread::id{});
  EXPECT_NE(ran, std::this_thread::get_id());
}

template <class T>
struct CountingAllocator {
  using value_type = T;
  int* live;
  explicit CountingAllocator(int* counter) : live(counter) {}
  template <class U>
  CountingAllocator(CountingAllocator<U> const& other) : live(other.live) {}
  T* allocate(std::size_t n) {
    ++*live;
    return std::allocator<T>().allocate(n);
  }
  void deallocate(T* p, std::size_t n) {
    --*live;
    std::allocator<T>().deallocate(p, n);
  }
  friend bool operator==(CountingAllocator const&, CountingAllocator const&) = default;
};

TEST_F(AsyncLaneTest, UsesTheHandlersAllocatorAndFreesBeforeTheUpcall) {
  int live = 0;
  int seen = -1;
  lane->async_execute(Work{}, asio::bind_allocator(CountingAllocator<void>(&live),
                                                   [&](error_code) { seen = live; }));
  EXPECT_EQ(live, 1);
  manual->complete(1);
  turn();
  EXPECT_EQ(seen, 0);
}

TEST_F(AsyncLaneTest, DestructionDestroysPendingHandlersWithoutCallingThem) {
  auto alive = std::make_shared<int>(0);
  lane->async_execute(Work{}, [alive](error_code) { ++*alive; });
  EXPECT_EQ(alive.use_count(), 2);
  lane.reset();
  context.poll();
  EXPECT_EQ(alive.use_count(), 1);
  EXPECT_EQ(*alive, 0);
}

TEST_F(AsyncLaneTest, AWakeUpMayOutliveTheLane) {
  open(AsyncLane::Drive::kWoken);
  lane->async_execute(Work{}, [](error_code) { FAIL(); });
  lane.reset();
  context.restart();
  context.poll();
}

}  // namespace
}  // namespace warpline
