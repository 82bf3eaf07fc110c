// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "app/session/pipeline_options.hpp"

#include <algorithm>
#include <cstdio>

#include "app/session/output_check.hpp"
#include "app/session/units.hpp"
#include "core/base/text.hpp"
#include "core/element/service.hpp"
#include "io/spec/capture_scheme.hpp"

namespace warpline::app {

void add_pipeline_options(CommandLine& command, PipelineOptions& options) {
  command.add_option("FILE", options.file, "The pipeline").required();
  command.add_option("DEFINITIONS", options.definitions,
                     "name=value for each 'define($name ...)' of the pipeline that is to differ");
  command.add_option("-D,--define", options.definitions, "The same")
      .type_name("NAME=VALUE")
      .single();
  command.add_option("-r,--read", options.read, "Receive packets from the capture FILE, as port 0")
      .type_name("PCAP");
  command
      .add_option("-w,--write", options.write,
                  "Write the packets of port 0 to the capture FILE; - is stdout")
      .type_name("PCAP");
  add_element_options(command, options, ProgramOption::Commands::kPipeline);
}

void add_element_options(CommandLine& command, PipelineOptions& options,
                         ProgramOption::Commands commands) {
  for (auto const& option : ProgramOption::all()) {
    if (option.commands != commands) continue;
    command
        .add_option_function(
            option.name,
            [&options, &option](std::string const& text) {
              ProgramOption::Value value{text};
              if (option.max_number > 0)
                value.number = parse_count(text, option.name, option.min_number, option.max_number);
              options.of_elements.emplace_back(&option, std::move(value));
            },
            option.help)
        .type_name(option.type_name);
  }
}

std::vector<PortSpec> port_specs(PipelineOptions const& pipeline, SessionOptions const& session) {
  auto specs = parse_port_specs(session.ports);
  if (pipeline.read.empty() && pipeline.write.empty()) return specs;
  // Not by way of a text: a file's name may hold a comma.
  auto const capture = std::make_shared<CaptureRequest>();
  capture->options.in = pipeline.read;
  capture->options.out = pipeline.write;
  capture->in_user = "-r";
  capture->out_user = "-w";
  specs.insert(specs.begin(), {"the capture of -r and -w", "pcap", {}, capture});
  return specs;
}

namespace {

DryRun check_files(PipelineOptions const& pipeline, SessionOptions const& session,
                   std::span<PortSpec const> specs, std::vector<FileUse> const& files,
                   std::shared_ptr<SharedStore> const& shared) {
  auto dry_run = check_pipeline(pipeline.file, pipeline.definitions, specs, session, shared);
  auto all = files_of(pipeline, session, specs);
  for (auto const& more : {shared->single<FileUses>()->all, files})
    all.insert(all.end(), more.begin(), more.end());
  check_outputs(all);
  return dry_run;
}

}  // namespace

DryRun check(PipelineOptions const& pipeline, SessionOptions const& session,
             std::span<PortSpec> specs, std::vector<FileUse> files) {
  std::vector<std::string> warnings;
  for (auto const& spec : specs)
    for (auto& warning : spec.request->inspect()) warnings.push_back(std::move(warning));
  auto const shared = std::make_shared<SharedStore>();
  auto const conditions = shared->single<RunConditions>();
  conditions->has_control_socket = pipeline.has_control_socket;
  conditions->uses_real_ports = std::any_of(
      specs.begin(), specs.end(), [](auto const& spec) { return spec.request->leaves_program(); });
  for (auto const& [option, value] : pipeline.of_elements) option->store(value, *shared);
  auto of_options = shared->single<FileUses>()->all;
  auto dry_run = check_files(pipeline, session, specs, files, shared);
  dry_run.file_warnings = std::move(warnings);
  dry_run.files_of_options = std::move(of_options);
  return dry_run;
}

DryRun check_again(PipelineOptions const& pipeline, SessionOptions const& session,
                   std::span<PortSpec const> specs, std::vector<FileUse> const& files,
                   DryRun const& first) {
  first.shared->single<FileUses>()->all = first.files_of_options;
  first.shared->read_anew();
  return check_files(pipeline, session, specs, files, first.shared);
}

bool writes_to_stdout(std::span<PortSpec const> specs) {
  return std::any_of(specs.begin(), specs.end(), [](auto const& spec) {
    auto const files = spec.request->files();
    return std::any_of(files.begin(), files.end(), [](FileUse const& file) {
      return file.kind == FileUse::Kind::kOutput && file.path == "-";
    });
  });
}

void print_warnings(DryRun const& dry_run) {
  for (auto const& warning : dry_run.file_warnings)
    std::fprintf(stderr, "warning: %s\n", warning.c_str());
}

void report_check(PipelineOptions const& options, DryRun const& dry_run, bool quiet) {
  print_warnings(dry_run);
  for (auto const& warning : dry_run.warnings)
    std::fprintf(stderr, "%s\n", warning.render().c_str());
  for (auto const& notice : dry_run.notices)
    if (!quiet) std::fprintf(stderr, "note: %s\n", notice.c_str());
  auto const& pipeline = dry_run.pipeline;
  std::printf("%s is fine: %s, %s\n", options.file.c_str(),
              counted(pipeline.elements.size(), "element").c_str(),
              counted(pipeline.connections.size(), "connection").c_str());
  for (auto const& segment : dry_run.segments) {
    std::string text;
    for (auto const& name : segment) text += (text.empty() ? "" : " -> ") + name;
    std::printf("goes to a device in one piece: %s\n", text.c_str());
  }
}

}  // namespace warpline::app
