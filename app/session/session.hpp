// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <memory_resource>
#include <span>
#include <string>
#include <vector>

#include "app/session/session_options.hpp"
#include "core/engine/engine.hpp"

namespace warpline::app {

class Deployment;

/// The parts that the program sets up once for any pipelines: DPDK's EAL, the pool of packet
/// buffers, the devices, and the placement of threads. At most one at a time; used by one control
/// thread.
class Session {
 public:
  /// Places the threads, starts the EAL (once per program; its line goes to stderr unless quiet),
  /// creates the pool and the devices. Throws `ConfigError` for requests that cannot be met: more
  /// workers than processors, an unknown device, arguments in `eal` that DPDK refuses (with its
  /// reason).
  Session(SessionOptions options, std::vector<std::string> eal, bool quiet);
  /// All deployments must have been destroyed.
  ~Session();
  Session(Session const&) = delete;
  Session& operator=(Session const&) = delete;

  SessionOptions const& options() const;
  /// The processors of the workers, one each; -1 for one that is not pinned.
  std::vector<int> const& worker_cores() const;
  /// `cpu`, `host` if it has helper cores, and `cuda:N` for each GPU.
  DeviceSet& devices();
  BufferPool& buffers();
  /// The memory of batches: pinned if there is a device that needs it.
  std::pmr::memory_resource* memory();
  /// The EAL's effective arguments, as printed.
  std::string const& eal_line() const;

  /// One worker on each of `worker_cores()`, with the offload options; threads are registered with
  /// DPDK.
  EngineOptions engine_options() const;

  /// Writes one line for the user to stderr, unless quiet.
  void notice(std::string const& text) const;

 private:
  friend class Deployment;
  struct State;

  void pin_for_devices();

  std::unique_ptr<State> state_;
};

/// One pipeline on its ports and workers. A session may run several, one after the other.
///
/// The teardown has the order that DPDK needs: workers end, ports stop, buffers return, ports
/// close.
class Deployment {
 public:
  /// Opens the ports, with a queue for each of the engine's workers. PCI devices must be among the
  /// session's ports, so that the EAL knows them. Throws `ConfigError` for a bad spec, an unknown
  /// port, one that is requested twice.
  Deployment(Session& session, std::span<PortSpec const> specs, EngineOptions options);
  /// The same for specs as users write them (see io/spec/port_spec.hpp).
  Deployment(Session& session, std::vector<std::string> const& texts, EngineOptions options);
  Deployment(Session& session, std::vector<std::string> const& texts);
  ~Deployment();

  /// The caller may add its own ports before `load`.
  PortSet& ports();
  Engine& engine();

  /// Builds the pipeline; prints warnings to stderr. Throws `ConfigError` and starts nothing.
  /// `definitions`: `name=value` overrides of the pipeline's `define($name value)`.
  void load(std::shared_ptr<Source const> source, std::vector<std::string> const& definitions = {});
  /// The same for one that is parsed.
  void load(Pipeline const& pipeline);

  /// Starts the ports, then the workers.
  void start();
  /// Stops the sources and drains the rest. May be called more than once.
  void stop() noexcept;
  /// Waits for the workers to end, then stops the ports.
  void join();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace warpline::app
