// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "app/session/session.hpp"

#include <algorithm>
#include <cstdio>
#include <optional>

#include "app/session/dry_run.hpp"
#include "app/session/open_devices.hpp"
#include "app/session/packet_buffers.hpp"
#include "app/session/thread_placement.hpp"
#include "core/base/output_file.hpp"
#include "gpu/calibration.hpp"
#include "gpu/pinned_memory.hpp"
#include "io/dpdk/dpdk_pool.hpp"
#include "io/dpdk/eal.hpp"
#include "io/spec/port_spec.hpp"

namespace warpline::app {
// Destroyed from the last to the first: devices let go of memory before the pool, that before the
// EAL.
struct Session::State {
  SessionOptions options;
  bool quiet = false;
  Placement placement;
  std::optional<Eal> eal;
  std::optional<DpdkPool> pool;
  DeviceSet devices;
  PinnedMemory pinned;  // the pool's, on every device that needs it
  BatchMemory batches;
};

Session::Session(SessionOptions options, std::vector<std::string> eal, bool quiet)
    : state_(std::make_unique<State>()) {
  state_->options = std::move(options);
  state_->quiet = quiet;
  auto const& user_options = state_->options;

  auto const specs = parse_port_specs(user_options.ports);
  auto const topology = Topology::of_this_machine();
  state_->placement = place_threads(topology, user_options, specs);
  for (auto const& text : state_->placement.notices) notice("note: " + text);

  auto pool =
      packet_buffers(user_options, state_->placement.workers.size() + user_options.io_cores.size());
  auto const* processor = topology.find(state_->placement.workers.front());
  if (processor != nullptr && topology.numa_nodes() > 1) pool.numa_node = processor->numa_node;
  EalRequest request{std::move(eal), pci_addresses(specs), DpdkPool::memory_of(pool),
                     state_->placement.control};
  pool.shared_by_pci = !request.pci.empty();

  // Devices first: their errors are known without DPDK.
  open_devices(state_->devices, user_options, state_->placement.helpers,
               std::max(pool.frame_size, pool.large_frame_size) + DpdkPool::kTailroom);
  state_->eal.emplace(request);
  notice("EAL: " + state_->eal->line());
  state_->pool.emplace(*state_->eal, pool);
  pin_for_devices();
}

void Session::pin_for_devices() {
  auto const notify = [this](std::string const& text) { notice("note: " + text); };
  for (std::size_t i = 0; i < state_->devices.size(); ++i) {
    auto& device = state_->devices[i];
    if (device.kind() != Device::Kind::kCuda) continue;
    state_->pool->for_each_memory(
        [&](void* memory, std::size_t size) { state_->pinned.pin(device, memory, size, notify); });
    state_->batches.pin_for(device, notify);
    if (!state_->options.transfer) calibrate(dynamic_cast<stream::StreamDevice&>(device));
  }
}

Session::~Session() = default;

SessionOptions const& Session::options() const { return state_->options; }
std::vector<int> const& Session::worker_cores() const { return state_->placement.workers; }
DeviceSet& Session::devices() { return state_->devices; }
BufferPool& Session::buffers() { return *state_->pool; }
std::pmr::memory_resource* Session::memory() { return &state_->batches; }
std::string const& Session::eal_line() const { return state_->eal->line(); }

EngineOptions Session::engine_options() const {
  auto const& user_options = state_->options;
  EngineOptions engine;
  engine.cores = worker_cores();
  engine.io_cores = user_options.io_cores;
  engine.seed = user_options.seed.value_or(engine.seed);
  auto& offload = engine.worker.offload;
  offload.task_packets = user_options.task_packets.value_or(offload.task_packets);
  offload.task_bytes = user_options.task_bytes.value_or(offload.task_bytes);
  offload.tasks_in_flight = user_options.tasks_in_flight.value_or(offload.tasks_in_flight);
  offload.ordered = user_options.ordered.value_or(offload.ordered);
  if (user_options.deadline)
    offload.deadline =
        std::chrono::duration_cast<std::chrono::microseconds>(*user_options.deadline);
  engine.worker.on_thread_start = [] { Eal::register_thread(); };
  engine.worker.on_thread_end = [] { Eal::unregister_thread(); };
#ifdef WARPLINE_WATCHDOG
  engine.watchdog = std::chrono::milliseconds(100);
#endif
  if (user_options.watchdog)
    engine.watchdog = std::chrono::duration_cast<std::chrono::milliseconds>(*user_options.watchdog);
  return engine;
}

void Session::notice(std::string const& text) const {
  if (!state_->quiet) std::fprintf(stderr, "%s\n", text.c_str());
}

// The engine is destroyed before the ports: its workers use their queues.
struct Deployment::State {
  Session& session;
  PortSet ports;
  Engine engine;
  bool started = false;

  State(Session& owner, EngineOptions options)
      : session(owner),
        engine(std::move(options), ports, owner.devices(), owner.buffers(), owner.memory()) {}
};

Deployment::Deployment(Session& session, std::vector<std::string> const& texts)
    : Deployment(session, texts, session.engine_options()) {}

Deployment::Deployment(Session& session, std::vector<std::string> const& texts,
                       EngineOptions options)
    : Deployment(session, parse_port_specs(texts), std::move(options)) {}

Deployment::Deployment(Session& session, std::span<PortSpec const> specs, EngineOptions options) {
  // A queue for each worker that touches ports.
  auto const& owners = options.io_cores.empty() ? options.cores : options.io_cores;
  if (!options.shared) options.shared = std::make_shared<SharedStore>();
  auto const outputs = options.shared->single<OutputFiles>();
  PortEnvironment const environment{*session.state_->pool, static_cast<unsigned>(owners.size()),
                                    options.seed, options.worker.nap, outputs.get()};
  state_ = std::make_unique<State>(session, std::move(options));
  open_ports(specs, environment, state_->ports);
  for (auto const& warning : few_queues(state_->ports, environment.workers))
    std::fprintf(stderr, "%s\n", warning.render().c_str());
  state_->engine.on_notice(
      [&session](std::string const& text) { session.notice("note: " + text); });
}

Deployment::~Deployment() {
  stop();
  join();
}

PortSet& Deployment::ports() { return state_->ports; }
Engine& Deployment::engine() { return state_->engine; }

void Deployment::load(Pipeline const& pipeline) {
  for (auto const& warning : state_->engine.load(pipeline))
    std::fprintf(stderr, "%s\n", warning.render().c_str());
}

void Deployment::load(std::shared_ptr<Source const> source,
                      std::vector<std::string> const& definitions) {
  std::vector<Override> overrides;
  for (auto const& definition : definitions) overrides.push_back(parse_definition(definition));
  load(parse_pipeline(std::move(source), overrides));
}

void Deployment::start() {
  for (std::size_t i = 0; i < state_->ports.size(); ++i) state_->ports[i].start();
  state_->started = true;
  state_->engine.start();
}

void Deployment::stop() noexcept { state_->engine.stop(); }

void Deployment::join() {
  state_->engine.join();
  for (std::size_t i = 0; i < state_->ports.size(); ++i) state_->ports[i].stop();
}

}  // namespace warpline::app
