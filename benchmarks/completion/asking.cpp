// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "benchmarks/completion/measure.hpp"
#include "core/base/clock.hpp"

namespace warpline::bench {
namespace {

struct Asked {
  bool ask = false;
  std::uint64_t other_work = 0;  ///< cycles between a submission and the wait for it
  std::uint64_t until = 0;
  std::uint64_t tasks = 0, immediate = 0;
};

asio::awaitable<void> one_by_one(Rig& rig, StampWork const& work, Asked& asked) {
  auto& lane = rig.lane(0);
  while (cycles() < asked.until) {
    auto const ticket = lane.lane().submit(work.work());
    for (auto const until = cycles() + asked.other_work; cycles() < until;) relax();
    ++asked.tasks;
    if (asked.ask) {
      lane.lane().advance();
      if (lane.completed(ticket)) {
        ++asked.immediate;
        continue;
      }
    }
    co_await lane.async_wait(ticket, asio::use_awaitable);
  }
  rig.finish();
}

}  // namespace

void measure_asking_again(CompletionPlan const& plan, Rows& rows) {
  StampWork const work;
  auto const window = plan.window.count();
  for (auto const loop : kLoops)
    for (double const other_work_us : {0.0, 20.0})
      for (bool const ask : {false, true}) {
        auto const device = plan.open({});
        Rig rig(*device, loop, 1);
        Asked asked;
        asked.ask = ask;
        asked.other_work = static_cast<std::uint64_t>(other_work_us * 1e-6 * cycles_per_second());
        auto const spent = rig.run([&] {
          asked.until = cycles() + static_cast<std::uint64_t>(window * cycles_per_second());
          asio::co_spawn(rig.context(), one_by_one(rig, work, asked), [](std::exception_ptr error) {
            if (error) std::rethrow_exception(error);
          });
        });
        auto const tasks = static_cast<double>(asked.tasks);
        rows.add("ask again before you wait")
            .set("device", plan.device)
            .set("loop", name_of(loop))
            .set("other_work_us", other_work_us)
            .set("asks", ask)
            .set("tasks_per_second", tasks / spent.wall_s)
            .set("worker_ns_per_task", 1e9 * spent.cpu_s / tasks)
            .set("immediate_share", static_cast<double>(asked.immediate) / tasks)
            .set("worker_cpu", spent.share());
      }
}

}  // namespace warpline::bench
