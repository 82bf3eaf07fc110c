// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "app/session_options.hpp"

#include <CLI/CLI.hpp>
#include <functional>

#include "app/units.hpp"

namespace warpline::app {
namespace {

constexpr char const* kGroup = "Machine";

/// An option whose text `store` turns into a value, so that a bad one is reported our way.
void add(CLI::App& command, std::string const& name, std::string const& placeholder,
         std::string const& help, std::function<void(std::string const&)> store) {
  command.add_option_function<std::string>(name, std::move(store), help)
      ->type_name(placeholder)
      ->group(kGroup);
}

void add_placement(CLI::App& command, SessionOptions& options) {
  command
      .add_option_function<std::vector<std::string>>(
          "-p,--port",
          [&options](std::vector<std::string> const& texts) {
            for (auto const& text : texts) options.ports.push_back({text, {}, {}});
          },
          "A port: gen:size=64, pcap:in=FILE, a PCI address, net_null0, ...; repeat for more")
      ->type_name("SPEC")
      ->allow_extra_args(false)
      ->group(kGroup);
  add(command, "--workers", "N", "Worker threads, one core each (default 1)",
      [&options](std::string const& text) {
        options.workers = static_cast<unsigned>(parse_count(text, "--workers", 1, 1024));
      });
  add(command, "--cores", "LIST", "Processors for the workers, e.g. 1,3 or 2-5",
      [&options](std::string const& text) { options.cores = parse_cores(text, "--cores"); });
  add(command, "--host-cores", "N", "Helper threads of the host device; 0 leaves it out",
      [&options](std::string const& text) {
        options.host_cores = static_cast<unsigned>(parse_count(text, "--host-cores", 0, 1024));
      });
  command.add_option("-d,--device", options.devices, "A device to open: host, cuda:0, ... "
                                                     "(default: all there are)")
      ->type_name("NAME")
      ->allow_extra_args(false)
      ->group(kGroup);
  command.add_option("-c,--config", options.config, "A deployment file (TOML) with defaults for these")
      ->type_name("FILE")
      ->group(kGroup);
}

void add_memory(CLI::App& command, SessionOptions& options) {
  add(command, "--buffers", "N", "Packet buffers (default: as many as the workers need)",
      [&options](std::string const& text) {
        options.buffers = parse_count(text, "--buffers", 64, 1u << 24);
      });
  add(command, "--buffer-size", "BYTES", "Longest frame that a buffer holds (default 2048)",
      [&options](std::string const& text) {
        options.buffer_size = parse_count(text, "--buffer-size", 64, 16384);
      });
}

void add_offload(CLI::App& command, SessionOptions& options) {
  add(command, "--task-packets", "N", "Send a task to a device at this many packets (default 1024)",
      [&options](std::string const& text) {
        options.task_packets = static_cast<unsigned>(parse_count(text, "--task-packets", 1, 1u << 20));
      });
  add(command, "--task-bytes", "N", "or at this many bytes (default 1 MiB)",
      [&options](std::string const& text) {
        options.task_bytes = parse_count(text, "--task-bytes", 1, std::uint64_t{1} << 32);
      });
  add(command, "--deadline", "TIME", "or when its first batch has waited this long (default 100us)",
      [&options](std::string const& text) { options.deadline = parse_duration(text, "--deadline"); });
  add(command, "--tasks-in-flight", "N", "Tasks at once on a device, per worker (default 4)",
      [&options](std::string const& text) {
        options.tasks_in_flight =
            static_cast<unsigned>(parse_count(text, "--tasks-in-flight", 1, 1024));
      });
  command
      .add_flag_callback("--unordered", [&options] { options.ordered = false; },
                         "Let packets leave in another order than they came")
      ->group(kGroup);
}

}  // namespace

void add_session_options(CLI::App& command, SessionOptions& options) {
  add_placement(command, options);
  add_memory(command, options);
  add_offload(command, options);
  add(command, "--seed", "N", "For everything that is drawn by chance (default 1)",
      [&options](std::string const& text) { options.seed = parse_count(text, "--seed"); });
  add(command, "--watchdog", "TIME", "Report workers that make no turn for so long; 0s: off",
      [&options](std::string const& text) { options.watchdog = parse_duration(text, "--watchdog"); });
}

}  // namespace warpline::app
