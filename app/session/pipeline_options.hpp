// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "app/session/command_line.hpp"
#include "app/session/dry_run.hpp"
#include "app/session/session_options.hpp"
#include "core/element/file_uses.hpp"
#include "core/element/program_option.hpp"

namespace warpline::app {

struct Invocation;

/// The pipeline to run, and the captures of port 0.
struct PipelineOptions {
  std::string file;
  std::vector<std::string> definitions;  ///< `name=value`, after the file or with -D
  std::string read;                      ///< -r: the capture to receive packets from
  std::string write;                     ///< -w: the capture to write packets to
  bool has_control_socket = false;       ///< see `RunConditions`
  /// Options that elements read, with their values.
  std::vector<std::pair<ProgramOption const*, ProgramOption::Value>> of_elements;
};

/// Adds FILE, `name=value`, `-D`, `-r`, `-w` and the options of elements for all commands.
void add_pipeline_options(CommandLine& command, PipelineOptions& options);
/// Adds the options of elements that belong to `commands`.
void add_element_options(CommandLine& command, PipelineOptions& options,
                         ProgramOption::Commands commands);

/// The specs of all ports in the order of their numbers: the captures are port 0.
/// Throws `ConfigError` with all their errors.
std::vector<PortSpec> port_specs(PipelineOptions const& pipeline, SessionOptions const& session);

/// Reads the captures to their ends and stores their lengths in the specs. Then checks the pipeline
/// on ports of those specs (see `check_pipeline`) and all outputs (see `check_outputs`). `files`:
/// the output files of other options.
DryRun check(PipelineOptions const& pipeline, SessionOptions const& session,
             std::span<PortSpec> specs, std::vector<FileUse> files = {});

/// The same check for a reload while the pipeline of `first`, the result of `check`, runs: reads the
/// pipeline and the files that it names again. Elements share data in the same store.
DryRun check_again(PipelineOptions const& pipeline, SessionOptions const& session,
                   std::span<PortSpec const> specs, std::vector<FileUse> const& files,
                   DryRun const& first);

/// Returns whether one of the ports writes its capture to standard output.
bool writes_to_stdout(std::span<PortSpec const> specs);

/// Prints the warnings about captures to stderr.
void print_warnings(DryRun const& dry_run);

/// Prints warnings, notices (unless `quiet`) and the parts of the pipeline.
void report_check(PipelineOptions const& options, DryRun const& dry_run, bool quiet);

}  // namespace warpline::app
