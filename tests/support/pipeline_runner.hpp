// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/element/context.hpp"
#include "core/engine/graph.hpp"
#include "core/engine/worker.hpp"
#include "gpu/pinned_memory.hpp"
#include "gpu/stream/options.hpp"
#include "tests/support/guarded_pool.hpp"
#include "tests/support/memory_port.hpp"

namespace warpline::test {

/// How the kernels of offloadable elements run.
enum class Kernels {
  kCpu,     ///< the CPU, in the tuned form if there is one
  kBody,    ///< the CPU, always as the one body
  kTeam,    ///< the CPU, as a GPU would in the form for teams of threads
  kDevice,  ///< the devices that the pipeline's balancers choose
};

struct RunOptions {
  unsigned ports = 2;              ///< called `port0`, `port1`, ...
  std::vector<unsigned> bursts{};  ///< sizes of received batches in turn (also limited by BURST)
  std::size_t buffers = 4096;
  unsigned frame_size = 2048;  ///< longest frame with its tailroom
  unsigned tailroom = 0;       ///< of received frames; the buffer ends after it
  std::size_t batches = 128;
  unsigned worker = 0;
  unsigned workers = 1;
  std::uint64_t seed = 1;
  Kernels kernels = Kernels::kDevice;
  std::uint32_t shared_bytes = 48 * 1024;  ///< shared memory of a block, with `kTeam`
  int host_helpers = -1;    ///< helper threads of a device `host`; -1: no such device
  bool threaded = false;    ///< on a worker's thread instead of the test's
  stream::Options lanes{};  ///< of the device `host`, and of `cuda:0`
  bool cuda = false;        ///< open `cuda:0` too; it must exist
  OffloadOptions offload{};
  std::string source_name = "test.click";  ///< paths in the pipeline are relative to its folder
};

/// Packets dropped, by reason.
using Drops = std::map<std::string, std::uint64_t>;

/// What happened to the packets.
struct Outcome {
  std::vector<std::vector<Sent>> sent;  ///< by port, in order
  Drops drops;                          ///< by reason
  Drops drops_at;                       ///< by `element:reason`
  std::uint64_t received = 0, created = 0, transmitted = 0, dropped = 0;
  std::vector<std::string> printed;  ///< lines of Print

  std::vector<Frame> frames(unsigned port) const {
    std::vector<Frame> frames;
    for (auto const& packet : sent.at(port)) frames.push_back(packet.frame);
    return frames;
  }
  friend bool operator==(Outcome const&, Outcome const&) = default;
};

/// A pipeline between ports in memory, run to the end.
///
/// Every run checks that packets are conserved and that every buffer and batch was returned; an
/// error fails the test.
class PipelineRunner {
 public:
  /// Throws `ConfigError` as `Graph::build` does.
  explicit PipelineRunner(std::string const& click, RunOptions options = {});
  ~PipelineRunner();
  PipelineRunner(PipelineRunner const&) = delete;
  PipelineRunner& operator=(PipelineRunner const&) = delete;

  /// Frames for port 0, or for each port in turn. Runs until all have left. May be called again
  /// unless `threaded`; drops and counters then continue.
  Outcome run(std::vector<Frame> const& frames) { return run_ports({frames}); }
  Outcome run_ports(std::vector<std::vector<Frame>> const& frames);

  Graph& graph() { return *graph_; }
  BuildContext& context() { return context_; }
  /// The counters of an element by its name.
  ElementCounters const& counters(std::string const& element) const;
  MemoryPort& port(unsigned index) { return *ports_[index]; }
  GuardedPool& buffers() { return buffers_; }
  BatchPool& batches() { return *batches_; }
  /// The tasks that the offloader has sent to a device. Not `threaded`.
  Offloader const& offloader() const { return *offloader_; }
  std::vector<std::string> const& notices() const { return notices_; }
  std::vector<Diagnostic> const& warnings() const { return warnings_; }

 private:
  class Bodies;

  void run_inline();
  void run_threaded();
  Outcome outcome(WorkerCounters const& counters) const;

  RunOptions options_;
  DeviceSet devices_;
  BatchMemory pinned_;  // for a CUDA device: batches, and slices_ for buffers
  std::pmr::unsynchronized_pool_resource slices_{&pinned_};
  GuardedPool buffers_;
  PortSet port_set_;
  std::vector<MemoryPort*> ports_;
  SharedStore shared_;
  std::vector<std::string> notices_, printed_;
  std::vector<Diagnostic> warnings_;
  BuildContext context_;
  std::unique_ptr<BatchPool> batches_;
  WorkerCounters counters_;
  std::unique_ptr<asio::io_context> io_;
  std::unique_ptr<Graph> owned_graph_;
  std::unique_ptr<Worker> worker_;
  Graph* graph_ = nullptr;
  std::unique_ptr<Bodies> bodies_;
  std::unique_ptr<Offloader> offloader_;
};

/// One run of a pipeline.
Outcome run_pipeline(std::string const& click, std::vector<Frame> const& frames,
                     RunOptions options = {});

/// The error in a pipeline, as the user reads it; `no error` if there is none.
std::string error_of(std::string const& click, RunOptions options = {});

/// Its first line: the place and the message.
std::string error_line(std::string const& click, RunOptions options = {});

}  // namespace warpline::test
