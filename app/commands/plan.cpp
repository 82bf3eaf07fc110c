// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstdio>
#include <memory>

#include "app/commands/command.hpp"
#include "app/session/dry_run.hpp"
#include "app/session/open_devices.hpp"
#include "app/session/packet_buffers.hpp"
#include "app/session/pipeline_options.hpp"
#include "app/session/thread_placement.hpp"
#include "core/base/text.hpp"
#include "core/element/service.hpp"
#include "gpu/calibration.hpp"
#include "io/dpdk/dpdk_pool.hpp"
#include "measure/table.hpp"

namespace warpline::app {
namespace {

struct PlanOptions {
  PipelineOptions pipeline;
  SessionOptions session;
};

/// The host device shares its memory with the program: it copies only on request.
Transfer transfer_of(stream::StreamDevice const& device, TouchedBytes const& touched_bytes,
                     SessionOptions const& session) {
  return device.kind() == Device::Kind::kHost ? session.transfer.value_or(Transfer::kDirect)
                                              : device.transfer(touched_bytes);
}

/// Prints the memory of the lanes that workers open on a device: one for each segment.
void print_lanes(stream::StreamDevice const& device, DryRun const& dry_run,
                 SessionOptions const& session, std::size_t workers) {
  stream::LaneMemory sum;
  for (auto const& touched_bytes : dry_run.touched_bytes) {
    auto const memory = device.memory_of_lane(transfer_of(device, touched_bytes, session));
    sum.pinned += workers * memory.pinned;
    sum.device += workers * memory.device;
  }
  auto const mebibytes = [](std::size_t bytes) {
    return fixed(static_cast<double>(bytes) / (1 << 20), 1) + " MiB";
  };
  std::printf("%s: %s of this machine for tasks, %s of the device: %s, %s\n", device.name().c_str(),
              mebibytes(sum.pinned).c_str(), mebibytes(sum.device).c_str(),
              counted(workers, "worker").c_str(),
              counted(dry_run.touched_bytes.size(), "segment").c_str());
}

/// Prints how each device handles the transfer forms, and which one it gets.
void print_transfers(SessionOptions const& session, Placement const& placement,
                     PoolOptions const& pool, DryRun const& dry_run) {
  DeviceSet devices;
  open_devices(devices, session, placement.helpers,
               std::max(pool.frame_size, pool.large_frame_size) + DpdkPool::kTailroom);
  Table table({{"device", Table::Align::kLeft},
               {"kernels", Table::Align::kLeft},
               {"transfer", Table::Align::kLeft},
               {"64 B, Mpps"},
               {"1408 B, Mpps"},
               {"chosen", Table::Align::kLeft}});
  for (std::size_t i = 1; i < devices.size(); ++i) {
    auto& device = dynamic_cast<stream::StreamDevice&>(devices[i]);
    auto const measured = calibrate(device);
    for (std::size_t row = 0; row + 1 < measured.size(); row += 2) {
      auto const& result = measured[row];
      TouchedBytes touched_bytes;
      if (result.edits) touched_bytes.write_from = 0, touched_bytes.write_to = TouchedBytes::kEnd;
      auto const choice = transfer_of(device, touched_bytes, session);
      table.add({device.name(), result.edits ? "edit" : "read",
                 std::string(name_of(result.transfer)), fixed(result.packets_per_second / 1e6, 2),
                 fixed(measured[row + 1].packets_per_second / 1e6, 2),
                 choice == result.transfer ? (session.transfer ? "asked for" : "yes") : ""});
    }
  }
  if (devices.size() == 1) return;
  std::printf("\ntransfer forms, for kernels that read or edit every byte of a packet:\n");
  table.print(stdout);
  std::fputc('\n', stdout);
  for (std::size_t i = 1; i < devices.size(); ++i)
    print_lanes(dynamic_cast<stream::StreamDevice&>(devices[i]), dry_run, session,
                placement.workers.size());
}

int plan(PlanOptions& options) {
  apply_config(options.session);
  auto specs = port_specs(options.pipeline, options.session);
  auto const dry_run = check(options.pipeline, options.session, specs);
  auto const topology = Topology::of_this_machine();
  auto const placement = place_threads(topology, options.session, specs);

  for (auto const& warning : dry_run.warnings)
    std::fprintf(stderr, "%s\n", warning.render().c_str());
  for (auto const& notice : placement.notices) std::fprintf(stderr, "note: %s\n", notice.c_str());

  Table threads({{"thread", Table::Align::kLeft},
                 {"runs on", Table::Align::kLeft},
                 {"core"},
                 {"NUMA node"},
                 {"does", Table::Align::kLeft}});
  auto const add = [&](std::string thread, int processor, std::string what) {
    auto const* entry = topology.find(processor);
    threads.add({std::move(thread), "processor " + std::to_string(processor),
                 entry == nullptr ? "-" : std::to_string(entry->core),
                 entry == nullptr ? "-" : std::to_string(entry->numa_node), std::move(what)});
  };
  add("control", placement.control, "signals, time, statistics");
  for (std::size_t i = 0; i < placement.workers.size(); ++i)
    add("worker " + std::to_string(i), placement.workers[i],
        options.session.io_cores.empty()
            ? "queue " + std::to_string(i) + " of each port: receives, processes, transmits"
            : "processes what IO worker " + std::to_string(i % options.session.io_cores.size()) +
                  " hands over");
  for (std::size_t i = 0; i < options.session.io_cores.size(); ++i)
    add("IO worker " + std::to_string(i), options.session.io_cores[i],
        "queue " + std::to_string(i) + " of each port: receives, transmits");
  for (std::size_t i = 0; i < placement.helpers.size(); ++i)
    add("helper " + std::to_string(i), placement.helpers[i], "kernels of the host device");
  threads.print(stdout);

  if (!specs.empty()) {
    std::fputc('\n', stdout);
    Table ports({{"port"}, {"is", Table::Align::kLeft}, {"queues"}});
    for (std::size_t i = 0; i < specs.size(); ++i) {
      auto queues = options.session.io_cores.empty() ? placement.workers.size()
                                                     : options.session.io_cores.size();
      if (auto const max = specs[i].request->max_queues())
        queues = std::min<std::size_t>(queues, *max);
      ports.add({std::to_string(i), specs[i].text, std::to_string(queues)});
    }
    ports.print(stdout);
  }
  options.session.longest_frame = longest_frame(specs);
  auto const buffers =
      packet_buffers(options.session, placement.workers.size() + options.session.io_cores.size());
  std::printf("\n%s\n", describe(buffers).c_str());
  for (auto const& service : Services::of(*dry_run.shared)->all())
    std::fputs(service->plan(static_cast<unsigned>(placement.workers.size())).c_str(), stdout);
  for (auto const& segment : dry_run.segments) {
    std::string text;
    for (auto const& name : segment) text += (text.empty() ? "" : " -> ") + name;
    std::printf("\ngoes to a device in one piece: %s\n", text.c_str());
  }
  if (!dry_run.segments.empty()) print_transfers(options.session, placement, buffers, dry_run);
  return kOk;
}

void add_plan(CommandLine& app, Invocation& invocation) {
  auto const options = std::make_shared<PlanOptions>();
  auto command = app.add_subcommand("plan", "Show the placement of threads, queues and ports");
  add_pipeline_options(command, options->pipeline);
  add_session_options(command, options->session);
  command.callback(
      [&invocation, options] { invocation.action = [options] { return plan(*options); }; });
}

CommandRegistration const registration{30, add_plan};

}  // namespace
}  // namespace warpline::app
