// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "app/session/session_options.hpp"

#include <functional>

#include "app/session/core_dumps.hpp"
#include "app/session/open_devices.hpp"
#include "app/session/units.hpp"
#include "core/base/error.hpp"

namespace warpline::app {
namespace {

constexpr char const* kGroup = "Machine";

/// An option whose text is parsed by `store`, so that errors have the program's format.
void add(CommandLine& command, std::string const& name, std::string const& placeholder,
         std::string const& help, std::function<void(std::string const&)> store) {
  command.add_option_function(name, std::move(store), help).type_name(placeholder).group(kGroup);
}

void add_placement(CommandLine& command, SessionOptions& options) {
  command
      .add_options_function(
          "-p,--port",
          [&options](std::vector<std::string> const& texts) {
            for (auto const& text : texts) options.ports.push_back({text, {}, {}});
          },
          "Add a port: gen:size=64, pcap:in=FILE, a PCI address, net_null0, ...; repeat for more")
      .type_name("SPEC")
      .single()
      .group(kGroup);
  add(command, "--workers", "N", "Start N worker threads, one CPU each (default 1)",
      [&options](std::string const& text) {
        options.workers = static_cast<unsigned>(parse_count(text, "--workers", 1, 1024));
      });
  add(command, "--cores", "LIST", "Run the workers on these processors, e.g. 1,3 or 2-5",
      [&options](std::string const& text) { options.cores = parse_cores(text, "--cores"); });
  add(command, "--io-cores", "LIST",
      "Run IO workers on these processors; they receive and transmit for the other workers",
      [&options](std::string const& text) { options.io_cores = parse_cores(text, "--io-cores"); });
  add(command, "--host-cores", "N",
      "Start N helper threads for the host device (0 disables the device)",
      [&options](std::string const& text) {
        options.host_cores = static_cast<unsigned>(parse_count(text, "--host-cores", 0, 1024));
      });
  command
      .add_options_function(
          "-d,--device",
          [&options](std::vector<std::string> const& names) {
            for (auto const& name : names) {
              try {
                check_device_name(name);
              } catch (ConfigError const& error) {
                auto source = std::make_shared<Source>(Source{"--device", name});
                throw ConfigError(Diagnostic{
                    Diagnostic::Severity::kError, std::move(source), {1, 1}, error.what()});
              }
            }
            options.devices = names;
          },
          "Open this device: host, cuda:0, ... (default: all devices)")
      .type_name("NAME")
      .single()
      .group(kGroup);
  command
      .add_option("-c,--config", options.config, "Read defaults for these options from FILE (TOML)")
      .type_name("FILE")
      .group(kGroup);
}

void add_memory(CommandLine& command, SessionOptions& options) {
  add(command, "--buffers", "N", "Allocate N packet buffers (default: as many as the workers need)",
      [&options](std::string const& text) {
        options.buffers = parse_count(text, "--buffers", 64, 1u << 24);
      });
  add(command, "--buffer-size", "BYTES", "Set the maximum size of a frame in bytes (default 2048)",
      [&options](std::string const& text) {
        options.buffer_size = parse_count(text, "--buffer-size", 64, DpdkPool::kMaxBufferSize);
      });
}

void add_offload(CommandLine& command, SessionOptions& options) {
  add(command, "--task-packets", "N",
      "Submit a task to a device when it has N packets (default 1024)",
      [&options](std::string const& text) {
        options.task_packets =
            static_cast<unsigned>(parse_count(text, "--task-packets", 1, 1u << 20));
      });
  add(command, "--task-bytes", "N", "Submit a task when it has N bytes (default 1 MiB)",
      [&options](std::string const& text) {
        options.task_bytes = parse_count(text, "--task-bytes", 1, std::uint64_t{1} << 32);
      });
  add(command, "--deadline", "TIME",
      "Submit a task when its first batch has waited for TIME (default 100us)",
      [&options](std::string const& text) {
        options.deadline = parse_duration(text, "--deadline");
      });
  add(command, "--tasks-in-flight", "N",
      "Allow at most N tasks per worker and segment on a device (default 4)",
      [&options](std::string const& text) {
        options.tasks_in_flight =
            static_cast<unsigned>(parse_count(text, "--tasks-in-flight", 1, 1024));
      });
  add(command, "--streams", "N",
      "Use N streams per worker and segment in turn, so that copies and kernels overlap (default 2 "
      "on a CUDA device; 1 for host)",
      [&options](std::string const& text) {
        options.streams = static_cast<unsigned>(parse_count(text, "--streams", 1, 64));
      });
  add(command, "--completion", "HOW",
      "Report completed tasks to the worker by callback, event or flag (default flag)",
      [&options](std::string const& text) {
        options.completion = parse_completion(text, "--completion");
      });
  add(command, "--transfer", "HOW",
      "Transfer packets to a device by direct, staged, gather or auto (default auto)",
      [&options](std::string const& text) {
        options.transfer = parse_transfer(text, "--transfer");
      });
  add(command, "--task-timeout", "TIME",
      "Treat a device as failed if a task takes longer than TIME (default 2s; 30s for host)",
      [&options](std::string const& text) {
        options.task_timeout = parse_duration(text, "--task-timeout");
      });
  command
      .add_flag_callback(
          "--unordered", [&options] { options.ordered = false; }, "Allow packets to be reordered")
      .group(kGroup);
}

template <class Value>
std::vector<std::string> names_of(Value const& values) {
  std::vector<std::string> names;
  for (auto const value : values) names.emplace_back(name_of(value));
  return names;
}

/// Returns the value with the name `text`. Throws an error that lists all names if there is none.
template <class Values>
auto named(Values const& values, std::string const& text, std::string const& option,
           std::vector<std::string> const& names) {
  for (auto const value : values)
    if (name_of(value) == text) return value;
  std::string list;
  for (auto const& name : names) list += (list.empty() ? "" : ", ") + name;
  throw ConfigError((option.empty() ? "" : option + ": ") + "unknown '" + text +
                    "'; expected one of " + list + did_you_mean(text, names));
}

}  // namespace

stream::Completion parse_completion(std::string const& text, std::string const& option) {
  return named(stream::kCompletions, text, option, names_of(stream::kCompletions));
}

std::optional<Transfer> parse_transfer(std::string const& text, std::string const& option) {
  if (text == "auto") return std::nullopt;
  auto names = names_of(kTransfers);
  names.emplace_back("auto");
  return named(kTransfers, text, option, names);
}

void add_session_options(CommandLine& command, SessionOptions& options) {
  add_placement(command, options);
  add_memory(command, options);
  add_offload(command, options);
  command
      .add_flag_callback(
          "--dumpable", [] { allow_memory_dumps(true); },
          "Allow core dumps and debuggers to read the program's memory, keys included (default: "
          "no)")
      .group(kGroup);
  add(command, "--seed", "N", "Seed the random numbers (default 1)",
      [&options](std::string const& text) { options.seed = parse_count(text, "--seed"); });
  add(command, "--watchdog", "TIME", "Warn if a worker is stuck longer than TIME (0s disables)",
      [&options](std::string const& text) {
        options.watchdog = parse_duration(text, "--watchdog");
      });
}

}  // namespace warpline::app
