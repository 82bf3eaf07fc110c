// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "core/engine.hpp"

#include <algorithm>

namespace warpline {

Engine::Engine(EngineOptions options, PortSet& ports, DeviceSet& devices, BufferPool& buffers,
               std::pmr::memory_resource* memory)
    : options_(std::move(options)),
      ports_(ports),
      devices_(devices),
      buffers_(buffers),
      memory_(memory) {
  if (!options_.shared) options_.shared = std::make_shared<SharedStore>();
}

Engine::~Engine() {
  stop();
  join();
}

void Engine::notice(std::string const& text) {
  std::scoped_lock const lock(notice_mutex_);  // elements also speak up on their workers
  if (std::find(noticed_.begin(), noticed_.end(), text) != noticed_.end()) return;
  noticed_.push_back(text);
  notice_(text);
}

std::vector<Diagnostic> Engine::load(Pipeline const& pipeline) {
  std::vector<Diagnostic> warnings;
  std::vector<std::unique_ptr<Worker>> workers;
  for (unsigned i = 0; i < options_.cores.size(); ++i) {
    BuildContext context{ports_, devices_, *options_.shared};
    context.worker = i;
    context.workers = static_cast<unsigned>(options_.cores.size());
    context.seed = options_.seed;
    context.notice = [this](std::string const& text) { notice(text); };
    auto graph = Graph::build(pipeline, context, i == 0 ? &warnings : nullptr);
    auto worker_options = options_.worker;
    worker_options.index = i;
    worker_options.core = options_.cores[i];
    workers.push_back(std::make_unique<Worker>(std::move(worker_options), buffers_, memory_));
    workers.back()->adopt(std::move(graph), devices_);
  }
  workers_ = std::move(workers);
  return warnings;
}

void Engine::start() {
  for (auto const& worker : workers_) worker->start();
  if (options_.watchdog.count() > 0) {
    std::vector<Worker const*> watched;
    for (auto const& worker : workers_) watched.push_back(worker.get());
    watchdog_ = std::make_unique<Watchdog>(std::move(watched), options_.watchdog,
                                           [this](std::string const& text) { notice_(text); });
  }
}

void Engine::stop() noexcept {
  for (auto const& worker : workers_) worker->stop();
}

bool Engine::done() const noexcept {
  return std::all_of(workers_.begin(), workers_.end(),
                     [](auto const& worker) { return worker->done(); });
}

void Engine::join() {
  watchdog_.reset();
  for (auto const& worker : workers_) worker->join();
}

Totals Engine::totals() const {
  Totals sum;
  for (auto const& worker : workers_) {
    auto const& counters = worker->counters();
    sum.received += counters.received.get();
    sum.received_bytes += counters.received_bytes.get();
    sum.created += counters.created.get();
    sum.transmitted += counters.transmitted.get();
    sum.transmitted_bytes += counters.transmitted_bytes.get();
    sum.dropped += counters.dropped.get();
    if (worker->done()) sum.inside += worker->left_inside();
  }
  return sum;
}

std::unique_ptr<Histogram> Engine::latency() const {
  auto sum = std::make_unique<Histogram>();
  for (auto const& worker : workers_) sum->merge(worker->counters().latency);
  return sum;
}

}  // namespace warpline
