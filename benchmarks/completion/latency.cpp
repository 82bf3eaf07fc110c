// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <limits>

#include "benchmarks/completion/measure.hpp"
#include "core/base/clock.hpp"

namespace warpline::bench {
namespace {

constexpr std::size_t kMax = 20'000;
constexpr std::size_t kWarmUp = 50;
constexpr double kBusySeconds = 20e-6;  // long enough for the worker to fall asleep

/// One task after the other, each started by the handler of the one before.
class OneAtATime {
 public:
  OneAtATime(Rig& rig, StampWork const& work, bool from_submission, double window)
      : rig_(rig), work_(work), from_submission_(from_submission), window_(window) {
    samples_.reserve(kMax);
  }

  void start() {
    submitted_ = cycles();
    rig_.lane(0).async_execute(work_.work(), [this](error_code error) { over(error); });
  }
  std::vector<std::uint32_t>& samples() { return samples_; }

 private:
  void over(error_code error) {
    auto const now = cycles();
    if (error) throw boost::system::system_error(error);
    auto const duration = now - (from_submission_ ? submitted_ : work_.finished());
    if (++seen_ == kWarmUp) {
      rig_.begin_counting();
      until_ = now + static_cast<std::uint64_t>(window_ * cycles_per_second());
    }
    if (seen_ > kWarmUp)
      samples_.push_back(static_cast<std::uint32_t>(
          std::min<std::uint64_t>(duration, std::numeric_limits<std::uint32_t>::max())));
    if (samples_.size() == kMax || now > until_)
      rig_.finish();
    else
      start();
  }

  Rig& rig_;
  StampWork const& work_;
  bool from_submission_;
  double window_;
  std::uint64_t submitted_ = 0;
  std::uint64_t until_ = ~std::uint64_t{0};
  std::size_t seen_ = 0;
  std::vector<std::uint32_t> samples_;
};

}  // namespace

void measure_latency(CompletionPlan const& plan, Rows& rows) {
  std::string const section = "latency";
  for (auto const completion : stream::kCompletions)
    for (auto const loop : kLoops) {
      stream::Options options;
      options.completion = completion;
      auto const device = plan.open(options);
      bool const cuda = device->kind() == Device::Kind::kCuda;
      StampWork const work(cuda ? 0
                                : static_cast<std::uint64_t>(kBusySeconds * cycles_per_second()));
      Rig rig(*device, loop, 1);
      OneAtATime tasks(rig, work, cuda, plan.window.count());
      auto const spent = rig.run([&] { tasks.start(); });
      auto& samples = tasks.samples();
      auto const count = samples.size();
      rows.add(section)
          .set("device", plan.device)
          .set("completion", std::string(name_of(completion)))
          .set("loop", name_of(loop))
          .set("from", cuda ? "submission" : "end of kernel")
          .set("samples", count)
          .set("p50_ns", nanoseconds(quantile(samples, 0.5)))
          .set("p99_ns", nanoseconds(quantile(samples, 0.99)))
          .set("worker_cpu", spent.share())
          .set("allocations_per_task",
               static_cast<double>(spent.allocations) / static_cast<double>(count));
    }
}

}  // namespace warpline::bench
