// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "app/session/command_line.hpp"
#include "gpu/stream/options.hpp"
#include "io/spec/port_spec.hpp"

namespace warpline::app {

/// The common options of `run`, `bench`, `plan` and `check`. The session chooses what is not set;
/// an option of the command line overrides the deployment file.
struct SessionOptions {
  std::string config;           ///< the deployment file (TOML); empty: none
  std::vector<PortText> ports;  ///< one spec each, in the order of port numbers
  std::optional<unsigned> workers;
  std::vector<int> cores;              ///< processors for the workers
  std::vector<int> io_cores;           ///< split topology: processors of the IO workers, one each
  std::optional<unsigned> host_cores;  ///< helper threads of the host device; 0: no host device
  std::vector<int> host_core_list;     ///< their processors; from the deployment file only
  std::vector<std::string> devices;    ///< the devices to open; empty: all
  std::optional<std::size_t> buffers;  ///< packet buffers in the pool
  std::optional<std::size_t> buffer_size;  ///< maximum frame size in bytes
  std::uint32_t longest_frame = 0;         ///< of the captures that are read; not an option
  std::optional<unsigned> task_packets;
  std::optional<std::uint64_t> task_bytes;
  std::optional<std::chrono::nanoseconds> deadline;
  std::optional<unsigned> tasks_in_flight;
  std::optional<unsigned> streams;  ///< of a lane
  std::optional<stream::Completion> completion;
  std::optional<Transfer> transfer;  ///< no value: the one that is measured as fastest
  std::optional<std::chrono::nanoseconds> task_timeout;
  std::optional<bool> ordered;
  std::optional<std::uint64_t> seed;
  std::optional<std::chrono::nanoseconds> watchdog;  ///< 0: off

  friend bool operator==(SessionOptions const&, SessionOptions const&) = default;
};

/// Adds `--port`, `--workers`, `--cores`, `--host-cores`, `--device`, `--config` and the rest to a
/// subcommand. The values are stored in `options`, which must live until they are parsed.
void add_session_options(CommandLine& command, SessionOptions& options);

/// `callback`, `event` or `flag`. Throws `ConfigError` with the name of the option.
stream::Completion parse_completion(std::string const& text, std::string const& option);
/// `direct`, `staged` or `gather`; no value for `auto`. Also throws `ConfigError`.
std::optional<Transfer> parse_transfer(std::string const& text, std::string const& option);

/// Sets options that are not set yet from the deployment file, if there is one. Throws
/// `ConfigError` with all errors in the file: its syntax, or every unknown key and bad value, with
/// their places.
void apply_config(SessionOptions& options);

}  // namespace warpline::app
