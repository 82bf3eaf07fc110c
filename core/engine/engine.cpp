// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "core/engine/engine.hpp"

#include <algorithm>

#include "core/element/handover.hpp"
#include "core/element/link.hpp"
#include "core/engine/watchdog.hpp"

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
  collect();
  // What is left between workers goes back to pools that die with the workers.
  handover_.reset();
  handover_ports_.reset();
}

void Engine::notice(std::string const& text) {
  std::scoped_lock const lock(notice_mutex_);  // elements also speak up on their workers
  if (std::find(noticed_.begin(), noticed_.end(), text) != noticed_.end()) return;
  noticed_.push_back(text);
  notice_(text);
}

// The watchdog's texts hold numbers: remembering each of them would grow without end, and a second
// stall is news even if its text is the same.
void Engine::report(std::string const& text) {
  std::scoped_lock const lock(notice_mutex_);
  notice_(text);
}

std::unique_ptr<Graph> Engine::build_graph(Pipeline const& pipeline, PortSet& ports,
                                           unsigned worker, unsigned workers, bool replaces,
                                           std::vector<Diagnostic>* warnings) {
  bool const for_io = handover_ != nullptr && &ports == &ports_;
  BuildContext context{ports, devices_, *options_.shared};
  context.worker = worker;
  context.workers = workers;
  context.replaces = replaces;
  context.seed = options_.seed;
  context.buffers = &buffers_;
  context.handover = for_io ? handover_.get() : nullptr;
  context.notice = [this](std::string const& text) { notice(text); };
  return Graph::build(pipeline, context, worker == 0 ? warnings : nullptr);
}

std::vector<std::unique_ptr<Worker>> Engine::build(Pipeline const& pipeline, PortSet& ports,
                                                   std::vector<int> const& cores,
                                                   std::vector<Diagnostic>* warnings) {
  std::vector<std::unique_ptr<Worker>> workers;
  bool const for_io = handover_ != nullptr && &ports == &ports_;
  for (unsigned i = 0; i < cores.size(); ++i) {
    auto graph =
        build_graph(pipeline, ports, i, static_cast<unsigned>(cores.size()), false, warnings);
    auto worker_options = options_.worker;
    worker_options.offload.notice = [this](std::string const& text) { notice(text); };
    worker_options.readers = options_.shared->single<Quiescence>();
    worker_options.index = for_io ? i + static_cast<unsigned>(options_.cores.size()) : i;
    worker_options.core = cores[i];
    // When a compute worker ends, its IO worker learns that no more packets will come out.
    if (handover_ != nullptr && !for_io)
      worker_options.on_thread_end = [this, i, end = options_.worker.on_thread_end] {
        handover_->out(i).close();
        end();
      };
    if (for_io) worker_options.drain_deadline *= 2;
    workers.push_back(std::make_unique<Worker>(std::move(worker_options), buffers_, memory_));
    workers.back()->adopt(std::move(graph), devices_);
  }
  return workers;
}

std::vector<Diagnostic> Engine::load(Pipeline const& pipeline) {
  std::vector<Diagnostic> warnings;
  if (options_.io_cores.empty()) {
    workers_ = build(pipeline, ports_, options_.cores, &warnings);
    return warnings;
  }
  if (options_.io_cores.size() > options_.cores.size())
    throw ConfigError("there are more IO workers than compute workers; expected at most as many");
  handover_ = std::make_unique<Handover>(static_cast<unsigned>(options_.io_cores.size()),
                                         static_cast<unsigned>(options_.cores.size()),
                                         static_cast<unsigned>(ports_.size()));
  handover_ports_ = std::make_unique<PortSet>();
  for (std::size_t i = 0; i < ports_.size(); ++i)
    handover_ports_->add(std::make_unique<HandoverPort>(ports_[i], *handover_));
  workers_ = build(pipeline, *handover_ports_, options_.cores, &warnings);
  auto const io = std::make_shared<Source>(
      Source{"split topology", "FromInput -> ToCompute; FromCompute -> ToOutput;"});
  io_workers_ = build(parse_pipeline(io), ports_, options_.io_cores, nullptr);
  return warnings;
}

