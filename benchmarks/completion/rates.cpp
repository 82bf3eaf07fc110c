// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "benchmarks/completion/measure.hpp"
#include "core/base/clock.hpp"

namespace warpline::bench {
namespace {

constexpr unsigned kInFlight = 4;  // on a lane, a worker's default
constexpr std::size_t kMax = 1u << 18;

/// Keeps every lane full: each handler starts the next task of its lane.
class KeepFull {
 public:
  KeepFull(Rig& rig, StampWork const& work, double window)
      : rig_(rig), work_(work), window_(window) {
    started_.reserve(kMax);
  }

  void start() {
    warm_until_ = cycles() + in_cycles(window_ / 4);
    for (unsigned lane = 0; lane < rig_.lanes(); ++lane)
      for (unsigned i = 0; i < kInFlight; ++i) next(lane);
  }
  std::uint64_t completed() const { return completed_; }
  std::vector<std::uint32_t>& started() { return started_; }

 private:
  static std::uint64_t in_cycles(double seconds) {
    return static_cast<std::uint64_t>(seconds * cycles_per_second());
  }
  void next(unsigned lane) {
    auto const before = cycles();
    rig_.lane(lane).async_execute(work_.work(), [this, lane](error_code error) {
      if (error) throw boost::system::system_error(error);
      over(lane);
    });
    if (counting_ && started_.size() < kMax)
      started_.push_back(static_cast<std::uint32_t>(cycles() - before));
  }
  void over(unsigned lane) {
    if (rig_.finished()) return;
    completed_ += counting_ ? 1 : 0;
    if (auto const now = cycles(); now > warm_until_) {
      if (counting_) return rig_.finish();
      counting_ = true;
      rig_.begin_counting();
      warm_until_ = now + in_cycles(window_);
    }
    next(lane);
  }

  Rig& rig_;
  StampWork const& work_;
  double window_;
  std::uint64_t warm_until_ = 0;
  bool counting_ = false;
  std::uint64_t completed_ = 0;
  std::vector<std::uint32_t> started_;
};

}  // namespace

void measure_rates(CompletionPlan const& plan, Rows& rows) {
  StampWork const work;
  auto const clock = clock_cost();
  for (auto const completion : stream::kCompletions)
    for (auto const loop : kLoops)
      for (unsigned const lanes : {1u, 4u, 16u}) {
        stream::Options options;
        options.completion = completion;
        options.depth = kInFlight;
        auto const device = plan.open(options);
        Rig rig(*device, loop, lanes);
        KeepFull tasks(rig, work, plan.window.count());
        auto const spent = rig.run([&] { tasks.start(); });
        auto const completed = static_cast<double>(tasks.completed());
        rows.add("rates")
            .set("device", plan.device)
            .set("completion", std::string(name_of(completion)))
            .set("loop", name_of(loop))
            .set("lanes", lanes)
            .set("tasks_per_second", completed / spent.wall_s)
            .set("start_p50_ns", nanoseconds(std::max(0.0, quantile(tasks.started(), 0.5) - clock)))
            .set("start_p99_ns",
                 nanoseconds(std::max(0.0, quantile(tasks.started(), 0.99) - clock)))
            .set("worker_cpu", spent.share())
            .set("worker_us_per_task", 1e6 * spent.cpu_s / completed)
            .set("allocations_per_task", static_cast<double>(spent.allocations) / completed);
      }
}

}  // namespace warpline::bench
