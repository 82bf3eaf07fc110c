// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "app/bench/meter.hpp"

#include <barrier>
#include <exception>
#include <stdexcept>
#include <thread>

#include "core/base/text.hpp"
#include "core/base/thread.hpp"
#include "io/dpdk/eal.hpp"

namespace warpline::bench {
namespace {

// Enough for the tasks in flight of a device and the same number of waiting batches. Longer queues
// only add latency.
constexpr std::size_t kBatches = 192;
constexpr std::chrono::seconds kDrain{20};  // a device may be slow, and the machine busy
constexpr std::chrono::milliseconds kMaxPart{
    500};  // of a ceiling's window, without a look at signals
constexpr int kMaxWindows = 10;
constexpr std::uint64_t kFewPackets = 2048;
constexpr std::size_t kSampleFrames = 4096, kSampleBytes = 4u << 20;

std::string describe(Totals const& totals) {
  return "received " + std::to_string(totals.received) + ", created " +
         std::to_string(totals.created) + ", transmitted " + std::to_string(totals.transmitted) +
         ", dropped " + std::to_string(totals.dropped) + ", left inside " +
         std::to_string(totals.inside);
}

/// Mean rates over the whole window, or over its beginning if there is a signal meanwhile.
std::map<std::string, double> measure_in_parts(Ceiling& ceiling, std::chrono::nanoseconds window,
                                               Interruption const& interruption) {
  auto const names = ceiling.names();
  auto const parts = window / kMaxPart + 1;
  std::map<std::string, double> rates;
  for (auto part = parts; part > 0 && interruption.signal() == 0; --part) {
    auto const measured = ceiling.measure(window / parts);
    for (std::size_t i = 0; i < names.size(); ++i)
      rates[names[i]] += measured[i] / static_cast<double>(parts);
  }
  return rates;
}

}  // namespace

Meter::Meter(app::Session& session, Options const& options, Interruption const& interruption)
    : session_(session),
      options_(options),
      interruption_(interruption),
      shared_(std::make_shared<SharedStore>()) {}

std::unique_ptr<app::Deployment> Meter::deploy(Case const& subject) {
  interruption_.check();
  auto engine = session_.engine_options();
  engine.shared = shared_;
  engine.worker.batches = kBatches;
  engine.worker.nap = false;
  engine.worker.drain_deadline = kDrain;
  if (!options_.session.watchdog) engine.watchdog = {};
  auto deployment = std::make_unique<app::Deployment>(session_, subject.ports, std::move(engine));
  deployment->engine().on_notice([this](std::string const& text) {
    if (notices_.insert(text).second) session_.notice("note: " + text);
  });
  return deployment;
}

void Meter::load(app::Deployment& deployment, std::string const& text) {
  if (options_.show_pipeline && notices_.insert(text).second) session_.notice(text);
  deployment.load(std::make_shared<Source>(Source{"benchmark", text + "\n"}));
  tables_ = shared_->hold();
}

void Meter::check(Case const& subject, std::string const& text) { load(*deploy(subject), text); }

Frames Meter::sample(Case const& subject) {
  Frames frames;
  std::thread thread([&] {
    Eal::register_thread();
    auto const deployment = deploy(subject);
    auto* const queue = deployment->ports()[0].rx(0);
    deployment->start();
    std::size_t bytes = 0;
    Packet packets[64];
    while (frames.size() < kSampleFrames && bytes < kSampleBytes) {
      auto const count = queue->receive(packets);
      if (count == 0) break;
      for (auto const& packet : std::span(packets, count)) {
        frames.emplace_back(packet.data, packet.data + packet.length);
        bytes += packet.length;
      }
      session_.buffers().release({packets, count});
    }
    deployment->join();
    Eal::unregister_thread();
  });
  thread.join();
  if (frames.empty()) throw std::runtime_error("the traffic source provides no packets");
  return frames;
}

Window Meter::pipeline(Case const& subject, std::string const& text,
                       std::chrono::nanoseconds warm_up) {
  auto deployment = deploy(subject);
  load(*deployment, text);
  auto& engine = deployment->engine();
  deployment->start();
  interruption_.sleep_for(warm_up);
  auto const before = engine.totals().transmitted;
  auto const begin = take_snapshot(engine);
  // A window with very few packets would mean nothing: it is extended for a while.
  for (int i = 0; i < kMaxWindows; ++i) {
    interruption_.sleep_for(*options_.window);
    if (engine.totals().transmitted - before >= kFewPackets) break;
  }
  auto const end = take_snapshot(engine);
  bool const ended = engine.done();
  deployment->stop();
  deployment->join();
  auto const totals = engine.totals();
  if (ended) throw std::runtime_error("the traffic ended before the window did");
  if (!totals.conserved() || totals.inside > 0)
    throw std::runtime_error("packets are not accounted for: " + describe(totals) +
                             "; in: " + text);
  deployment.reset();
  if (auto const left = session_.buffers().in_use(); left > 0)
    throw std::runtime_error(counted(left, "buffer") + " did not come back; in: " + text);
  return between(begin, end);
}

std::map<std::string, double> Meter::ceilings(Case const& subject, Frames const& frames) {
  auto const deployment = deploy(subject);
  auto const& cores = session_.worker_cores();
  std::vector<std::map<std::string, double>> rates(cores.size());
  std::vector<std::exception_ptr> errors(cores.size());
  std::vector<std::thread> threads;
  std::barrier together(static_cast<std::ptrdiff_t>(cores.size()));
  deployment->start();
  for (unsigned i = 0; i < cores.size(); ++i)
    threads.emplace_back([&, i] {
      pin_this_thread(cores[i]);
      Eal::register_thread();
      std::unique_ptr<Ceiling> raw;
      try {
        raw = subject.ceiling({frames, deployment->ports(), i});
      } catch (...) {
        errors[i] = std::current_exception();
      }
      together.arrive_and_wait();
      try {
        if (raw) rates[i] = measure_in_parts(*raw, *options_.window, interruption_);
      } catch (...) {
        errors[i] = std::current_exception();
      }
      raw.reset();
      Eal::unregister_thread();
    });
  for (auto& thread : threads) thread.join();
  deployment->join();
  interruption_.check();
  std::map<std::string, double> totals;
  for (unsigned i = 0; i < cores.size(); ++i) {
    if (errors[i]) std::rethrow_exception(errors[i]);
    for (auto const& [name, rate] : rates[i]) totals[name] += rate;
  }
  return totals;
}

}  // namespace warpline::bench
