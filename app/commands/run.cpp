// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstdio>
#include <memory>
#include <utility>

#include "app/commands/command.hpp"
#include "app/control/control_loop.hpp"
#include "app/control/hangup.hpp"
#include "app/control/output_monitor.hpp"
#include "app/control/output_report.hpp"
#include "app/control/run_report.hpp"
#include "app/session/output_check.hpp"
#include "app/session/pipeline_options.hpp"
#include "app/session/preflight.hpp"
#include "app/session/session.hpp"
#include "app/session/units.hpp"
#include "elements/ipsec/database/sa_databases.hpp"
#include "measure/json.hpp"
#include "measure/terminal.hpp"

namespace warpline::app {
namespace {

struct RunOptions {
  PipelineOptions pipeline;
  SessionOptions session;
  std::chrono::nanoseconds duration{0};
  std::string json;
  std::string control;
  std::string state;
  std::uint64_t state_step = 0;
  bool check_only = false;
  bool busy_poll = false;
};

/// Prints the remarks of the ports after the workers have ended.
void report_ports(Deployment& deployment) {
  auto& ports = deployment.ports();
  for (std::size_t i = 0; i < ports.size(); ++i)
    for (auto const& remark : ports[i].remarks())
      std::fprintf(stderr, "note: port '%s': %s\n", ports[i].name().c_str(), remark.c_str());
}

boost::json::object describe_run(Invocation const& invocation, Session& session,
                                 RunOptions const& options, RunEnd end, RunReport const& report) {
  constexpr char const* ends[] = {"sources finished", "duration", "signal", "reader gone"};
  auto object = to_json(report);
  boost::json::array command(invocation.command_line.begin(), invocation.command_line.end());
  object["command"] = std::move(command);
  object["pipeline"] = options.pipeline.file;
  object["ended_by"] = ends[static_cast<std::size_t>(end)];
  object["eal"] = session.eal_line();
  return object;
}

/// Opens state files and locks files of SAs, before anything starts.
std::shared_ptr<ipsec::SaDatabases> open_state(Preflight const& preflight,
                                               std::span<PortSpec const> specs,
                                               RunOptions const& options) {
  auto databases = ipsec::SaDatabases::of(*preflight.shared);
  ipsec::SaDatabases::Opening opening;
  opening.state_file = options.state;
  opening.state_step = options.state_step;
  opening.real_ports = std::any_of(specs.begin(), specs.end(), leaves_program);
  opening.warn = [](std::string const& text) {
    std::fprintf(stderr, "warning: %s\n", text.c_str());
  };
  databases->open(opening);
  return databases;
}

/// Makes state files exact when the run ends, also one that is refused on its way to the start: it has
/// sent nothing, and must use up no numbers.
class StateEnd {
 public:
  explicit StateEnd(ipsec::SaDatabases& databases) : databases_(databases) {}
  ~StateEnd() { finish(); }
  StateEnd(StateEnd const&) = delete;
  StateEnd& operator=(StateEnd const&) = delete;

  /// Once the workers have ended. False after an error, which is printed.
  bool finish() {
    if (std::exchange(finished_, true)) return true;
    auto const errors = databases_.finish();
    for (auto const& error : errors) std::fprintf(stderr, "error: %s\n", error.c_str());
    return errors.empty();
  }