void Engine::exchange(SharedTable const& table) {
  std::list<Rebinding> rebindings;
  for (auto const& worker : workers_)
    for (auto const& segment : worker->graph().segments())
      for (auto const* node : segment->nodes) {
        auto* const element = node->element->offload();
        if (element->shared_table() != &table) continue;
        auto& rebinding = rebindings.emplace_back();
        rebinding.worker = worker.get();
        rebinding.element = element;
        rebinding.segment = segment.get();
        rebinding.binding = element->make_binding(devices_);
      }
  auto next = rebindings.begin();
  rebindings_.splice(rebindings_.end(), rebindings);
  for (; next != rebindings_.end(); ++next) next->worker->rebind(*next);
}

std::vector<Diagnostic> Engine::reload(Pipeline const& pipeline) {
  std::vector<Diagnostic> warnings;
  auto& ports = handover_ports_ ? *handover_ports_ : ports_;
  std::list<Replacing> replacing;
  for (unsigned i = 0; i < workers_.size(); ++i) {
    auto graph =
        build_graph(pipeline, ports, i, static_cast<unsigned>(workers_.size()), true, &warnings);
    auto& next = replacing.emplace_back();
    next.worker = workers_[i].get();
    next.replacement.instance = next.worker->instantiate(std::move(graph), devices_);
  }
  auto next = replacing.begin();
  replacing_.splice(replacing_.end(), replacing);
  for (; next != replacing_.end(); ++next) next->worker->replace(next->replacement);
  return warnings;
}

std::size_t Engine::collect() {
  // A device may still read it: memory that nobody frees.
  static auto& list = *new std::vector<std::unique_ptr<Binding>>;
  std::erase_if(rebindings_, [](Rebinding& rebinding) {
    if (!rebinding.done.load(std::memory_order_acquire)) return rebinding.worker->done();
    if (rebinding.keep) list.push_back(std::move(rebinding.binding));
    return true;
  });
  auto const free_graphs = [this] {
    std::erase_if(replacing_, [](Replacing& replacing) {
      return replacing.replacement.done.load(std::memory_order_acquire) || replacing.worker->done();
    });
  };
  // The watchdog may be reading the graph that goes.
  if (watchdog_)
    watchdog_->pause(free_graphs);
  else
    free_graphs();
  return rebindings_.size() + replacing_.size();
}

void Engine::start() {
  std::vector<Worker const*> all;
  for (auto const* group : {&workers_, &io_workers_})
    for (auto const& worker : *group) {
      worker->start();
      all.push_back(worker.get());
    }
  if (options_.watchdog.count() > 0)
    watchdog_ = std::make_unique<Watchdog>(std::move(all), options_.watchdog,
                                           [this](std::string const& text) { report(text); });
}

// In the split topology compute workers end by themselves, when the rings from their IO worker are
// closed and empty, and IO workers after them.
void Engine::stop() noexcept {
  for (auto const& worker : io_workers_.empty() ? workers_ : io_workers_) worker->stop();
}

bool Engine::done() const noexcept {
  auto const ended = [](auto const& worker) { return worker->done(); };
  return std::all_of(workers_.begin(), workers_.end(), ended) &&
         std::all_of(io_workers_.begin(), io_workers_.end(), ended);
}

void Engine::join() {
  watchdog_.reset();
  for (auto const& worker : workers_) worker->join();
  for (auto const& worker : io_workers_) worker->join();
}

Totals Engine::totals() const {
  Totals sum;
  std::uint64_t between = 0;
  for (auto const* group : {&workers_, &io_workers_})
    for (auto const& worker : *group) {
      auto const& counters = worker->counters();
      sum.received += counters.received.get();
      sum.received_bytes += counters.received_bytes.get();
      sum.created += counters.created.get();
      sum.transmitted += counters.transmitted.get();
      sum.transmitted_bytes += counters.transmitted_bytes.get();
      sum.dropped += counters.dropped.get();
      between += counters.handed_over.get() - counters.taken_over.get();
      if (worker->done()) sum.inside += worker->left_inside();
    }
  sum.inside += between;
  for (std::size_t i = 0; i < ports_.size(); ++i)
    if (auto const* port = dynamic_cast<LinkWatch const*>(&ports_[i]); port != nullptr) {
      auto const lost = port->lost();
      sum.transmitted -= lost;
      sum.dropped += lost;
    }
  return sum;
}

}  // namespace warpline
