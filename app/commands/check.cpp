// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <memory>

#include "app/commands/command.hpp"
#include "app/session/pipeline_options.hpp"

namespace warpline::app {
namespace {

struct CheckOptions {
  PipelineOptions pipeline;
  SessionOptions session;
};

int check(Invocation const& invocation, CheckOptions& options) {
  apply_config(options.session);
  auto specs = port_specs(options.pipeline, options.session);
  report_check(options.pipeline, check(options.pipeline, options.session, specs), invocation.quiet);
  return kOk;
}

void add_check(CommandLine& app, Invocation& invocation) {
  auto const options = std::make_shared<CheckOptions>();
  auto command =
      app.add_subcommand("check", "Check a pipeline and its files without starting anything");
  add_pipeline_options(command, options->pipeline);
  command.add_flag("-q,--quiet", invocation.quiet, "Print only errors and warnings on stderr");
  add_session_options(command, options->session);
  command.callback([&invocation, options] {
    invocation.action = [&invocation, options] { return check(invocation, *options); };
  });
}

CommandRegistration const registration{20, add_check};

}  // namespace
}  // namespace warpline::app