 private:
  ipsec::SaDatabases& databases_;
  bool finished_ = false;
};

int run(Invocation const& invocation, RunOptions& options) {
  apply_config(options.session);
  auto specs = port_specs(options.pipeline, options.session);
  options.pipeline.sas_may_come = !options.control.empty();
  std::vector<FileUse> files_named;
  if (!options.json.empty())
    files_named.push_back({options.json, "--json", FileUse::Kind::kOutput});
  if (!options.control.empty())
    files_named.push_back({options.control, "--control", FileUse::Kind::kSocket});
  // Its content is needed: nothing else may be written there.
  if (!options.state.empty()) files_named.push_back({options.state, "--state"});
  auto const preflight = check(options.pipeline, options.session, specs, std::move(files_named));
  if (options.check_only) {
    report_check(options.pipeline, preflight, invocation.quiet);
    return kOk;
  }
  if (specs.empty())
    throw ConfigError("there is no port: give captures with -r and -w, or ports with --port");

  print_warnings(preflight);
  auto const databases = open_state(preflight, specs, options);
  StateEnd state(*databases);
  ignore_write_signals();
  Hangup hangup;
  Session session(options.session, invocation.eal, invocation.quiet);
  auto engine_options = session.engine_options();
  engine_options.shared = preflight.shared;
  engine_options.worker.nap = !options.busy_poll;
  Deployment deployment(session, specs, std::move(engine_options));
  deployment.load(preflight.pipeline);

  auto const files = preflight.shared->single<OutputFiles>();
  OutputMonitor monitor(files, invocation.quiet);
  ControlLoop control(deployment.engine(),
                      {options.duration, invocation.quiet, options.control, preflight.shared,
                       &monitor, &hangup, &deployment.ports()});
  auto const begin = std::chrono::steady_clock::now();
  deployment.start();
  auto const end = control.run();
  deployment.join();
  std::chrono::duration<double> const elapsed = std::chrono::steady_clock::now() - begin;

  bool const state_kept = state.finish() && !control.state_failed();
  auto report =
      make_report(deployment.engine(), deployment.ports(), session.devices(), elapsed.count());
  add_outputs(report, *files);
  if (options.json != "-") print_report(report, writes_to_stdout(specs) ? stderr : stdout);
  report_ports(deployment);
  for (auto const& line : monitor.finish()) std::fprintf(stderr, "%s\n", line.c_str());

  if (!report.totals.conserved())
    std::fputs("error: packets are not accounted for (see the last line of the report)\n", stderr);
  if (!options.json.empty())
    write_json(options.json, describe_run(invocation, session, options, end, report));
  bool const written = monitor.complete() && state_kept;
  return written && report.totals.conserved() ? kOk : kRuntimeFailure;
}

void add_run(CommandLine& app, Invocation& invocation) {
  auto const options = std::make_shared<RunOptions>();
  auto command = app.add_subcommand("run", "Run a pipeline on ports or captures");
  add_pipeline_options(command, options->pipeline);
  command
      .add_option_function(
          "-t,--duration",
          [options](std::string const& text) {
            options->duration = parse_duration(text, "--duration");
            if (options->duration.count() == 0)
              throw ConfigError("--duration: '" + text +
                                "' is no time to run; expected e.g. 10s, or no --duration to run "
                                "until a signal or the end of all captures");
          },
          "End after this time, e.g. 10s (default: run until a signal or the end of all captures)")
      .type_name("TIME");
  command.add_option("--json,--stats", options->json, "Write the report as JSON; - is stdout")
      .type_name("FILE");
  command
      .add_option("--control", options->control,
                  "Unix socket for requests while it runs (docs/ipsec.md)")
      .type_name("PATH");
  command
      .add_option("--state", options->state,
                  "Keep sequence numbers of SAs in FILE, so that a restart repeats none "
                  "(docs/ipsec.md; default: none)")
      .type_name("FILE");
  command
      .add_option("--state-step", options->state_step,
                  "Let each SA send N numbers ahead of the state file, at least (default: what it "
                  "sends in 2 s, and 65536 or more)")
      .range(64, 1 << 24)
      .type_name("N");
  command.add_flag("-T,--test", options->check_only,
                   "Check everything, start nothing (as 'check')");
  command.add_flag("--busy-poll", options->busy_poll, "Never sleep, not even when idle");
  command.add_flag("-q,--quiet", invocation.quiet, "Nothing on stderr but errors and warnings");
  add_session_options(command, options->session);
  command.callback([&invocation, options] {
    invocation.action = [&invocation, options] { return run(invocation, *options); };
  });
}

CommandRegistration const registration{10, add_run};

}  // namespace
}  // namespace warpline::app
