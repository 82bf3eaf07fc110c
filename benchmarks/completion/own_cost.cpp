// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "benchmarks/completion/measure.hpp"
#include "core/base/clock.hpp"
#include "tests/support/allocations/allocations.hpp"

namespace warpline::bench {
namespace {

constexpr double kMaxNanoseconds = 100;
constexpr unsigned kTasks = 10'000;  // in one run
constexpr unsigned kRuns = 15;       // the best of them counts: other programs use the machine too

/// Over as soon as somebody looks.
class NullLane final : public Lane {
 public:
  Ticket submit(Work const&) noexcept override { return ++submitted_; }
  void advance() noexcept override {
    fence_.completed.store(submitted_, std::memory_order_release);
  }
  void arm(void (*)(void*), void*) noexcept override {}

 private:
  Ticket submitted_ = 0;
};

/// A kernel that takes no time.
class NoWork {
 public:
  NoWork() {
    chain_.calls[0].host = [](void const*, WorkItem const&) noexcept {};
    chain_.count = 1;
  }
  Work work() const { return {&chain_, &item_, 1}; }

 private:
  WorkItem item_{};
  KernelChain chain_;
};

struct Cost {
  double best_ns = 0, median_ns = 0, allocations = 0;
};

/// As a worker does it: from inside a handler of the context, so that completions run inline.
Cost cost_of(asio::io_context& context, AsyncLane& lane, Work const& work) {
  std::vector<double> runs;
  std::uint64_t allocations = 0;
  std::uint64_t completed = 0;
  runs.reserve(kRuns);
  asio::post(context, [&] {
    for (unsigned run = 0; run <= kRuns; ++run) {
      auto const allocated = test::allocations_here();
      auto const begin = cycles();
      for (unsigned i = 0; i < kTasks; ++i) {
        lane.async_execute(work, [&completed](error_code) { ++completed; });
        lane.poll();
      }
      auto const cost = static_cast<double>(cycles() - begin) / kTasks;
      if (run == 0) continue;  // warm-up
      runs.push_back(nanoseconds(cost));
      allocations += test::allocations_here() - allocated;
    }
  });
  context.restart();
  context.run();
  if (completed != std::uint64_t{kTasks} * (kRuns + 1))
    throw std::runtime_error("operations are missing");
  std::sort(runs.begin(), runs.end());
  return {runs.front(), runs[runs.size() / 2],
          static_cast<double>(allocations) / (double{kTasks} * kRuns)};
}

bool add(Rows& rows, std::string const& device, std::string const& completion, Cost const& cost) {
  bool const kept = cost.best_ns < kMaxNanoseconds && cost.allocations == 0;
  rows.add("own cost")
      .set("device", device)
      .set("completion", completion)
      .set("best_ns", cost.best_ns)
      .set("median_ns", cost.median_ns)
      .set("allocations_per_task", cost.allocations)
      .set("within_100_ns", kept);
  return kept;
}

}  // namespace

bool measure_own_cost(CompletionPlan const& plan, Rows& rows) {
  rows.note("own cost",
            "start and completion of a task on one thread alone; best and median "
            "of " +
                std::to_string(kRuns) +
                " runs; the kernel does nothing, the lane reads the clock twice a task");
  NoWork const work;
  bool kept = true;
  {
    asio::io_context context{1};
    AsyncLane lane(context, std::make_unique<NullLane>(), AsyncLane::Drive::kPolled);
    kept &= add(rows, "null", "none", cost_of(context, lane, work.work()));
  }
  for (auto const completion : stream::kCompletions) {
    stream::Options options;
    options.completion = completion;
    auto const device = plan.open(options);
    asio::io_context context{1};
    AsyncLane lane(context, device->open_lane(Transfer::kDirect), AsyncLane::Drive::kPolled);
    kept &= add(rows, plan.device, std::string(name_of(completion)),
                cost_of(context, lane, work.work()));
  }
  return kept;
}

double quantile(std::vector<std::uint32_t>& samples, double share) {
  if (samples.empty()) return 0;
  auto const index = std::min(
      samples.size() - 1, static_cast<std::size_t>(share * static_cast<double>(samples.size())));
  auto const middle = samples.begin() + static_cast<std::ptrdiff_t>(index);
  std::nth_element(samples.begin(), middle, samples.end());
  return *middle;
}

double clock_cost() {
  std::vector<std::uint32_t> samples;
  for (unsigned i = 0; i < 1000; ++i) {
    auto const begin = cycles();
    samples.push_back(static_cast<std::uint32_t>(cycles() - begin));
  }
  return quantile(samples, 0.5);
}

double nanoseconds(double cycles) { return cycles * 1e9 / cycles_per_second(); }

}  // namespace warpline::bench
