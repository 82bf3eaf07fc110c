// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "app/bench/sweep.hpp"

#include <chrono>

#include "app/bench/meter.hpp"
#include "app/bench/workload.hpp"
#include "measure/table.hpp"
#include "measure/terminal.hpp"
#include "measure/traffic.hpp"

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
      balancer = "LoadBalanceByWeight(" + fixed(*options.mix, 3) + ", " + preferred();
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

  void begin(Subject const& subject, std::string const& what) {
    std::chrono::duration<double> const elapsed = Clock::now() - begin_;
    auto text = "[" + std::to_string(done_ + 1) + "/" + std::to_string(total_) + "] " +
                subject.name + " " + subject.sizes + " " + what;
    if (done_ > 0) {
      auto const left =
          elapsed.count() / static_cast<double>(done_) * static_cast<double>(total_ - done_);
      text += ", " + fixed(left, 0) + " s left";
    }
    progress_.show(text);
  }
  void end() { ++done_; }
  std::size_t done() const { return done_; }

 private:
  using Clock = std::chrono::steady_clock;
  Progress progress_;
  std::size_t total_, done_ = 0;
  Clock::time_point begin_ = Clock::now();
};

double mean_length(Frames const& frames) {
  double bytes = 0;
  for (auto const& frame : frames) bytes += static_cast<double>(frame.size());
  return bytes / static_cast<double>(frames.size());
}

/// One case, measured in turn on all targets.
class CaseTrials {
 public:
  CaseTrials(Meter& meter, Steps& progress, Case& subject, std::vector<Target> const& targets)
      : meter_(meter),
        progress_(progress),
        case_(subject),
        targets_(targets),
        rounds_(targets.size()) {}

  void prepare(Options const& options, unsigned workers) {
    frames_ = meter_.sample(case_);
    auto& subject = case_.subject;
    subject.workload = options.workload;
    subject.workers = workers;
    subject.packet_size = mean_length(frames_);
    subject.labels.insert(subject.labels.begin(), "engine-only");
  }

  void run_once(std::chrono::nanoseconds warm_up) {
    Round shared;
    progress_.begin(case_.subject, "ceiling");
    shared.ceilings = meter_.ceilings(case_, frames_);
    progress_.end();
    if (!case_.source_sink.empty()) {
      progress_.begin(case_.subject, "source and sink");
      shared.source_sink = meter_.pipeline(case_, case_.source_sink, warm_up).packets_per_second();
      progress_.end();
    }
    for (std::size_t i = 0; i < targets_.size(); ++i) {
      auto const& target = targets_[i];
      progress_.begin(case_.subject, target.device);
      auto round = shared;
      round.window = meter_.pipeline(case_, case_.pipeline(target.balancer), target.warm_up);
      rounds_[i].push_back(std::move(round));
      progress_.end();
    }
  }

  /// A result for each target with at least one finished trial.
  void add_to(std::vector<Result>& results) const {
    for (std::size_t i = 0; i < targets_.size(); ++i) {
      if (rounds_[i].empty()) continue;
      auto subject = case_.subject;
      subject.device = targets_[i].device;
      results.push_back(summarise(std::move(subject), rounds_[i]));
    }
  }

 private:
  Meter& meter_;
  Steps& progress_;
  Case& case_;
  std::vector<Target> const& targets_;
  Frames frames_;
  std::vector<std::vector<Round>> rounds_;  // by target
};

}  // namespace

Sweep sweep(app::Session& session, Options const& options, std::vector<Case> cases,
            Interruption const& interruption, bool quiet) {
  auto const on = targets(session.devices(), options);
  Meter meter(session, options, interruption);
  Sweep report;
  for (auto const& subject : cases)
    report.total += *options.repeat * (on.size() + 1 + (subject.source_sink.empty() ? 0 : 1));
  Steps progress(report.total, quiet);
  try {
    for (auto const& subject : cases)
      for (auto const& target : on) meter.check(subject, subject.pipeline(target.balancer));
  } catch (Interrupted const&) {
    return report;
  }
  for (auto& subject : cases) {
    CaseTrials trials(meter, progress, subject, on);
    try {
      trials.prepare(options, static_cast<unsigned>(session.worker_cores().size()));
      for (unsigned trial = 0; trial < *options.repeat; ++trial) trials.run_once(options.warm_up());
    } catch (Interrupted const&) {
    } catch (...) {
      report.error = std::current_exception();
    }
    trials.add_to(report.results);
    if (report.error || interruption.signal() != 0) break;
  }
  report.done = progress.done();
  return report;
}

}  // namespace warpline::bench
