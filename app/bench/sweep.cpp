// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "app/bench/sweep.hpp"

#include <chrono>

#include "app/bench/meter.hpp"
#include "app/bench/traffic.hpp"
#include "app/bench/workload.hpp"
#include "app/table.hpp"
#include "app/terminal.hpp"

namespace warpline::bench {
namespace {

struct Target {
  std::string device;
  std::string balancer;
  std::chrono::nanoseconds warm_up;
};

std::vector<Target> targets(DeviceSet const& devices, Options const& options) {
  auto names = options.devices;
  if (names.empty()) {
    names = devices.names();
    if (devices.size() > 1) names.emplace_back("adaptive");
  }
  auto const preferred = [&] { return "DEVICE " + devices[devices.preferred()].name() + ")"; };
  std::vector<Target> all;
  for (auto const& name : names) {
    all.push_back({name, "CPUOnly", options.warm_up()});
    auto& [device, balancer, warm_up] = all.back();
    if (device == "mix") {
      balancer = "LoadBalanceByWeight(" + app::fixed(*options.mix, 3) + ", " + preferred();
    } else if (device == "adaptive") {
      balancer = "LoadBalanceAdaptive(" + preferred();
      warm_up = options.balancer_warm_up();
    } else if (device != "cpu") {
      balancer = "GPUOnly(DEVICE " + devices[devices.find(name)].name() + ")";
    }
  }
  return all;
}

/// `[12/240] aes128-gcm 1408 host, 34 s left`.
class Steps {
 public:
  Steps(std::size_t total, bool quiet) : progress_(quiet), total_(total) {}

  void next(Subject const& subject, std::string const& what) {
    std::chrono::duration<double> const elapsed = Clock::now() - begin_;
    auto text = "[" + std::to_string(done_ + 1) + "/" + std::to_string(total_) + "] " +
                subject.name + " " + subject.sizes + " " + what;
    if (done_ > 0) {
      auto const left =
          elapsed.count() / static_cast<double>(done_) * static_cast<double>(total_ - done_);
      text += ", " + app::fixed(left, 0) + " s left";
    }
    progress_.show(text);
    ++done_;
  }

 private:
  using Clock = std::chrono::steady_clock;
  app::Progress progress_;
  std::size_t total_, done_ = 0;
  Clock::time_point begin_ = Clock::now();
};

double mean_length(Frames const& frames) {
  double bytes = 0;
  for (auto const& frame : frames) bytes += static_cast<double>(frame.size());
  return bytes / static_cast<double>(frames.size());
}

}  // namespace

std::vector<Result> sweep(app::Session& session, Options const& options, std::vector<Case> cases,
                          bool quiet) {
  auto const on = targets(session.devices(), options);
  Meter meter(session, options);
  std::size_t steps = 0;
  for (auto const& each : cases) {
    for (auto const& target : on) meter.check(each, each.pipeline(target.balancer));
    steps += *options.repeat * (on.size() + 1 + (each.source_sink.empty() ? 0 : 1));
  }

  std::vector<Result> results;
  Steps progress(steps, quiet);
  for (auto& each : cases) {
    auto const frames = meter.sample(each);
    auto& subject = each.subject;
    subject.workload = options.workload;
    subject.workers = static_cast<unsigned>(session.worker_cores().size());
    subject.packet_size = mean_length(frames);
    subject.labels.insert(subject.labels.begin(), "engine-only");
    std::vector<std::vector<Round>> rounds(on.size());
    for (unsigned repeat = 0; repeat < *options.repeat; ++repeat) {
      Round shared;
      progress.next(subject, "ceiling");
      shared.ceiling = meter.ceiling(each, frames);
      if (!each.source_sink.empty()) {
        progress.next(subject, "source and sink");
        shared.source_sink =
            meter.pipeline(each, each.source_sink, options.warm_up()).packets_per_second();
      }
      for (std::size_t i = 0; i < on.size(); ++i) {
        progress.next(subject, on[i].device);
        auto round = shared;
        round.window = meter.pipeline(each, each.pipeline(on[i].balancer), on[i].warm_up);
        rounds[i].push_back(std::move(round));
      }
    }
    for (std::size_t i = 0; i < on.size(); ++i) {
      auto one = subject;
      one.device = on[i].device;
      results.push_back(summarise(std::move(one), each.ceiling_name, rounds[i]));
    }
  }
  return results;
}

}  // namespace warpline::bench
